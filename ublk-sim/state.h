/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state file of a device: what it is, who serves it, and live I/O counters.
 *
 * One file per device, <number>.state in the folder of its user, mapped by the server and read by
 * `list` and `del` at any time:
 *
 *     0        struct sim_state_header       written once, before the device starts
 *     4096     struct sim_counters [queue 0] written by queue thread 0 alone
 *     4096+256 struct sim_counters [queue 1] written by queue thread 1 alone
 *     …
 *
 * A counter has one writer, so counting is a plain store and no locked instruction; readers
 * load it whole. The server holds a write lock (fcntl, open file description) on the file as
 * long as it lives: whoever finds the file unlocked knows that the server is dead, also after
 * kill -9 and whatever process has its number by then. The owner of the lock, or who finds
 * it free, may remove the file.
 */
#ifndef UBLK_SIM_STATE_H
#define UBLK_SIM_STATE_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Root's folder, on tmpfs on every system with a /run; the server makes it. */
#define SIM_STATE_DIR_ROOT	"/run/ublk-sim"
/* Room for the folder's path; what stands in it is also the address of a socket, which has 108. */
#define SIM_STATE_DIR_CHARS	80u
#define SIM_STATE_MAGIC		0x324d49534b4c4255ULL	/* "UBLKSIM2" */
#define SIM_STATE_HEADER_BYTES	4096u

/* What stands beside <number>.state and goes with it. */
#define SIM_STATE_CONFIG	"json" /* how it was made, if it can be recovered */
#define SIM_STATE_SOCKET	"sock" /* where its server answers */

/* UBLK_IO_OP_READ 0, WRITE 1, FLUSH 2, DISCARD 3, WRITE_ZEROES 5; 4, 6, 7 stay zero. */
#define SIM_COUNTED_OPS		8u

/** enum sim_phase - whether a live server's disk is there */
enum sim_phase {
	SIM_PHASE_ON,
	SIM_PHASE_OFF, /* its power was cut; it comes back when nobody holds the old disk */
};

/* By enum sim_op. */
#define SIM_TIMED_OPS		5u

/**
 * struct sim_timing - I/Os of one kind that were answered when a service model asked for it
 * @nr: how many
 * @requested_ns: sum of the times that the model asked for
 * @late_ns: sum of how much later than due the server answered
 * @late_max_ns: the latest of them
 */
struct sim_timing {
	uint64_t nr;
	uint64_t requested_ns;
	uint64_t late_ns;
	uint64_t late_max_ns;
};

/**
 * struct sim_counters - I/Os served by one queue since the device started
 * @nr_ios: answered with success, by UBLK_IO_OP_*
 * @nr_failed: answered with an error
 * @timing: by enum sim_op
 * @reserved: zero
 *
 * 256 bytes, pairs of cache lines: the adjacent-line prefetcher would make half a pair shared.
 */
struct sim_counters {
	uint64_t nr_ios[SIM_COUNTED_OPS];
	uint64_t nr_failed;
	struct sim_timing timing[SIM_TIMED_OPS];
	uint64_t reserved[3];
};

/**
 * struct sim_state_header - the device
 * @magic: SIM_STATE_MAGIC; set last, so a file without it is not yet one
 * @size_bytes: capacity
 * @id: device number
 * @pid: the server
 * @nr_queues: hardware queues, and struct sim_counters that follow
 * @depth: I/Os in flight per queue
 * @block_bytes: logical block
 * @phase: enum sim_phase; changed by the server
 * @target: name of the target
 */
struct sim_state_header {
	uint64_t magic;
	uint64_t size_bytes;
	uint32_t id;
	int32_t pid;
	uint32_t nr_queues;
	uint32_t depth;
	uint32_t block_bytes;
	uint32_t phase;
	char target[16];
};

/**
 * struct sim_state - a mapped state file
 * @fd: the file; the server's carries the lock
 * @mapped_bytes: length of the mapping
 * @header: first byte of the mapping
 * @counters: @header->nr_queues of them, in the same mapping
 * @path: for messages and unlink
 */
struct sim_state {
	int fd;
	size_t mapped_bytes;
	struct sim_state_header *header;
	struct sim_counters *counters;
	char path[256];
};

