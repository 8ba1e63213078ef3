// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sparse store; see store.h. Path of the data: request pages in the kernel ↔ the
 * store, which target_ram.c names to the queue by address.
 */
#include "store.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int sim_store_init(struct sim_store *store, uint64_t size_bytes)
{
	void *base;

	if (!size_bytes)
		return -EINVAL;
	if (size_bytes > SIZE_MAX)
		return -ENOMEM;
	base = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return -ENOMEM;
	/* A huge page per 4 KiB written would make a sparse disk dense; a kernel without
	 * huge pages refuses the advice, and needs none.
	 */
	(void)madvise(base, size_bytes, MADV_NOHUGEPAGE);
	store->base = base;
	store->size_bytes = size_bytes;
	return 0;
}

void sim_store_uninit(struct sim_store *store)
{
	if (store->base)
		munmap(store->base, store->size_bytes);
	store->base = NULL;
	store->size_bytes = 0;
}

void *sim_store_at(const struct sim_store *store, uint64_t offset_bytes, uint64_t length_bytes)
{
	if (offset_bytes > store->size_bytes || length_bytes > store->size_bytes - offset_bytes)
		return NULL;
	return store->base + offset_bytes;
}

int sim_store_discard(const struct sim_store *store, uint64_t offset_bytes,
		      uint64_t length_bytes)
{
	const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t end = offset_bytes + length_bytes;
	uint64_t first_page;
	uint64_t last_page;

	if (!sim_store_at(store, offset_bytes, length_bytes))
		return -EINVAL;
	first_page = (offset_bytes + page_bytes - 1) / page_bytes * page_bytes;
	last_page = end / page_bytes * page_bytes;
	if (first_page >= last_page) {
		memset(store->base + offset_bytes, 0, length_bytes);
		return 0;
	}
	memset(store->base + offset_bytes, 0, first_page - offset_bytes);
	memset(store->base + last_page, 0, end - last_page);
	if (madvise(store->base + first_page, last_page - first_page, MADV_DONTNEED))
		return -errno;
	return 0;
}

int sim_store_zero(const struct sim_store *store, uint64_t offset_bytes, uint64_t length_bytes)
{
	void *at = sim_store_at(store, offset_bytes, length_bytes);

	if (!at)
		return -EINVAL;
	memset(at, 0, length_bytes);
	return 0;
}
