/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Control ABI of the block interposer: what userspace says to /dev/blki/control.
 *
 * tools/libblki -> ioctl -> kernel/ctl.c. This file owns the layout of every structure that crosses
 * that line: size first, natural alignment, no holes, the same bytes on 32 and 64 bit. A structure may
 * only grow at its end; the kernel takes shorter ones (missing fields are zero) and longer ones whose
 * unknown tail is zero (otherwise E2BIG). Unknown flags and non-zero reserved fields are refused with
 * EINVAL, an unknown command with ENOTTY. All calls need CAP_SYS_ADMIN.
 */
#ifndef _UAPI_LINUX_BLKI_H
#define _UAPI_LINUX_BLKI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** BLKI_ABI_VERSION - raised whenever a field, a kind or a command is added; never lowered */
#define BLKI_ABI_VERSION	1

/** BLKI_CONTROL_NODE - the control device below /dev */
#define BLKI_CONTROL_NODE	"blki/control"

/** BLKI_NAME_MAX - bytes of a filter, device or hook name, the terminating NUL included */
#define BLKI_NAME_MAX		32

/** BLKI_MSG_MAX - bytes of the kernel's longest explanation, the terminating NUL included */
#define BLKI_MSG_MAX		256

/** BLKI_TIMEOUT_DEFAULT_MS - the bound of a wait when the caller's timeout_ms is 0 */
#define BLKI_TIMEOUT_DEFAULT_MS	30000

/** BLKI_LINEAR_TARGET - device-mapper target that maps to an origin without claiming it, below the hook */
#define BLKI_LINEAR_TARGET	"blki-linear"

/**
 * enum blki_kind - what an interposer does
 * @BLKI_KIND_FILTER: code that sees the original bios of the origin
 * @BLKI_KIND_REMAP: sends the origin's bios to another block device, the acceptor
 */
enum blki_kind {
	BLKI_KIND_FILTER	= 1,
	BLKI_KIND_REMAP		= 2,
};

/**
 * enum blki_hook - how the origin's bios are caught
 * @BLKI_HOOK_DEFAULT: the module's choice; never reported
 * @BLKI_HOOK_LIST: blk-mq origin; flag on the origin's bdev, bios requeued on current->bio_list;
 *	exported symbols only, wholly under the queue reference
 * @BLKI_HOOK_WRAP: bio-based origin; the disk's ->submit_bio wrapped
 */
enum blki_hook {
	BLKI_HOOK_DEFAULT	= 0,
	BLKI_HOOK_LIST		= 1,
	BLKI_HOOK_WRAP		= 2,
};

/**
 * enum blki_state - state of an interposer as reported
 * @BLKI_STATE_LIVE: bios pass through it
 * @BLKI_STATE_HOLDING: a remap being detached: new bios are held until the acceptor has drained
 * @BLKI_STATE_DEAD: the origin's disk is gone; every bio fails with EIO; detach it
 */
enum blki_state {
	BLKI_STATE_LIVE		= 1,
	BLKI_STATE_HOLDING	= 2,
	BLKI_STATE_DEAD		= 3,
};

/**
 * struct blki_version - argument of BLKI_IOC_VERSION
 * @size: in: sizeof(struct blki_version)
 * @flags: in: must be 0
 * @abi: out: BLKI_ABI_VERSION of the loaded module
 * @reserved: in: must be 0; out: 0
 * @features: out: bit mask, none defined yet, 0
 */
struct blki_version {
	__u32	size;
	__u32	flags;
	__u32	abi;
	__u32	reserved;
	__u64	features;
};

/**
 * struct blki_attach - argument of BLKI_IOC_ATTACH
 * @size: in: sizeof(struct blki_attach)
 * @flags: in: must be 0
 * @origin_fd: in: an open file of the block device to interpose; only read before the call returns
 * @acceptor_fd: in: remap: an open file of the device that takes the bios; filter: must be -1
 * @kind: in: enum blki_kind
 * @hook: in: enum blki_hook; BLKI_HOOK_DEFAULT lets the module choose
 * @timeout_ms: in: longest wait for the origin to drain, 0 is BLKI_TIMEOUT_DEFAULT_MS
 * @altitude: in: filter: its place in the chain, highest first, 0 is the filter's own; remap: must be 0
 * @name: in: filter: its registered name, NUL-terminated; remap: must be all zero
 * @msg: in: address of a buffer for one sentence that explains a failure, or 0
 * @msg_size: in: bytes at @msg, BLKI_MSG_MAX holds any sentence
 * @reserved: in: must be 0
 * @id: out: names the interposer until it is detached, never reused by a loaded module
 *
 * Errors: EINVAL unknown field value; ENOTBLK an fd is no block device; ENOENT no such filter; EEXIST that
 * filter or a remap is already on this origin; EBUSY the acceptor is claimed by somebody else; EOPNOTSUPP
 * this origin or acceptor can not be used (the message says why); ETIMEDOUT the origin did not drain in
 * time; ENODEV the origin's disk is gone; ENOMEM. After any error nothing is attached.
 */
