/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recording a run and showing its crash states on the disk, one after another.
 *
 * A record begins with changes (overlay.h) put over the target, so the target keeps what it held;
 * crash.h then knows the states, and showing one is: take the changes back, write the state into
 * them. Whoever checks may write, too: the next state takes it back again. In the end the
 * changes of the whole run are put back.
 */
#ifndef UBLK_SIM_ENUMERATE_H
#define UBLK_SIM_ENUMERATE_H

#include "crash.h"
#include "disk.h"

/**
 * struct sim_enumerate - a walk over crash states
 * @crash: the states; NULL: no walk
 * @run: the changes of the recorded run, to be put back
 */
struct sim_enumerate {
	struct sim_crash *crash;
	struct sim_overlay *run;
};

/**
 * sim_enumerate_record - begin to record, or end it
 * @disk: a disk with a cache and no I/O in flight
 * @on: begin; a new record replaces an old one. End: keep the record
 * @err: the sentence on failure
 *
 * Context: takes the disk's lock exclusively; flushes its cache.
 * Return: 0; -EINVAL without a cache; -ENOMEM; -errno of the target.
 */
int sim_enumerate_record(struct sim_disk *disk, bool on, struct sim_error *err);

/**
 * sim_enumerate_open - begin a walk; the record ends
 * @walk: empty
 * @disk: recorded, no I/O in flight
 * @bounds: which states; @lying is set here
 * @err: the sentence on failure
 *
 * Context: takes the disk's lock exclusively.
 * Return: 0; -EINVAL without a record or with an overflowed one; what sim_crash_create() returns.
 */
int sim_enumerate_open(struct sim_enumerate *walk, struct sim_disk *disk,
		       struct sim_crash_bounds *bounds, struct sim_error *err);

/**
 * sim_enumerate_show - put a state on the disk
 * @walk: open
 * @disk: nobody has it open
 * @index: of the state
 * @state: filled
 * @err: the sentence on failure
 *
 * Context: takes the disk's lock exclusively.
 * Return: 0; -EINVAL behind the last state or without a walk.
 */
int sim_enumerate_show(struct sim_enumerate *walk, struct sim_disk *disk, uint64_t index,
		       struct sim_crash_state *state, struct sim_error *err);

/**
 * sim_enumerate_close - end a walk: the disk is what the run left, and the record is gone
 * @walk: open or empty
 * @disk: nobody has it open
 * @err: the sentence on failure
 *
 * Context: takes the disk's lock exclusively; writes to the target.
 * Return: 0 or -errno of the target.
 */
int sim_enumerate_close(struct sim_enumerate *walk, struct sim_disk *disk, struct sim_error *err);

#endif
