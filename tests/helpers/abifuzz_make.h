/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random calls of the control ABI: mostly right, then bent.
 *
 * abifuzz.c makes the calls that this makes up. Pure: the same seed and the same pool give the
 * same calls.
 */
#ifndef BLKI_ABIFUZZ_MAKE_H
#define BLKI_ABIFUZZ_MAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/blki.h>

/** FUZZ_FDS_MAX - open files that calls are given */
#define FUZZ_FDS_MAX	32

/** FUZZ_IDS_MAX - interposers that a worker remembers */
#define FUZZ_IDS_MAX	64

/** FUZZ_ARGS_BYTES - the longest structure that is passed: a page, the most the kernel reads */
#define FUZZ_ARGS_BYTES	4096

/** FUZZ_BUFFER_BYTES - room that the address fields of a call point to */
#define FUZZ_BUFFER_BYTES	65536

/** enum fuzz_command - the commands of the ABI, and one that is none */
enum fuzz_command {
	FUZZ_VERSION,
	FUZZ_ATTACH,
	FUZZ_DETACH,
	FUZZ_LIST,
	FUZZ_ALIAS_ADD,
	FUZZ_ALIAS_DEL,
	FUZZ_ALIAS_LIST,
	FUZZ_UNKNOWN,
	FUZZ_NR_COMMANDS
};

/**
 * enum fuzz_place - where the structure lies
 * @FUZZ_END: its last byte is the last of the mapping
 * @FUZZ_ODD: the same, one byte earlier
 * @FUZZ_READ_ONLY: where the kernel can read and not write
 * @FUZZ_NOWHERE: at an address that is not mapped
 * @FUZZ_CUT: its second half is not mapped
 */
enum fuzz_place {
	FUZZ_END,
	FUZZ_ODD,
	FUZZ_READ_ONLY,
	FUZZ_NOWHERE,
	FUZZ_CUT,
};

/**
 * struct fuzz_pool - what calls can be made of
 * @fds: @nr_fds open files, the first @nr_devices of them block devices of the test
 * @nr_fds: how many
 * @nr_devices: how many
 * @acceptors: @nr_acceptors of these files that are device-mapper devices
 * @nr_acceptors: how many
 * @ids: @nr_ids interposers that are attached
 * @nr_ids: how many
 * @buffer: FUZZ_BUFFER_BYTES that may be written, the end of a mapping
 * @no_ftrace: no attach asks for BLKI_HOOK_FTRACE
 */
struct fuzz_pool {
	int fds[FUZZ_FDS_MAX];
	size_t nr_fds;
	size_t nr_devices;
	int acceptors[FUZZ_FDS_MAX];
	size_t nr_acceptors;
	uint64_t ids[FUZZ_IDS_MAX];
	size_t nr_ids;
	char *buffer;
	bool no_ftrace;
};

/**
 * struct fuzz_call - a call
 * @command: which
 * @request: the ioctl number
 * @place: where its structure is to lie
 * @nr_bytes: bytes of it that are laid there
 * @args: the structure
 */
struct fuzz_call {
	enum fuzz_command command;
	unsigned long request;
	enum fuzz_place place;
	size_t nr_bytes;
	union {
		uint32_t size;
		struct blki_version version;
		struct blki_attach attach;
		struct blki_detach detach;
		struct blki_list list;
		struct blki_alias alias;
		unsigned char bytes[FUZZ_ARGS_BYTES];
	} args;
};

/** fuzz_next - the next number of a sequence; Source: Steele, Lea, Flood 2014, SplitMix */
uint64_t fuzz_next(uint64_t *rng);

/** fuzz_below - a number below @bound, which is not 0 */
uint64_t fuzz_below(uint64_t *rng, uint64_t bound);

/**
 * fuzz_make - make up a call
 * @rng: in and out: the sequence
 * @pool: what it is made of
 * @call: out
 */
void fuzz_make(uint64_t *rng, const struct fuzz_pool *pool, struct fuzz_call *call);

#endif /* BLKI_ABIFUZZ_MAKE_H */