struct blki_attach {
	__u32	size;
	__u32	flags;
	__s32	origin_fd;
	__s32	acceptor_fd;
	__u32	kind;
	__u32	hook;
	__u32	timeout_ms;
	__u32	altitude;
	char	name[BLKI_NAME_MAX];
	__u64	msg;
	__u32	msg_size;
	__u32	reserved;
	__u64	id;
};

/**
 * struct blki_detach - argument of BLKI_IOC_DETACH
 * @size: in: sizeof(struct blki_detach)
 * @flags: in: must be 0
 * @id: in: the interposer, from struct blki_attach or struct blki_entry
 * @timeout_ms: in: longest wait for the acceptor and the origin to drain, 0 is BLKI_TIMEOUT_DEFAULT_MS
 * @msg_size: in: bytes at @msg
 * @msg: in: address of a buffer for one sentence that explains a failure, or 0
 *
 * Errors: ENOENT no such interposer; ETIMEDOUT the acceptor or the origin did not drain in time; EINTR a
 * signal came first. After any error the interposer is still attached and works as before.
 */
struct blki_detach {
	__u32	size;
	__u32	flags;
	__u64	id;
	__u32	timeout_ms;
	__u32	msg_size;
	__u64	msg;
};

/**
 * struct blki_entry - one interposer as reported by BLKI_IOC_LIST
 * @id: see struct blki_attach
 * @origin_major: device number of the origin
 * @origin_minor: device number of the origin
 * @acceptor_major: remap: device number of the acceptor; filter: 0
 * @acceptor_minor: remap: device number of the acceptor; filter: 0
 * @kind: enum blki_kind
 * @hook: enum blki_hook in use, never BLKI_HOOK_DEFAULT
 * @altitude: place in the chain, highest first; a remap is always last and reports 0
 * @state: enum blki_state
 * @since_ns: when it was attached, nanoseconds of CLOCK_REALTIME
 * @nr_seen: bios that reached this interposer
 * @nr_completed: of these, bios it ended itself (filter)
 * @nr_done: of these, bios that came back from the acceptor (remap)
 * @nr_in_flight: bios inside the acceptor now (remap)
 * @nr_held: bios held now because of a detach under way (remap)
 * @nr_bytes: bytes of the bios in @nr_seen
 * @nr_punted: bios that met a memory shortage and went through the origin's workqueue (remap)
 * @name: filter name, or "remap"
 * @origin: kernel name of the origin, such as "nullb0p1"
 * @acceptor: kernel name of the acceptor, such as "dm-3"; empty for a filter
 */
struct blki_entry {
	__u64	id;
	__u32	origin_major;
	__u32	origin_minor;
	__u32	acceptor_major;
	__u32	acceptor_minor;
	__u32	kind;
	__u32	hook;
	__u32	altitude;
	__u32	state;
	__u64	since_ns;
	__u64	nr_seen;
	__u64	nr_completed;
	__u64	nr_done;
	__u64	nr_in_flight;
	__u64	nr_held;
	__u64	nr_bytes;
	__u64	nr_punted;
	char	name[BLKI_NAME_MAX];
	char	origin[BLKI_NAME_MAX];
	char	acceptor[BLKI_NAME_MAX];
};

/**
 * struct blki_list - argument of BLKI_IOC_LIST
 * @size: in: sizeof(struct blki_list)
 * @flags: in: must be 0
 * @entries: in: address of an array of @nr structures of @entry_size bytes each
 * @nr: in: room in the array; out: interposers that exist, ordered by origin, then from the first to the
 *	last of its chain; when it is larger than the room only the first ones were written
 * @entry_size: in: the caller's sizeof(struct blki_entry); a larger one is filled up with zeros, a smaller
 *	one gets a prefix
 */
struct blki_list {
	__u32	size;
	__u32	flags;
	__u64	entries;
	__u32	nr;
	__u32	entry_size;
};

/* The type byte is in no ioctl number list of Linux 6.12; the numbers are ours from 0x00 on. */
#define BLKI_IOC_TYPE		0xE7

#define BLKI_IOC_VERSION	_IOWR(BLKI_IOC_TYPE, 0x00, struct blki_version)
#define BLKI_IOC_ATTACH		_IOWR(BLKI_IOC_TYPE, 0x01, struct blki_attach)
#define BLKI_IOC_DETACH		_IOWR(BLKI_IOC_TYPE, 0x02, struct blki_detach)
#define BLKI_IOC_LIST		_IOWR(BLKI_IOC_TYPE, 0x03, struct blki_list)

#endif /* _UAPI_LINUX_BLKI_H */
