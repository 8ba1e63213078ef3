// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes that can be taken back; see overlay.h.
 */
#include "overlay.h"

#include "store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS	64u

/**
 * struct sim_overlay - blocks over a medium
 * @store: the content of changed blocks, at their place on the disk
 * @changed: one bit per block
 * @nr_blocks: of the disk
 * @block_bytes: unit
 */
struct sim_overlay {
	struct sim_store store;
	uint64_t *changed;
	uint64_t nr_blocks;
	uint32_t block_bytes;
};

struct sim_overlay *sim_overlay_create(uint64_t size_bytes, uint32_t block_bytes)
{
	struct sim_overlay *overlay = calloc(1, sizeof(*overlay));

	if (!overlay)
		return NULL;
	overlay->nr_blocks = size_bytes / block_bytes;
	overlay->block_bytes = block_bytes;
	overlay->changed = calloc(overlay->nr_blocks / WORD_BITS + 1, sizeof(uint64_t));
	if (overlay->changed && !sim_store_init(&overlay->store, size_bytes))
		return overlay;
	free(overlay->changed);
	free(overlay);
	return NULL;
}

void sim_overlay_destroy(struct sim_overlay *overlay)
{
	if (!overlay)
		return;
	sim_store_uninit(&overlay->store);
	free(overlay->changed);
	free(overlay);
}

static bool block_is_changed(const struct sim_overlay *overlay, uint64_t block)
{
	return __atomic_load_n(&overlay->changed[block / WORD_BITS], __ATOMIC_ACQUIRE) >>
		       (block % WORD_BITS) &
	       1;
}

int sim_overlay_write(struct sim_overlay *overlay, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes)
{
	void *at = sim_store_at(&overlay->store, offset_bytes, length_bytes);
	const uint64_t end = (offset_bytes + length_bytes) / overlay->block_bytes;
	uint64_t block;

	if (!at)
		return -EINVAL;
	if (data)
		memcpy(at, data, length_bytes);
	else if (sim_store_discard(&overlay->store, offset_bytes, length_bytes))
		memset(at, 0, length_bytes);
	/* Pairs with the acquire in block_is_changed(): the content is there before the bit. */
	for (block = offset_bytes / overlay->block_bytes; block < end; block++)
		__atomic_fetch_or(&overlay->changed[block / WORD_BITS],
				  1ULL << (block % WORD_BITS), __ATOMIC_RELEASE);
	return 0;
}

void sim_overlay_read(const struct sim_overlay *overlay, uint64_t offset_bytes, void *data,
		      uint64_t length_bytes)
{
	const unsigned char *from = sim_store_at(&overlay->store, offset_bytes, length_bytes);
	uint64_t block = offset_bytes / overlay->block_bytes;
	unsigned char *to = data;
	uint64_t at;

	for (at = 0; from && at < length_bytes; at += overlay->block_bytes, block++)
		if (block_is_changed(overlay, block))
			memcpy(to + at, from + at, overlay->block_bytes);
}

void sim_overlay_reset(struct sim_overlay *overlay)
{
	memset(overlay->changed, 0, (overlay->nr_blocks / WORD_BITS + 1) * sizeof(uint64_t));
	(void)sim_store_discard(&overlay->store, 0, overlay->store.size_bytes);
}

int sim_overlay_apply(const struct sim_overlay *overlay, const struct sim_media *media)
{
	uint64_t block;
	uint64_t first;
	int ret;

	for (block = 0; block < overlay->nr_blocks; block++) {
		if (!block_is_changed(overlay, block))
			continue;
		for (first = block; block + 1 < overlay->nr_blocks &&
				    block_is_changed(overlay, block + 1);)
			block++;
		ret = media->write(media->context, first * overlay->block_bytes,
				   overlay->store.base + first * overlay->block_bytes,
				   (block + 1 - first) * overlay->block_bytes);
		if (ret)
			return ret;
	}
	return 0;
}
