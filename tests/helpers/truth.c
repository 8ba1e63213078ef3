// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The truth disk of truth.h.
 *
 * One lock per region, held over the write, so that an older picture of a block of words never
 * overwrites a newer one.
 */
#include "truth.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "block.h"

/* "BLKTRUTH" in memory of a little-endian machine */
#define TRUTH_MAGIC	0x48545552544b4c42ULL

#define WORDS_PER_BLOCK	(BLOCK_BYTES / sizeof(uint64_t))

/**
 * struct truth - an open region
 * @place: where
 * @table: what is kept
 * @lock: covers @buffer and the order of writes
 * @buffer: one block of words
 * @fd: the truth disk
 */
struct truth {
	struct truth_place place;
	const struct table *table;
	pthread_mutex_t lock;
	uint64_t *buffer;
	int fd;
};

static uint64_t nr_word_blocks(uint64_t nr_blocks)
{
	return (nr_blocks + WORDS_PER_BLOCK - 1) / WORDS_PER_BLOCK;
}

uint64_t truth_bytes(uint64_t nr_blocks)
{
	return (1 + nr_word_blocks(nr_blocks)) * BLOCK_BYTES;
}

static int write_block(struct truth *truth, uint64_t index)
{
	off_t where = (off_t)(truth->place.offset_bytes + index * BLOCK_BYTES);
	ssize_t result = pwrite(truth->fd, truth->buffer, BLOCK_BYTES, where);

	if (result < 0)
		return -errno;
	return result == BLOCK_BYTES ? 0 : -ENOSPC;
}

/* Done is read first: a generation that is issued in between only widens what is acceptable. */
static int write_words(struct truth *truth, uint64_t index)
{
	int err;

	pthread_mutex_lock(&truth->lock);
	for (uint64_t i = 0; i < WORDS_PER_BLOCK; i++) {
		uint64_t block = index * WORDS_PER_BLOCK + i;
		uint64_t done = 0, issued = 0;

		if (block < truth->place.nr_blocks) {
			done = table_done(truth->table, block);
			issued = table_issued(truth->table, block);
		}
		truth->buffer[i] = issued << 32 | done;
	}
	err = write_block(truth, 1 + index);
	pthread_mutex_unlock(&truth->lock);
	return err;
}

int truth_note(struct truth *truth, uint64_t first, uint64_t nr)
{
	uint64_t last = (first + nr - 1) / WORDS_PER_BLOCK;
	int err = 0;

	for (uint64_t index = first / WORDS_PER_BLOCK; index <= last && !err; index++)
		err = write_words(truth, index);
	return err;
}

int truth_settle(struct truth *truth)
{
	return truth_note(truth, 0, truth->place.nr_blocks);
}

static int truth_open(const struct truth_place *place, struct truth **opened)
{
	struct truth *truth = calloc(1, sizeof(*truth));

	if (!truth)
		return -ENOMEM;
	truth->place = *place;
	pthread_mutex_init(&truth->lock, NULL);
	truth->buffer = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
	truth->fd = open(place->path, O_RDWR | O_DIRECT);
	if (!truth->buffer || truth->fd < 0) {
		int err = truth->buffer ? -errno : -ENOMEM;

		truth_close(truth);
		return err;
	}
	memset(truth->buffer, 0, BLOCK_BYTES);
	*opened = truth;
	return 0;
}

void truth_close(struct truth *truth)
{
	if (!truth)
		return;
	if (truth->fd >= 0)
		close(truth->fd);
	pthread_mutex_destroy(&truth->lock);
	free(truth->buffer);
	free(truth);
}

int truth_create(const struct truth_place *place, const struct table *table, struct truth **created)
{
	struct truth *truth;
	int err = truth_open(place, &truth);

	if (err)
		return err;
	truth->table = table;
	truth->buffer[0] = TRUTH_MAGIC;
	truth->buffer[1] = place->nr_blocks;
	truth->buffer[2] = place->seed;
	err = write_block(truth, 0);
	if (!err)
		err = truth_settle(truth);
	if (err) {
		truth_close(truth);
		return err;
	}
	*created = truth;
	return 0;
}

static int read_block(struct truth *truth, uint64_t index)
{
	off_t where = (off_t)(truth->place.offset_bytes + index * BLOCK_BYTES);
	ssize_t result = pread(truth->fd, truth->buffer, BLOCK_BYTES, where);

	if (result < 0)
		return -errno;
	return result == BLOCK_BYTES ? 0 : -EBADMSG;
}

static int words_load(struct truth *truth, struct table *table)
{
	for (uint64_t index = 0; index < nr_word_blocks(truth->place.nr_blocks); index++) {
		int err = read_block(truth, 1 + index);

		if (err)
			return err;
		for (uint64_t i = 0; i < WORDS_PER_BLOCK; i++) {
			uint64_t block = index * WORDS_PER_BLOCK + i;

			if (block < truth->place.nr_blocks)
				table_restore(table, block, truth->buffer[i] >> 32,
					      (uint32_t)truth->buffer[i]);
		}
	}
	return 0;
}

int truth_load(struct truth_place *place, struct table **loaded)
{
	struct table *table = NULL;
	struct truth *truth;
	int err = truth_open(place, &truth);

	if (err)
		return err;
	err = read_block(truth, 0);
	if (!err && (truth->buffer[0] != TRUTH_MAGIC || !truth->buffer[1]))
		err = -EBADMSG;
	if (!err) {
		place->nr_blocks = truth->place.nr_blocks = truth->buffer[1];
		place->seed = truth->buffer[2];
		table = table_create(place->nr_blocks);
		err = table ? words_load(truth, table) : -ENOMEM;
	}
	truth_close(truth);
	if (err) {
		table_free(table);
		return err;
	}
	*loaded = table;
	return 0;
}
