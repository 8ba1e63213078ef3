// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of one I/O of verify; see slot.h.
 *
 * A write claims its range before a generation is issued and gives it back after the completion was
 * noted. A read notes what had completed before it is sent. A block that is torn although a write of ours
 * was under way while it was read is read again under the claim, when no write can be: then it must be right.
 */
#include "slot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "block.h"

/* Wrong blocks and failed I/Os that are described on stderr; all are counted. */
#define REPORTS_MAX	20

/* Ranges that are tried for a write before the slot reads instead. */
#define CLAIM_TRIES	8

static atomic_uint nr_reports;

int slot_init(struct slot *slot, struct extent *extent, unsigned int index)
{
	*slot = (struct slot){
		.extent = extent,
		.random = extent->seed + index,
	};
	slot->random = block_random(&slot->random);
	slot->buffer = aligned_alloc(BLOCK_BYTES, extent->max_blocks * BLOCK_BYTES);
	slot->done = calloc(extent->max_blocks, sizeof(*slot->done));
	if (!slot->buffer || !slot->done) {
		slot_uninit(slot);
		return -ENOMEM;
	}
	memset(slot->buffer, 0, extent->max_blocks * BLOCK_BYTES);
	return 0;
}

void slot_uninit(struct slot *slot)
{
	free(slot->buffer);
	free(slot->done);
	slot->buffer = NULL;
	slot->done = NULL;
}

uint64_t slot_bytes(const struct slot *slot)
{
	return slot->nr * BLOCK_BYTES;
}

uint64_t slot_offset(const struct slot *slot)
{
	return slot->extent->offset_bytes + slot->first * BLOCK_BYTES;
}

/* A write that could not be noted is sent all the same: the error has failed the run. */
static void slot_note(const struct slot *slot)
{
	int err = truth_note(slot->extent->truth, slot->first, slot->nr);

	if (!err)
		return;
	atomic_fetch_add(&slot->extent->errors, 1);
	fprintf(stderr, "verify: the truth disk: %s\n", strerror(-err));
}

static void slot_issue(struct slot *slot)
{
	struct extent *extent = slot->extent;

	slot->op = SLOT_WRITE;
	for (uint64_t i = 0; i < slot->nr; i++)
		block_fill(slot->buffer + i * BLOCK_BYTES,
			   slot_offset(slot) + i * BLOCK_BYTES, extent->seed,
			   table_issue(extent->table, slot->first + i));
	if (extent->truth)
		slot_note(slot);
}

void slot_write(struct slot *slot, uint64_t first, uint64_t nr)
{
	slot->first = first;
	slot->nr = nr;
	if (!table_claim(slot->extent->table, first, nr))
		abort();
	slot_issue(slot);
}

void slot_read(struct slot *slot, uint64_t first, uint64_t nr)
{
	slot->op = SLOT_READ;
	slot->first = first;
	slot->nr = nr;
	for (uint64_t i = 0; i < nr; i++)
		slot->done[i] = table_done(slot->extent->table, first + i);
	/* what a lost read would leave must not look like the right blocks */
	memset(slot->buffer, 0, nr * BLOCK_BYTES);
}

/* Half of the I/Os have the smallest size, the others any: small ones race more, large ones are split. */
static void slot_choose_range(struct slot *slot)
{
	struct extent *extent = slot->extent;
	uint64_t span = extent->max_blocks - extent->min_blocks + 1;

	slot->nr = extent->min_blocks;
	if (block_random(&slot->random) & 1)
		slot->nr += block_random(&slot->random) % span;
	slot->first = block_random(&slot->random) % (extent->nr_blocks - slot->nr + 1);
}

void slot_next(struct slot *slot)
{
	struct extent *extent = slot->extent;
	unsigned int die = block_random(&slot->random) % 100;

	if (die < extent->flush_pct) {
		slot->op = SLOT_FLUSH;
		return;
	}
	slot_choose_range(slot);
	die = block_random(&slot->random) % 100;
	for (unsigned int i = 0; die >= extent->read_pct && i < CLAIM_TRIES; i++) {
		if (table_claim(extent->table, slot->first, slot->nr)) {
			slot_issue(slot);
			return;
		}
		slot_choose_range(slot);
	}
	slot_read(slot, slot->first, slot->nr);
}

