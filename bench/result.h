/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A benchmark result in memory, and the format of result.json (schema blki-bench-result/1).
 *
 * scenario -> cells and checks -> this -> report | gate. It owns the format: every median
 * recomputes from the samples beside it. Pure except for the two functions that name a file.
 */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "stat.h"

struct json_object;

/** BENCH_RESULT_SCHEMA - the only schema that is written and read */
#define BENCH_RESULT_SCHEMA "blki-bench-result/1"

/** BENCH_NAME_MAX - bytes of a device, load or arm name, the terminating NUL included */
#define BENCH_NAME_MAX 32

/**
 * struct bench_key - which cell
 * @device: name out of bench_devices
 * @load: name out of bench_loads
 * @arm: name out of bench_arms
 */
struct bench_key {
	char device[BENCH_NAME_MAX];
	char load[BENCH_NAME_MAX];
	char arm[BENCH_NAME_MAX];
};

/**
 * struct bench_cell - one device under one load through one arm
 * @key: which
 * @nr_ios: I/Os measured and kept
 * @window: I/Os per sample
 * @nr_reps: kept repetitions
 * @nr_samples: @nr_ios / @window
 * @samples: clock units per I/O, repetition after repetition; owned
 * @summary: recomputed from @samples
 */
struct bench_cell {
	struct bench_key key;
	size_t nr_ios;
	unsigned int window;
	unsigned int nr_reps;
	size_t nr_samples;
	double *samples;
	struct bench_summary summary;
};

/**
 * struct bench_comparison - one arm against another
 * @key: the arm
 * @baseline: name of the arm it is compared with
 * @delta: median of the arm minus median of @baseline
 * @ratio: median of the arm by median of @baseline
 * @resolvable: smallest true difference this comparison can be relied on to show
 */
struct bench_comparison {
	struct bench_key key;
	char baseline[BENCH_NAME_MAX];
	double delta;
	double ratio;
	double resolvable;
};

/**
 * struct bench_check - one proof that an arm measured what it says
 * @name: what was looked at
 * @ok: whether it held
 * @detail: the figures
 */
struct bench_check {
	char *name;
	bool ok;
	char *detail;
};

/**
 * struct bench_result - a whole run
 * @scenario: its name; owned
 * @clock: "instructions" or "ns"
 * @unit: of every cell; "<clock>/IO" unless the scenario sets another
 * @environment: JSON object; owned, never NULL after bench_result_init()
 * @cells: array of @nr_cells
 * @comparisons: array of @nr_comparisons
 * @checks: array of @nr_checks
 */
struct bench_result {
	char scenario[BENCH_NAME_MAX];
	char clock[BENCH_NAME_MAX];
	char unit[BENCH_NAME_MAX + 8];
	struct json_object *environment;
	struct bench_cell *cells;
	size_t nr_cells;
	struct bench_comparison *comparisons;
	size_t nr_comparisons;
	struct bench_check *checks;
	size_t nr_checks;
};

/** bench_result_init - an empty result; Return: 0 or -ENOMEM */
int bench_result_init(struct bench_result *result, const char *scenario, const char *clock);

/** bench_result_free - release everything a result owns; safe on a zeroed one */
void bench_result_free(struct bench_result *result);

/**
 * bench_result_add_cell - append an empty cell
 * @result: where
 * @key: which; must be new
 * @window: I/Os per sample
 *
 * Return: the cell, valid until the next one is added, or NULL without memory.
 */
struct bench_cell *bench_result_add_cell(struct bench_result *result, const struct bench_key *key,
					 unsigned int window);

/**
 * bench_cell_add_rep - append the samples of one repetition and bring the summary up to date
 * @cell: where
 * @samples: @nr values in clock units per I/O; copied
 * @nr: samples; equal for every repetition of a cell
 *
 * Return: 0; -EINVAL @nr differs from earlier repetitions or there are too many; -ENOMEM.
 */
int bench_cell_add_rep(struct bench_cell *cell, const double *samples, size_t nr);

/** bench_result_find - the cell of a device, load and arm; Return: NULL if there is none */
struct bench_cell *bench_result_find(const struct bench_result *result, const char *device,
				     const char *load, const char *arm);

/** bench_result_compared - the comparison of an arm; Return: NULL if there is none */
const struct bench_comparison *bench_result_compared(const struct bench_result *result,
						     const struct bench_key *key,
						     const char *baseline);

/**
 * bench_result_compare - fill the comparisons: every arm against raw, and against dm-linear
 * @result: cells complete
 *
 * Return: 0 or -ENOMEM.
 */
int bench_result_compare(struct bench_result *result);

/**
 * bench_result_check - append a check
 * @result: where
 * @name: what was looked at
 * @ok: whether it held
 * @format: printf format of the detail
 *
 * Return: 0 or -ENOMEM.
 */
int bench_result_check(struct bench_result *result, const char *name, bool ok, const char *format,
		       ...) __attribute__((format(printf, 4, 5)));

/** bench_result_ok - whether there is a check and none failed: verdict "pass" */
bool bench_result_ok(const struct bench_result *result);

/** bench_result_to_json - the document; Return: a new object, or NULL without memory */
struct json_object *bench_result_to_json(const struct bench_result *result);

/**
 * bench_result_from_json - read a document back
 * @root: parsed document; borrowed
 * @result: out: to be freed with bench_result_free(), also on failure
 * @message: out: on failure what is wrong
 * @size: bytes at @message
 *
 * Return: 0; -EINVAL it is no blki-bench-result/1, or a median does not recompute from its
 * samples; -ENOMEM.
 */
int bench_result_from_json(struct json_object *root, struct bench_result *result, char *message,
			   size_t size);

/** bench_result_write - write result.json; Return: 0 or -errno */
int bench_result_write(const struct bench_result *result, const char *path);

/**
 * bench_result_read - read result.json; arguments and Return as bench_result_from_json(),
 * or -errno
 */
int bench_result_read(const char *path, struct bench_result *result, char *message, size_t size);

#endif /* BENCH_RESULT_H */
