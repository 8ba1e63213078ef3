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
#define BLKI_ABI_VERSION	2

/** BLKI_CONTROL_NODE - the control device below /dev */
#define BLKI_CONTROL_NODE	"blki/control"

/** BLKI_NAME_MAX - bytes of a filter, device or hook name, the terminating NUL included */
#define BLKI_NAME_MAX		32

/** BLKI_MSG_MAX - bytes of the kernel's longest explanation, the terminating NUL included */
#define BLKI_MSG_MAX		256

/** BLKI_TIMEOUT_DEFAULT_MS - the bound of a wait when the caller's timeout_ms is 0 */
#define BLKI_TIMEOUT_DEFAULT_MS	30000

/** BLKI_ALIAS_DIR - directory below /dev of the aliases, and the prefix of their kernel names ("blki!sda2") */
#define BLKI_ALIAS_DIR		"blki"

/** BLKI_LINEAR_TARGET - device-mapper target that maps to an origin without claiming it, below the hook */
#define BLKI_LINEAR_TARGET	"blki-linear"

/**
 * enum blki_kind - what an interposer does
 * @BLKI_KIND_FILTER: code that sees the original bios of the origin
 * @BLKI_KIND_REMAP: sends the origin's bios to a bio-based device-mapper device, the acceptor
 * @BLKI_KIND_NATIVE: aims the origin's bios themselves at another blk-mq device, at an offset: no clone,
 *	no context, and the acceptor's driver completes them
 */
enum blki_kind {
	BLKI_KIND_FILTER	= 1,
	BLKI_KIND_REMAP		= 2,
	BLKI_KIND_NATIVE	= 3,
};

/**
 * enum blki_class - what an acceptor does with the bytes that the origin would have got
 * @BLKI_CLASS_IDENTITY: they stay on the origin, as the file system wrote them (linear, delay, flakey,
 *	snapshot-origin, ...); attach and detach at any time
 * @BLKI_CLASS_STATEFUL: the origin alone is stale while the acceptor is in use (writecache, cache in
 *	writeback mode, clone, ...); attach at any time, detach only with BLKI_DETACH_CLEAN
 * @BLKI_CLASS_TRANSFORMING: the origin never has the file system's bytes (crypt, integrity, thin, another
 *	disk); attach and detach only while nobody holds the origin (not mounted, no swap, not claimed)
 */
enum blki_class {
	BLKI_CLASS_IDENTITY	= 0,
	BLKI_CLASS_STATEFUL	= 1,
	BLKI_CLASS_TRANSFORMING	= 2,
};

/**
 * enum blki_hook - how the origin's bios are caught
 * @BLKI_HOOK_DEFAULT: the module's choice; never reported
 * @BLKI_HOOK_LIST: blk-mq origin; flag on the origin's bdev, bios requeued on current->bio_list;
 *	exported symbols only, wholly under the queue reference
 * @BLKI_HOOK_WRAP: bio-based origin; the disk's ->submit_bio wrapped
 * @BLKI_HOOK_FAST: blk-mq origin; the same flag, but a passed bio goes to blk_mq_submit_bio() at once, the
 *	queue reference dropped meanwhile; that function is not exported, its address is looked up
 * @BLKI_HOOK_FTRACE: blk-mq origin; an ftrace direct call at submit_bio_noacct_nocheck(). For measuring,
 *	filters only: kernel.ftrace_enabled=0 switches it off (BLKI_STATE_OFF)
 */
enum blki_hook {
	BLKI_HOOK_DEFAULT	= 0,
	BLKI_HOOK_LIST		= 1,
	BLKI_HOOK_WRAP		= 2,
	BLKI_HOOK_FAST		= 3,
	BLKI_HOOK_FTRACE	= 4,
};

/**
 * enum blki_state - state of an interposer as reported
 * @BLKI_STATE_LIVE: bios pass through it
 * @BLKI_STATE_HOLDING: a remap being detached, or held by its owner (BLKI_DETACH_HOLD): new bios are held
 * @BLKI_STATE_DEAD: the origin's disk is gone; every bio fails with EIO; detach it
 * @BLKI_STATE_OFF: hook ftrace: kernel.ftrace_enabled is 0, so bios pass without being seen until it is 1
 */
