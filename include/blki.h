/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libblki: attach and detach interposers, and make the device-mapper devices they remap to.
 *
 * blki, the dmsetup front-end and bench stand on it; it stands on the ioctls of <linux/blki.h>
 * and on libdevmapper. It owns no state beyond its handle, starts no process and prints nothing:
 * every failure leaves a sentence (object, cause, remedy) in the handle.
 *
 * A handle is not thread-safe; use one per thread. Functions return 0 or -errno unless they say
 * otherwise.
 */
#ifndef BLKI_H
#define BLKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
/* struct blki_entry and struct blki_attach have a member "class"; in C++ it is class_ */
#include <linux/ioctl.h>
#include <linux/types.h>
#define class class_
#include <linux/blki.h>
#undef class
extern "C" {
#else
#include <linux/blki.h>
#endif

/** struct blki - a connection to the module; opaque */
struct blki;

/**
 * blki_open - connect to the loaded module
 * @h: out: the handle, to be closed with blki_close(); set also on failure (for blki_message()) unless
 *	-ENOMEM is returned, in which case it is NULL
 *
 * Return: 0; -ENOENT the module is not loaded; -EACCES or -EPERM not allowed; -EPROTO the module
 * speaks an older ABI; -ENOMEM.
 */
int blki_open(struct blki **h);

/** blki_close - end a connection; @h may be NULL; attached interposers stay attached */
void blki_close(struct blki *h);

/**
 * blki_message - the sentence about the last failure of this handle
 * @h: a handle
 *
 * Return: a string without newline, owned by the handle, valid until its next call; "" if none
 * failed.
 */
const char *blki_message(const struct blki *h);

/**
 * BLKI_OPTS_CLASS - an enum blki_class for struct blki_opts, where 0 has another meaning
 * @c: enum blki_class
 */
#define BLKI_OPTS_CLASS(c)	((unsigned int)(c) + 1)

/**
 * struct blki_opts - what an attach may choose; NULL or all zero is every default
 * @hook: enum blki_hook
 * @timeout_ms: milliseconds, 0 is BLKI_TIMEOUT_DEFAULT_MS
 * @altitude: filter: its place in the chain, 0 is its own; remap: must be 0
 * @flags: BLKI_ATTACH_*, see struct blki_attach
 * @acceptor_class: remap: BLKI_OPTS_CLASS() of what the caller knows the acceptor to be; 0 finds it
 *	out from the acceptor's table
 * @offset_sectors: native: where the origin's sector 0 is on the acceptor, in 512-byte sectors
 * @dry_run: check everything that can be seen without attaching, and change nothing; neither an id nor
 *	a pause is then written
 * @pause_ns: out: nanoseconds that the origin's queue took no bio for the switch, at most; or NULL
 *
 * It only grows at its end, and the library's major version rises when it does.
 */
struct blki_opts {
	unsigned int hook;
	unsigned int timeout_ms;
	unsigned int altitude;
	uint32_t flags;
	unsigned int acceptor_class;
	uint64_t offset_sectors;
	bool dry_run;
	uint64_t *pause_ns;
};

/**
 * struct blki_detach_opts - what a detach may choose; NULL or all zero is every default
 * @timeout_ms: milliseconds, 0 is BLKI_TIMEOUT_DEFAULT_MS
 * @flags: BLKI_DETACH_*, see struct blki_detach
 * @dry_run: find out what would be detached, and change nothing
 * @pause_ns: out: nanoseconds that the origin's bios were held or its queue took none, at most; or NULL
 */
struct blki_detach_opts {
	unsigned int timeout_ms;
	uint32_t flags;
	bool dry_run;
	uint64_t *pause_ns;
};

/**
 * blki_filter_attach - put a filter on a live block device
 * @h: a handle
 * @origin: path of the block device
 * @filter: registered name of the filter
 * @opts: choices, or NULL
 * @id: out: the interposer; may be NULL
 *
 * Return: 0 or -errno as listed at struct blki_attach, or of open(2).
 */
int blki_filter_attach(struct blki *h, const char *origin, const char *filter,
		       const struct blki_opts *opts, uint64_t *id);

/**
 * blki_filter_detach - take a filter off again
 * @h: a handle
 * @origin: path of the block device, or its kernel name when its node is gone
 * @filter: name of the filter
 * @opts: choices, or NULL
 *
 * Return: 0; -ENOENT it is not attached there; or -errno as listed at struct blki_detach.
 */
int blki_filter_detach(struct blki *h, const char *origin, const char *filter,
		       const struct blki_detach_opts *opts);

/**
 * blki_remap_start - send the bios of a live block device to a device-mapper device
 * @h: a handle
 * @origin: path of the block device
 * @acceptor: path of the device that takes the bios, or a device-mapper name
 * @opts: choices, or NULL
 * @id: out: the interposer; may be NULL
 *
 * An acceptor that stands on the origin above the hook (found through sysfs slaves) is refused
 * with -ELOOP.
 *
 * Return: 0 or -errno as listed at struct blki_attach, or of open(2).
 */
int blki_remap_start(struct blki *h, const char *origin, const char *acceptor,
		     const struct blki_opts *opts, uint64_t *id);

/**
 * blki_native_start - aim the bios of a live block device themselves at another blk-mq device
 * @h: a handle
 * @origin: path of the block device
 * @acceptor: path of the disk or partition that takes the bios
 * @opts: choices, @offset_sectors among them, or NULL
 * @id: out: the interposer; may be NULL
 *
 * No clone and no device-mapper. An acceptor that leads away from the origin's own bytes needs an
 * origin that nobody holds, or BLKI_ATTACH_FORCE.
 *
 * Return: as blki_remap_start().
 */
int blki_native_start(struct blki *h, const char *origin, const char *acceptor,
		      const struct blki_opts *opts, uint64_t *id);

/**
 * blki_remap_stop - give the bios back; when it returns 0 none of them is inside the acceptor
 * @h: a handle
 * @dev: the origin or the acceptor: a path, kernel name or device-mapper name
 * @opts: choices, or NULL
 *
 * A stateful acceptor is made clean first; one under snapshot-origin that has snapshots is refused with
 * -EBUSY. BLKI_DETACH_CLEAN leaves both to the caller.
 *
 * Return: 0; -ENOENT no remap there; or -errno as listed at struct blki_detach.
 */
int blki_remap_stop(struct blki *h, const char *dev, const struct blki_detach_opts *opts);

/**
 * blki_detach_id - detach one interposer by the id that blki_list() reported
 * @h: a handle
 * @id: the interposer
 * @opts: choices, or NULL
 *
 * With BLKI_DETACH_HOLD or BLKI_DETACH_RESUME in @opts it does one step of a detach, see
 * <linux/blki.h>; the steps must come through the same handle, and blki_close() resumes.
 *
 * Return: 0 or -errno as listed at struct blki_detach.
 */
int blki_detach_id(struct blki *h, uint64_t id, const struct blki_detach_opts *opts);

/**
 * blki_list - every interposer, ordered by origin, then from the first to the last of its chain
 * @h: a handle
 * @entries: out: array of *@nr entries, to be freed with free(3); NULL when there is none
 * @nr: out: entries in the array
 *
 * Return: 0 or -errno.
 */
int blki_list(struct blki *h, struct blki_entry **entries, size_t *nr);

/**
 * struct blki_alias_opts - what adding or removing an alias may choose; NULL or all zero is every default
 * @dry_run: check everything that can be seen without asking the kernel, and change nothing
 */
struct blki_alias_opts {
	bool dry_run;
};

/**
 * blki_alias_add - make the alias of a device, or find the one there is
 * @h: a handle
 * @origin: path, kernel name or device-mapper name of the origin
 * @opts: choices, or NULL
 * @node: out: path of the alias, such as /dev/blki/sda2, which exists when the call returns; in a dry run
 *	the path that it has or would have
 * @node_size: bytes at @node
 *
 * The alias reaches the origin's driver below every interposer and is claimed by nobody, so that any
 * device-mapper target can stand on it while a file system holds the origin.
 *
 * Return: 0 or -errno as listed at struct blki_alias, or of open(2).
 */
int blki_alias_add(struct blki *h, const char *origin, const struct blki_alias_opts *opts, char *node,
		   size_t node_size);

/**
 * blki_alias_del - remove an alias that nobody has open
 * @h: a handle
 * @dev: the alias or its origin: a path, kernel name or device-mapper name
 * @opts: choices, or NULL
 *
 * Return: 0; -ENOENT it has no alias; -EBUSY it is in use; or -errno as listed at struct blki_alias.
 */
int blki_alias_del(struct blki *h, const char *dev, const struct blki_alias_opts *opts);

/**
 * blki_alias_list - every alias, in the order they were made
 * @h: a handle
 * @entries: out: array of *@nr entries, to be freed with free(3); NULL when there is none
 * @nr: out: entries in the array
 *
 * Return: 0 or -errno.
 */
int blki_alias_list(struct blki *h, struct blki_alias_entry **entries, size_t *nr);

/**
 * blki_dm_create - make a device-mapper device
 * @h: a handle; unlike the calls above it needs no loaded module unless the table says noexcl
 * @name: device-mapper name
 * @table: lines of "START LENGTH TARGET ARGS", in 512-byte sectors, as dmsetup takes them; one that ends
 *	in "noexcl" stands below the hook: linear becomes blki-linear, other targets get aliases
 * @node: out: path of the device node, which exists when the call returns
 * @node_size: bytes at @node
 *
 * Return: 0; -EINVAL the table is not understood; -EEXIST the name is taken; or -errno of the
 * kernel.
 */
int blki_dm_create(struct blki *h, const char *name, const char *table, char *node,
		   size_t node_size);

/**
 * blki_dm_remove - remove a device-mapper device
 * @h: a handle
 * @name: device-mapper name
 *
 * Return: 0; -ENXIO there is none; -EBUSY it is in use; or -errno of the kernel.
 */
int blki_dm_remove(struct blki *h, const char *name);

#ifdef __cplusplus
}
#endif

#endif /* BLKI_H */
