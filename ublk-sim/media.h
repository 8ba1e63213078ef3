/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands below the fault and cache layers: the durable medium, as three calls.
 *
 * A target gives a struct sim_media; cache.c destages to it and reads from it, fault.c and crash.c
 * write through it. The pure parts thereby know neither files nor rings, and the unit tests use arrays.
 */
#ifndef UBLK_SIM_MEDIA_H
#define UBLK_SIM_MEDIA_H

#include <stdint.h>

/**
 * struct sim_media - durable storage
 * @write: store @length_bytes of @data at @offset_bytes; Required. 0 or -errno; nothing is kept of
 *	@data after the return
 * @zero: make a range read as zero; Required by the cache and by crash.c. 0 or -errno
 * @read: fill @data with @length_bytes from @offset_bytes; Required by the cache. 0 or -errno
 * @context: first argument of all
 *
 * They are called in the context of the function that was given the medium, with that layer's
 * lock held, so they must not call it back.
 */
struct sim_media {
	int (*write)(void *context, uint64_t offset_bytes, const void *data,
		     uint64_t length_bytes);
	int (*zero)(void *context, uint64_t offset_bytes, uint64_t length_bytes);
	int (*read)(void *context, uint64_t offset_bytes, void *data, uint64_t length_bytes);
	void *context;
};

#endif
