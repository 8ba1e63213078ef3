/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment of a result: everything that must be equal before two results may be compared.
 */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

#include "devices.h"
#include "scenario.h"

struct json_object;

/** BENCH_HOST_FACTS - what the host says of itself, put there by ./x */
#define BENCH_HOST_FACTS "/blki/host.json"

/**
 * bench_environment_fill - facts of host, guest, clock and run
 * @environment: JSON object that gets them
 * @run: the run
 *
 * Return: 0; -EINVAL the host's facts contradict the clock that was found, a sentence was printed.
 */
int bench_environment_fill(struct json_object *environment, const struct bench_run *run);

/** bench_environment_disk - record how a disk is set; Context: the disk exists */
void bench_environment_disk(struct json_object *environment, const struct bench_disk *disk);

/** bench_environment_arm - record the module while an arm that needs it stands */
void bench_environment_arm(struct json_object *environment, int arm);

#endif /* BENCH_ENVIRONMENT_H */