enum blki_state {
	BLKI_STATE_LIVE		= 1,
	BLKI_STATE_HOLDING	= 2,
	BLKI_STATE_DEAD		= 3,
	BLKI_STATE_OFF		= 4,
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

/*
 * Flags of struct blki_attach.
 *
 * BLKI_ATTACH_FREEZE_FS: the file system on the origin is frozen (bdev_freeze()) for the switch, so that
 *	the acceptor takes over a consistent one; without a mounted file system it changes nothing.
 * BLKI_ATTACH_LARGER: an acceptor with more sectors than the origin is accepted; what lies beyond the
 *	origin's end is never used.
 * BLKI_ATTACH_FORCE: native: an acceptor that leads away from the origin is accepted although somebody
 *	holds the origin. The caller knows that both have the same bytes.
 */
#define BLKI_ATTACH_FREEZE_FS	(1U << 0)
#define BLKI_ATTACH_LARGER	(1U << 1)
#define BLKI_ATTACH_FORCE	(1U << 2)
#define BLKI_ATTACH_ALL		(BLKI_ATTACH_FREEZE_FS | BLKI_ATTACH_LARGER | BLKI_ATTACH_FORCE)

/**
 * struct blki_attach - argument of BLKI_IOC_ATTACH
 * @size: in: sizeof(struct blki_attach)
 * @flags: in: BLKI_ATTACH_*; a filter allows BLKI_ATTACH_FREEZE_FS only
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
 * @offset_sectors: in: native: where the origin's sector 0 is on the acceptor; otherwise 0
 * @pause_ns: out: nanoseconds that the origin's queue took no bio for the switch, at most
 * @class: in: remap: enum blki_class of the acceptor, as the caller found it; otherwise 0
 * @reserved2: in: must be 0
 *
 * Errors: EINVAL unknown field value; ENOTBLK an fd is no block device; ENOENT no such filter; EEXIST that
 * filter or a remap is already on this origin; EBUSY the acceptor is claimed by somebody else, or the origin
 * is held and @class or the kind forbids that; ELOOP the acceptor leads back to the origin; EOPNOTSUPP
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
	__u64	offset_sectors;
	__u64	pause_ns;
	__u32	class;
	__u32	reserved2;
};

/*
 * Flags of struct blki_detach. The last three are steps of a detach and exclude each other.
 *
 * BLKI_DETACH_FREEZE_FS: as BLKI_ATTACH_FREEZE_FS; not in any step of a detach that is held, because what a
 *	freeze writes would be held, too.
 * BLKI_DETACH_CLEAN: the caller knows that the acceptor keeps nothing back; needed for BLKI_CLASS_STATEFUL.
 * BLKI_DETACH_HOLD: a remap of kind BLKI_KIND_REMAP: stop half way: new bios are held, none is in the
 *	acceptor, the interposer stays. The caller may now make the acceptor clean and look. Then a detach
 *	with BLKI_DETACH_CLEAN or BLKI_DETACH_RESUME must follow on the same open file; closing it resumes.
 * BLKI_DETACH_RESUME: end such a hold; the remap goes on, held bios go to the acceptor in order.
 */
#define BLKI_DETACH_FREEZE_FS	(1U << 0)
#define BLKI_DETACH_CLEAN	(1U << 1)
#define BLKI_DETACH_HOLD	(1U << 2)
#define BLKI_DETACH_RESUME	(1U << 3)
#define BLKI_DETACH_ALL		(BLKI_DETACH_FREEZE_FS | BLKI_DETACH_CLEAN | BLKI_DETACH_HOLD | \
				 BLKI_DETACH_RESUME)

/**
 * struct blki_detach - argument of BLKI_IOC_DETACH
 * @size: in: sizeof(struct blki_detach)
 * @flags: in: BLKI_DETACH_*
 * @id: in: the interposer, from struct blki_attach or struct blki_entry
 * @timeout_ms: in: longest wait for the acceptor and the origin to drain, 0 is BLKI_TIMEOUT_DEFAULT_MS
 * @msg_size: in: bytes at @msg
 * @msg: in: address of a buffer for one sentence that explains a failure, or 0
 * @pause_ns: out: nanoseconds that the origin's bios were held or its queue took none, at most
 *
 * Errors: ENOENT no such interposer; EINVAL flags that exclude each other, or a RESUME without HOLD; EBUSY
 * another call is changing this origin, or its class forbids a detach now; ETIMEDOUT the acceptor or the origin did not drain in time; EINTR a
 * signal came first. After any error the interposer is still attached and works as before.
 */
