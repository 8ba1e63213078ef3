// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * result.json: a result written and read back.
 *
 * result.c -> this -> a file, and the other way for the gate. It owns the field names of schema
 * blki-bench-result/1. Samples are printed so that they read back to the same bits; a document
 * whose medians do not recompute from its samples is refused.
 */
#include "result.h"

#include <errno.h>
#include <json-c/json.h>
#include <json-c/printbuf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * 17 significant digits bring any double back; ours are sums over a power of two and need
 * far fewer.
 */
static struct json_object *exact_number(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.17g", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *rounded_number(double value)
{
	char text[32];

	if (!isfinite(value))
		return NULL;
	snprintf(text, sizeof(text), "%.8g", value);
	return json_object_new_double_s(strtod(text, NULL), text);
}

/* Samples on one line: thousands of them, one per line, would bury the rest of the file. */
static int samples_to_string(struct json_object *array, struct printbuf *out, int level, int flags)
{
	size_t i, nr = json_object_array_length(array);

	(void)level;
	(void)flags;
	printbuf_memappend(out, "[", 1);
	for (i = 0; i < nr; i++)
		sprintbuf(out, "%s%.17g", i ? "," : "",
			  json_object_get_double(json_object_array_get_idx(array, i)));
	printbuf_memappend(out, "]", 1);
	return 0;
}

static struct json_object *number_array(const double *values, size_t nr)
{
	struct json_object *array = json_object_new_array_ext((int)nr);
	size_t i;

	for (i = 0; i < nr; i++)
		json_object_array_add(array, exact_number(values[i]));
	json_object_set_serializer(array, samples_to_string, NULL, NULL);
	return array;
}

static void put_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static void put_key(struct json_object *object, const struct bench_key *key)
{
	put_string(object, "device", key->device);
	put_string(object, "load", key->load);
	put_string(object, "arm", key->arm);
}

/* Samples of a window of one are independent of each other: the median has an interval. */
static void put_interval(struct json_object *object, const struct bench_cell *cell)
{
	double ends[2];

	if (!bench_median_interval(cell->samples, cell->nr_samples, &ends[0], &ends[1]))
		json_object_object_add(object, "median_interval_95", number_array(ends, 2));
}

static struct json_object *cell_to_json(const struct bench_cell *cell, const char *unit)
{
	struct json_object *o = json_object_new_object();
	const struct bench_summary *s = &cell->summary;

	put_key(o, &cell->key);
	put_string(o, "unit", unit);
	json_object_object_add(o, "n", json_object_new_int64((int64_t)cell->nr_ios));
	json_object_object_add(o, "median", exact_number(s->median));
	json_object_object_add(o, "spread", exact_number(s->spread));
	json_object_object_add(o, "mean", rounded_number(s->mean));
	if (cell->window == 1)
		put_interval(o, cell);
	json_object_object_add(o, "window", json_object_new_int64(cell->window));
	json_object_object_add(o, "repetitions", json_object_new_int64(cell->nr_reps));
	json_object_object_add(o, "repetition_medians", number_array(s->rep_median, s->nr_reps));
	json_object_object_add(o, "samples", number_array(cell->samples, cell->nr_samples));
	return o;
}

static struct json_object *comparison_to_json(const struct bench_comparison *c)
{
	struct json_object *o = json_object_new_object();

	put_key(o, &c->key);
	put_string(o, "baseline", c->baseline);
	json_object_object_add(o, "delta", exact_number(c->delta));
	json_object_object_add(o, "ratio", rounded_number(c->ratio));
	json_object_object_add(o, "resolvable", rounded_number(c->resolvable));
	return o;
}

static struct json_object *check_to_json(const struct bench_check *check)
{
	struct json_object *o = json_object_new_object();

	put_string(o, "name", check->name);
	json_object_object_add(o, "ok", json_object_new_boolean(check->ok));
	put_string(o, "detail", check->detail);
	return o;
}

struct json_object *bench_result_to_json(const struct bench_result *result)
{
	struct json_object *root = json_object_new_object();
	struct json_object *cells = json_object_new_array();
	struct json_object *comparisons = json_object_new_array();
	struct json_object *checks = json_object_new_array();
	size_t i;

	put_string(root, "schema", BENCH_RESULT_SCHEMA);
	put_string(root, "scenario", result->scenario);
	put_string(root, "clock", result->clock);
	put_string(root, "verdict", bench_result_ok(result) ? "pass" : "fail");
	json_object_object_add(root, "environment", json_object_get(result->environment));
	for (i = 0; i < result->nr_cells; i++)
		json_object_array_add(cells, cell_to_json(&result->cells[i], result->unit));
	for (i = 0; i < result->nr_comparisons; i++)
		json_object_array_add(comparisons, comparison_to_json(&result->comparisons[i]));
	for (i = 0; i < result->nr_checks; i++)
		json_object_array_add(checks, check_to_json(&result->checks[i]));
	json_object_object_add(root, "comparisons", comparisons);
	json_object_object_add(root, "checks", checks);
	json_object_object_add(root, "cells", cells);
	return root;
}

static const char *get_string(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static struct json_object *get_array(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_array))
		return NULL;
	return value;
}

static long get_count(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return -1;
	return (long)json_object_get_int64(value);
}

static int key_from_json(struct json_object *o, struct bench_key *key)
{
	const char *device = get_string(o, "device");
	const char *load = get_string(o, "load");
	const char *arm = get_string(o, "arm");

	memset(key, 0, sizeof(*key));
	if (!device || !load || !arm)
		return -EINVAL;
	snprintf(key->device, sizeof(key->device), "%s", device);
	snprintf(key->load, sizeof(key->load), "%s", load);
	snprintf(key->arm, sizeof(key->arm), "%s", arm);
	return 0;
}

