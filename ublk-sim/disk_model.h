/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a disk's service models drew: the part of its state hash that is about time.
 */
#ifndef UBLK_SIM_DISK_MODEL_H
#define UBLK_SIM_DISK_MODEL_H

#include "disk.h"

/**
 * sim_disk_model_hash - of what the present model of a disk drew, and those before it
 * @disk: the lock held
 *
 * Context: takes the model's lock.
 * Return: the hash; equal for equal seeds, profiles and I/O in equal order, however long it took.
 */
uint64_t sim_disk_model_hash(const struct sim_disk *disk);

#endif
