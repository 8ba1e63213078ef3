/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data through an arm and round it: what is written above must be found below, and the other way.
 *
 * stack -> this -> a check of the result.
 */
#ifndef BENCH_VERIFY_H
#define BENCH_VERIFY_H

#include <stdint.h>

#include "stack.h"

struct bench_result;

/**
 * bench_verify - write and read blocks through a standing arm and through the whole disk below it
 * @stack: on a disk that keeps data
 * @seed: of the blocks' places and contents
 * @result: gets the check
 *
 * The whole-disk node is another path to the same sectors: it passes neither the device-mapper
 * devices nor an interposer of the partition.
 *
 * Return: 0 when the check was made, whatever it says; or -errno with a sentence printed.
 */
int bench_verify(const struct bench_stack *stack, uint64_t seed, struct bench_result *result);

/** bench_verify_none - record that a disk without data can not be checked; Return: 0 or -ENOMEM */
int bench_verify_none(const struct bench_disk *disk, enum bench_arm arm,
		      struct bench_result *result);

/**
 * bench_prefill - write every block of the origin once, through the whole disk
 * @disk: a disk that keeps data
 *
 * A block that was never written takes a shorter way through a RAM disk, and would make random
 * reads cheaper than they are.
 *
 * Return: 0 or -errno, a sentence was printed.
 */
int bench_prefill(const struct bench_disk *disk);

#endif /* BENCH_VERIFY_H */
