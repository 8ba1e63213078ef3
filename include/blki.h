/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libblki: attach and detach interposers, and make the device-mapper devices they remap to.
 *
 * blki, the dmsetup front-end and bench stand on it; it stands on the ioctls of <linux/blki.h> and on
 * libdevmapper. It owns no state beyond its handle, starts no process and prints nothing: every failure
 * leaves a sentence (object, cause, remedy) in the handle.
 *
 * A handle is not thread-safe; use one per thread. Functions return 0 or -errno unless they say otherwise.
 */
#ifndef BLKI_H
#define BLKI_H

#include <stddef.h>
#include <stdint.h>

#include <linux/blki.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct blki - a connection to the module; opaque */
struct blki;

/**
 * blki_open - connect to the loaded module
 * @h: out: the handle, to be closed with blki_close(); set also on failure (for blki_message()) unless
 *	-ENOMEM is returned, in which case it is NULL
 *
 * Return: 0; -ENOENT the module is not loaded; -EACCES or -EPERM not allowed; -EPROTO the module speaks an
 * older ABI; -ENOMEM.
 */
int blki_open(struct blki **h);

/** blki_close - end a connection; @h may be NULL; attached interposers stay attached */
void blki_close(struct blki *h);

/**
 * blki_message - the sentence about the last failure of this handle
 * @h: a handle
 *
 * Return: a string without newline, owned by the handle, valid until its next call; "" if none failed.
 */
const char *blki_message(const struct blki *h);

/**
 * struct blki_opts - what an attach may choose; NULL or all zero is every default
 * @hook: enum blki_hook
 * @timeout_ms: milliseconds, 0 is BLKI_TIMEOUT_DEFAULT_MS
 * @altitude: place of a filter, 0 is its own
 */
struct blki_opts {
	unsigned int hook;
	unsigned int timeout_ms;
	unsigned int altitude;
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
 * @timeout_ms: milliseconds, 0 is BLKI_TIMEOUT_DEFAULT_MS
 *
 * Return: 0; -ENOENT it is not attached there; or -errno as listed at struct blki_detach.
 */
int blki_filter_detach(struct blki *h, const char *origin, const char *filter,
		       unsigned int timeout_ms);

/**
 * blki_remap_start - send the bios of a live block device to another one
 * @h: a handle
 * @origin: path of the block device
 * @acceptor: path of the device that takes the bios, or a device-mapper name
 * @opts: choices, or NULL
 * @id: out: the interposer; may be NULL
 *
 * An acceptor that stands on the origin above the hook (found through sysfs slaves) is refused with -ELOOP.
 *
 * Return: 0 or -errno as listed at struct blki_attach, or of open(2).
 */
int blki_remap_start(struct blki *h, const char *origin, const char *acceptor,
		     const struct blki_opts *opts, uint64_t *id);

/**
 * blki_remap_stop - give the bios back; when it returns 0 none of them is inside the acceptor
 * @h: a handle
 * @dev: the origin or the acceptor: a path, kernel name or device-mapper name
 * @timeout_ms: milliseconds, 0 is BLKI_TIMEOUT_DEFAULT_MS
 *
 * Return: 0; -ENOENT no remap there; or -errno as listed at struct blki_detach.
 */
int blki_remap_stop(struct blki *h, const char *dev, unsigned int timeout_ms);

/**
 * blki_detach_id - detach one interposer by the id that blki_list() reported
 * @h: a handle
 * @id: the interposer
 * @timeout_ms: milliseconds, 0 is BLKI_TIMEOUT_DEFAULT_MS
 *
 * Return: 0 or -errno as listed at struct blki_detach.
 */
int blki_detach_id(struct blki *h, uint64_t id, unsigned int timeout_ms);

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
 * blki_dm_create - make a device-mapper device
 * @h: a handle; unlike the calls above it needs no loaded module unless the table says noexcl
 * @name: device-mapper name
 * @table: lines of "START LENGTH TARGET ARGS", in 512-byte sectors, as dmsetup takes them; a linear line
 *	that ends in "noexcl" becomes the blki-linear target
 * @node: out: path of the device node, which exists when the call returns
 * @node_size: bytes at @node
 *
 * Return: 0; -EINVAL the table is not understood; -EEXIST the name is taken; or -errno of the kernel.
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
