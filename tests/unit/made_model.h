/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the service model are made of: a profile that takes no chances, arrivals in a
 * line, and the profiles as they are shipped.
 */
#ifndef BLKI_MADE_MODEL_H
#define BLKI_MADE_MODEL_H

#include "ublk-sim/model.h"

/* Far more than any test addresses; a power of two divides into whole blocks. */
#define MADE_DISK_BYTES		(1ULL << 36)
/* What profiles count from. */
#define MADE_BLOCK_BYTES	4096u

/** made_profile - one lane; every I/O of up to 4 KiB takes exactly 100 ns */
struct sim_profile made_profile(void);

/** made_shipped - the profile of that name, as shipped; fails the test when it cannot be read */
void made_shipped(const char *name, struct sim_profile *profile);

/** made_arrival - sim_model_arrive() with all that makes an I/O; Return: the due time */
uint64_t made_arrival(struct sim_model *model, uint64_t now_ns, enum sim_op op,
		      uint64_t offset_bytes, uint64_t length_bytes);

/** made_read - a read of 4 KiB arrives; Return: the due time */
uint64_t made_read(struct sim_model *model, uint64_t now_ns, uint64_t offset_bytes);

#endif
