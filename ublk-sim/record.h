/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a record, shared by record.c, which fills it, and crash.c, which reads it. Nobody
 * else includes it.
 */
#ifndef UBLK_SIM_RECORD_H
#define UBLK_SIM_RECORD_H

#include "crash.h"

/**
 * struct record_write - one write of a record
 * @offset_bytes: where
 * @length_bytes: how much
 * @data: the bytes; NULL for zeroes
 * @epoch: flushes before it that had writes before them
 * @fua: it was durable when answered
 */
struct record_write {
	uint64_t offset_bytes;
	uint64_t length_bytes;
	unsigned char *data;
	uint64_t epoch;
	bool fua;
};

/**
 * struct sim_record - writes in the order in which they were answered
 * @writes: nr_writes of them, room for @capacity
 * @nr_writes: their number
 * @capacity: their room
 * @epoch: of the next write
 * @bytes: data kept
 * @limit_bytes: data kept at most
 * @overflowed: a write did not fit; nothing is noted any more
 */
struct sim_record {
	struct record_write *writes;
	uint64_t nr_writes;
	uint64_t capacity;
	uint64_t epoch;
	uint64_t bytes;
	uint64_t limit_bytes;
	bool overflowed;
};

#endif