static int samples_from_json(struct json_object *array, struct bench_cell *cell, size_t nr_reps)
{
	size_t nr = json_object_array_length(array), i;
	double *samples;
	int err = 0;

	if (!nr || nr % nr_reps)
		return -EINVAL;
	samples = calloc(nr, sizeof(*samples));
	if (!samples)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		samples[i] = json_object_get_double(json_object_array_get_idx(array, i));
	for (i = 0; i < nr_reps && !err; i++)
		err = bench_cell_add_rep(cell, samples + i * (nr / nr_reps), nr / nr_reps);
	free(samples);
	return err;
}

static int cell_from_json(struct json_object *o, struct bench_result *result)
{
	struct json_object *samples = get_array(o, "samples"), *median;
	const char *unit = get_string(o, "unit");
	long window = get_count(o, "window"), nr_reps = get_count(o, "repetitions");
	struct bench_cell *cell;
	struct bench_key key;
	int err;

	if (key_from_json(o, &key) || !unit || !samples || window < 1 || nr_reps < 1 ||
	    nr_reps > BENCH_MAX_REPS)
		return -EINVAL;
	if (!json_object_object_get_ex(o, "median", &median) ||
	    bench_result_find(result, key.device, key.load, key.arm))
		return -EINVAL;
	cell = bench_result_add_cell(result, &key, (unsigned int)window);
	if (!cell)
		return -ENOMEM;
	err = samples_from_json(samples, cell, (size_t)nr_reps);
	if (err)
		return err;
	if (get_count(o, "n") != (long)cell->nr_ios)
		return -EINVAL;
	snprintf(result->unit, sizeof(result->unit), "%s", unit);
	/*
	 * Both come from the same bits by the same function: they are equal or the file was
	 * edited.
	 */
	return json_object_get_double(median) == cell->summary.median ? 0 : -EINVAL;
}

static int checks_from_json(struct json_object *array, struct bench_result *result)
{
	size_t i;
	int err;

	for (i = 0; i < json_object_array_length(array); i++) {
		struct json_object *o = json_object_array_get_idx(array, i), *ok;
		const char *name = get_string(o, "name"), *detail = get_string(o, "detail");

		if (!name || !detail || !json_object_object_get_ex(o, "ok", &ok))
			return -EINVAL;
		err = bench_result_check(result, name, json_object_get_boolean(ok), "%s", detail);
		if (err)
			return err;
	}
	return 0;
}

static int header_from_json(struct json_object *root, struct bench_result *result, char *message,
			    size_t size)
{
	const char *schema = get_string(root, "schema"), *scenario = get_string(root, "scenario");
	const char *clock = get_string(root, "clock");
	struct json_object *environment;
	int err;

	if (!schema || strcmp(schema, BENCH_RESULT_SCHEMA)) {
		snprintf(message, size, "its schema is \"%s\", not \"%s\"", schema ? schema : "",
			 BENCH_RESULT_SCHEMA);
		return -EINVAL;
	}
	if (!scenario || !clock || !json_object_object_get_ex(root, "environment", &environment)) {
		snprintf(message, size, "scenario, clock or environment is missing");
		return -EINVAL;
	}
	err = bench_result_init(result, scenario, clock);
	if (err)
		return err;
	json_object_put(result->environment);
	result->environment = json_object_get(environment);
	return 0;
}

int bench_result_from_json(struct json_object *root, struct bench_result *result, char *message,
			   size_t size)
{
	struct json_object *cells, *checks;
	size_t i;
	int err;

	memset(result, 0, sizeof(*result));
	err = header_from_json(root, result, message, size);
	if (err)
		return err;
	cells = get_array(root, "cells");
	checks = get_array(root, "checks");
	if (!cells || !checks) {
		snprintf(message, size, "cells or checks are missing");
		return -EINVAL;
	}
	for (i = 0; i < json_object_array_length(cells); i++) {
		err = cell_from_json(json_object_array_get_idx(cells, i), result);
		if (err) {
			snprintf(message, size, "cells[%zu] is incomplete, repeated, or its median "
				 "does not recompute from its samples", i);
			return err;
		}
	}
	err = checks_from_json(checks, result);
	if (err) {
		snprintf(message, size, "a check lacks name, ok or detail");
		return err;
	}
	return bench_result_compare(result);
}

int bench_result_write(const struct bench_result *result, const char *path)
{
	struct json_object *root = bench_result_to_json(result);
	const char *text;
	FILE *file;
	int err = 0;

	file = fopen(path, "w");
	if (!file) {
		err = -errno;
		json_object_put(root);
		return err;
	}
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
					      JSON_C_TO_STRING_SPACED |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (fprintf(file, "%s\n", text) < 0 || fflush(file))
		err = -EIO;
	if (fclose(file) && !err)
		err = -errno;
	json_object_put(root);
	return err;
}

int bench_result_read(const char *path, struct bench_result *result, char *message, size_t size)
{
	struct json_object *root;
	int err;

	memset(result, 0, sizeof(*result));
	if (access(path, R_OK)) {
		err = -errno;
		snprintf(message, size, "%s", strerror(-err));
		return err;
	}
	root = json_object_from_file(path);
	if (!root) {
		snprintf(message, size, "it is not JSON");
		return -EINVAL;
	}
	err = bench_result_from_json(root, result, message, size);
	json_object_put(root);
	return err;
}