/**
 * sim_state_dir_choose - the folder of a user's state files
 * @uid: the user
 * @runtime: $XDG_RUNTIME_DIR, NULL when it is not set
 * @has_run_user: there is a /run/user/UID
 * @dir: filled
 *
 * Root's is /run/ublk-sim, everybody else's ublk-sim in the folder that the session made for what
 * runs; without one it is /tmp/ublk-sim-UID, which sim_state_create() checks to be the user's.
 *
 * Context: pure.
 */
void sim_state_dir_choose(unsigned int uid, const char *runtime, bool has_run_user,
			  char dir[SIM_STATE_DIR_CHARS]);

/**
 * sim_state_dir - the folder of this process's user
 *
 * Context: any thread; may sleep at the first call.
 * Return: the path, the same each time.
 */
const char *sim_state_dir(void);

/**
 * sim_state_dir_of - the folder that knows a device
 * @id: device number
 *
 * Context: may sleep.
 * Return: the user's own, or root's when only that has a file of @id.
 */
const char *sim_state_dir_of(uint32_t id);

/**
 * sim_state_create - make the file of a device that is about to start, and lock it
 * @state: filled
 * @dir: folder, created when missing; sim_state_dir() outside tests
 * @header: what to write; @magic is set here
 * @err: the sentence on failure
 *
 * A file that a dead server left under the same number is replaced.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY when a live server holds the file; -errno.
 */
int sim_state_create(struct sim_state *state, const char *dir,
		     const struct sim_state_header *header, struct sim_error *err);

/**
 * sim_state_sibling - the path of a file that belongs to a state file
 * @state: created or opened
 * @ending: SIM_STATE_CONFIG or SIM_STATE_SOCKET
 * @path: filled
 * @room: of @path, bytes; what is longer is cut
 */
void sim_state_sibling(const struct sim_state *state, const char *ending, char *path, size_t room);

/**
 * sim_state_remove - unlink the file and what belongs to it, and let go of it
 * @state: from sim_state_create() or sim_state_open()
 *
 * Context: may sleep.
 */
void sim_state_remove(struct sim_state *state);

/**
 * sim_state_open - map a device's file for reading
 * @state: filled
 * @dir: folder
 * @id: device number
 *
 * Context: may sleep.
 * Return: 0; -ENOENT when there is none; -EPROTO when it is not a state file or is cut
 * short; -errno.
 */
int sim_state_open(struct sim_state *state, const char *dir, uint32_t id);

/**
 * sim_state_close - unmap and close, keeping the file
 * @state: from sim_state_open()
 *
 * Context: may sleep.
 */
void sim_state_close(struct sim_state *state);

/**
 * sim_state_is_live - does the server still run
 * @state: from sim_state_open()
 *
 * Context: may sleep.
 * Return: true while the server holds its lock.
 */
bool sim_state_is_live(const struct sim_state *state);

/**
 * sim_state_is_removed - has the file been unlinked since it was opened
 * @state: from sim_state_open()
 *
 * Context: may sleep.
 * Return: true when it has, which is what a server does that ends in order.
 */
bool sim_state_is_removed(const struct sim_state *state);

/**
 * sim_state_sum - the counters of all queues together, and the latest of the latest
 * @state: mapped
 * @sum: filled
 *
 * Context: any; the device may be serving I/O meanwhile. Each counter is read whole, the
 * set is not a snapshot of one moment.
 */
void sim_state_sum(const struct sim_state *state, struct sim_counters *sum);

/**
 * sim_state_queue_ios - all I/Os that one queue has answered with success
 * @state: mapped
 * @queue: from 0, < @state->header->nr_queues
 *
 * Context: as sim_state_sum().
 * Return: the count.
 */
uint64_t sim_state_queue_ios(const struct sim_state *state, uint32_t queue);

/**
 * sim_state_ids - the devices that have a file, in ascending order
 * @dir: folder; a missing one has no devices
 * @ids: allocated here, free() it; NULL when there are none
 *
 * Context: may sleep.
 * Return: how many, or -errno.
 */
int sim_state_ids(const char *dir, uint32_t **ids);

/**
 * sim_counter_add - count on the hot path
 * @counter: written by the calling thread alone
 * @value: how much
 *
 * Context: the counter's queue thread. A plain load and a store that cannot tear.
 */
static inline void sim_counter_add(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, *counter + value, __ATOMIC_RELAXED);
}

#endif
