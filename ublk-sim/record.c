// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The record of a run: writes in the order in which they were answered, cut into epochs by
 * flushes; see crash.h. cache.c fills it under its lock; crash.c reads it when the run is over.
 */
#include "record.h"

#include <stdlib.h>
#include <string.h>

/* Writes that the first allocation has room for; doubled when full. */
#define RECORD_CAPACITY_FIRST	256u

struct sim_record *sim_record_create(uint64_t limit_bytes)
{
	struct sim_record *record = calloc(1, sizeof(*record));

	if (record)
		record->limit_bytes = limit_bytes;
	return record;
}

void sim_record_destroy(struct sim_record *record)
{
	uint64_t i;

	if (!record)
		return;
	for (i = 0; i < record->nr_writes; i++)
		free(record->writes[i].data);
	free(record->writes);
	free(record);
}

static bool room_made(struct sim_record *record)
{
	const uint64_t capacity = record->capacity ? record->capacity * 2 : RECORD_CAPACITY_FIRST;
	struct record_write *writes;

	if (record->nr_writes < record->capacity)
		return true;
	writes = reallocarray(record->writes, capacity, sizeof(*writes));
	if (!writes)
		return false;
	record->writes = writes;
	record->capacity = capacity;
	return true;
}

void sim_record_write(struct sim_record *record, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes, bool fua)
{
	const uint64_t kept_bytes = data ? length_bytes : 0;
	unsigned char *copy = NULL;

	if (record->overflowed)
		return;
	if (kept_bytes > record->limit_bytes - record->bytes || !room_made(record))
		goto overflowed;
	if (data) {
		copy = malloc(length_bytes);
		if (!copy)
			goto overflowed;
		memcpy(copy, data, length_bytes);
	}
	record->writes[record->nr_writes++] = (struct record_write){
		.offset_bytes = offset_bytes,
		.length_bytes = length_bytes,
		.data = copy,
		.epoch = record->epoch,
		.fua = fua,
	};
	record->bytes += kept_bytes;
	return;

overflowed:
	record->overflowed = true;
}

void sim_record_flush(struct sim_record *record)
{
	/* A flush with nothing before it ends no epoch. */
	if (record->nr_writes && record->writes[record->nr_writes - 1].epoch == record->epoch)
		record->epoch++;
}

void sim_record_totals(const struct sim_record *record, struct sim_record_totals *totals)
{
	*totals = (struct sim_record_totals){
		.nr_writes = record->nr_writes,
		.bytes = record->bytes,
		.overflowed = record->overflowed,
	};
	if (record->nr_writes)
		totals->nr_epochs = record->writes[record->nr_writes - 1].epoch + 1;
}