static void report_error(const struct slot *slot, ssize_t result)
{
	static const char *const ops[] = { "read", "write", "flush" };

	atomic_fetch_add(&slot->extent->errors, 1);
	if (atomic_fetch_add(&nr_reports, 1) >= REPORTS_MAX)
		return;
	if (result < 0)
		fprintf(stderr, "verify: %s of %llu bytes at %llu: %s\n", ops[slot->op],
			(unsigned long long)slot_bytes(slot),
			(unsigned long long)slot_offset(slot), strerror((int)-result));
	else
		fprintf(stderr, "verify: %s of %llu bytes at %llu moved only %zd\n",
			ops[slot->op], (unsigned long long)slot_bytes(slot),
			(unsigned long long)slot_offset(slot), result);
}

static void report_mismatch(const struct slot *slot, const void *block,
			    const struct block_want *want, enum block_fault fault)
{
	struct block_header found;

	atomic_fetch_add(&slot->extent->mismatches, 1);
	if (atomic_fetch_add(&nr_reports, 1) >= REPORTS_MAX)
		return;
	memcpy(&found, block, sizeof(found));
	fprintf(stderr,
		"verify: block at %llu is %s: wanted generation %llu to %llu, found generation %llu of offset %llu seed %llx\n",
		(unsigned long long)want->offset_bytes, block_fault_name(fault),
		(unsigned long long)want->generation_min,
		(unsigned long long)want->generation_max, (unsigned long long)found.generation,
		(unsigned long long)found.offset_bytes, (unsigned long long)found.seed);
}

/* Reads one block again while nobody can write it; it must be whole and of the newest generation. */
static void slot_recheck(struct slot *slot, unsigned char *block, struct block_want *want,
			 uint64_t index)
{
	struct extent *extent = slot->extent;
	enum block_fault fault;
	ssize_t result;

	while (!table_claim(extent->table, index, 1))
		usleep(100);
	atomic_fetch_add(&extent->rechecks, 1);
	want->generation_min = table_done(extent->table, index);
	want->generation_max = table_issued(extent->table, index);
	result = pread(extent->fd, block, BLOCK_BYTES, (off_t)want->offset_bytes);
	if (result != BLOCK_BYTES) {
		report_error(slot, result < 0 ? -errno : result);
	} else {
		fault = block_check(block, want);
		if (fault)
			report_mismatch(slot, block, want, fault);
	}
	table_release(extent->table, index, 1);
}

static void slot_check(struct slot *slot)
{
	struct extent *extent = slot->extent;

	for (uint64_t i = 0; i < slot->nr; i++) {
		unsigned char *block = slot->buffer + i * BLOCK_BYTES;
		struct block_want want = {
			.offset_bytes = slot_offset(slot) + i * BLOCK_BYTES,
			.seed = extent->seed,
			.generation_min = slot->done[i],
			.generation_max = table_issued(extent->table, slot->first + i),
		};
		enum block_fault fault = BLOCK_OK;

		if (want.generation_max)
			fault = block_check(block, &want);
		if (!fault)
			continue;
		if (want.generation_min != want.generation_max &&
		    (fault == BLOCK_TORN || fault == BLOCK_FOREIGN))
			slot_recheck(slot, block, &want, slot->first + i);
		else
			report_mismatch(slot, block, &want, fault);
	}
}

void slot_done(struct slot *slot, ssize_t result)
{
	struct extent *extent = slot->extent;
	bool whole = slot->op == SLOT_FLUSH ? !result : result == (ssize_t)slot_bytes(slot);

	if (!whole)
		report_error(slot, result);
	switch (slot->op) {
	case SLOT_FLUSH:
		atomic_fetch_add(&extent->flushes, 1);
		return;
	case SLOT_WRITE:
		for (uint64_t i = 0; i < slot->nr; i++)
			table_complete(extent->table, slot->first + i, whole);
		table_release(extent->table, slot->first, slot->nr);
		atomic_fetch_add(&extent->writes, 1);
		break;
	case SLOT_READ:
		if (whole)
			slot_check(slot);
		atomic_fetch_add(&extent->reads, 1);
		break;
	}
	if (whole)
		atomic_fetch_add(&extent->bytes, slot_bytes(slot));
}

void slot_run(struct slot *slot)
{
	int fd = slot->extent->fd;
	ssize_t result = 0;

	switch (slot->op) {
	case SLOT_FLUSH:
		result = fdatasync(fd);
		break;
	case SLOT_WRITE:
		result = pwrite(fd, slot->buffer, slot_bytes(slot), (off_t)slot_offset(slot));
		break;
	case SLOT_READ:
		result = pread(fd, slot->buffer, slot_bytes(slot), (off_t)slot_offset(slot));
		break;
	}
	slot_done(slot, result < 0 ? -errno : result);
}