struct blki_detach {
	__u32	size;
	__u32	flags;
	__u64	id;
	__u32	timeout_ms;
	__u32	msg_size;
	__u64	msg;
	__u64	pause_ns;
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
 * @offset_sectors: native: where the origin's sector 0 is on the acceptor
 * @pause_ns: of the attach, see struct blki_attach
 * @nr_whole_disk: I/Os (reads, writes, discards) that went to the whole disk of a partition since this
 *	interposer was attached, and so past it; 0 for any other origin. UINT64_MAX: not known, because the
 *	disk keeps no statistics (queue/iostats) or its partitions changed
 * @nr_loops: bios ended with an error because they had come through this interposer again and again:
 *	below the acceptor something leads back to the origin
 * @class: enum blki_class given at the attach
 * @flags: BLKI_ATTACH_* given at the attach
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
	__u64	offset_sectors;
	__u64	pause_ns;
	__u64	nr_whole_disk;
	__u64	nr_loops;
	__u32	class;
	__u32	flags;
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

/**
 * struct blki_alias - argument of BLKI_IOC_ALIAS_ADD and BLKI_IOC_ALIAS_DEL
 * @size: in: sizeof(struct blki_alias)
 * @flags: in: must be 0
 * @origin_fd: in: a file of the origin (add, del), or of the alias (del); one opened with O_PATH will do,
 *	and has to for the alias, because one that is really open is in use
 * @msg_size: in: bytes at @msg
 * @msg: in: address of a buffer for one sentence that explains a failure, or 0
 * @major: out: device number of the alias
 * @minor: out: device number of the alias
 * @name: out: kernel name of the alias, such as "blki!sda2" for /dev/blki/sda2
 *
 * An alias is a block device that reaches the origin's driver below the hook and is claimed by nobody, so
 * that any device-mapper target can stand on it while a file system holds the origin. Adding one that is
 * there gives the same one (@name is filled, no error).
 *
 * Errors: EINVAL; ENOTBLK the fd is no block device; EOPNOTSUPP this device can have no alias (the message
 * says why); ENOMEM; del: ENOENT there is none; EBUSY it is open or in use.
 */
struct blki_alias {
	__u32	size;
	__u32	flags;
	__s32	origin_fd;
	__u32	msg_size;
	__u64	msg;
	__u32	major;
	__u32	minor;
	char	name[BLKI_NAME_MAX];
};

/**
 * struct blki_alias_entry - one alias as reported by BLKI_IOC_ALIAS_LIST
 * @origin_major: device number of the origin
 * @origin_minor: device number of the origin
 * @major: device number of the alias
 * @minor: device number of the alias
 * @nr_openers: how many have it open
 * @reserved: 0
 * @nr_bios: bios that went through it
 * @origin: kernel name of the origin
 * @name: kernel name of the alias
 */
struct blki_alias_entry {
	__u32	origin_major;
	__u32	origin_minor;
	__u32	major;
	__u32	minor;
	__u32	nr_openers;
	__u32	reserved;
	__u64	nr_bios;
	char	origin[BLKI_NAME_MAX];
	char	name[BLKI_NAME_MAX];
};

/* The type byte is in no ioctl number list of Linux 6.12; the numbers are ours from 0x00 on. */
#define BLKI_IOC_TYPE		0xE7

#define BLKI_IOC_VERSION	_IOWR(BLKI_IOC_TYPE, 0x00, struct blki_version)
#define BLKI_IOC_ATTACH		_IOWR(BLKI_IOC_TYPE, 0x01, struct blki_attach)
#define BLKI_IOC_DETACH		_IOWR(BLKI_IOC_TYPE, 0x02, struct blki_detach)
#define BLKI_IOC_LIST		_IOWR(BLKI_IOC_TYPE, 0x03, struct blki_list)
#define BLKI_IOC_ALIAS_ADD	_IOWR(BLKI_IOC_TYPE, 0x04, struct blki_alias)
#define BLKI_IOC_ALIAS_DEL	_IOWR(BLKI_IOC_TYPE, 0x05, struct blki_alias)
/* struct blki_list, its entries struct blki_alias_entry */
#define BLKI_IOC_ALIAS_LIST	_IOWR(BLKI_IOC_TYPE, 0x06, struct blki_list)

/*
 * Uevents: the control device's kobject sends KOBJ_CHANGE with BLKI_EVENT= attach, detach, hold, resume,
 * alias-add or alias-del, BLKI_ORIGIN= kernel name, and for interposers BLKI_ID=, BLKI_KIND= filter, remap
 * or native, BLKI_NAME=, BLKI_ACCEPTOR=; for an alias BLKI_NAME= its kernel name.
 */

#endif /* _UAPI_LINUX_BLKI_H */
