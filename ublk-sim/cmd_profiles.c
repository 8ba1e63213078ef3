// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim profiles: the disks that can be simulated by name, or one of them as it is written.
 */
#include "cmd.h"
#include "cmd_print.h"

#include "builtin.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PROFILES_SCHEMA	"ublk-sim-profiles/1"

enum {
	KEY_JSON = 0x100,
};

/**
 * struct profiles_options - what to show
 * @name: one profile, or NULL for the list
 * @json: as JSON
 */
struct profiles_options {
	const char *name;
	bool json;
};

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema " PROFILES_SCHEMA, 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct profiles_options *opts = state->input;

	switch (key) {
	case KEY_JSON:
		opts->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (opts->name)
			argp_failure(state, SIM_EXIT_USAGE, 0,
				     "'%s' is one profile too many; give one", arg);
		opts->name = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.args_doc = "[NAME]",
	.doc = "List the built-in profiles, or print one as it is written, to change and give as a file.\v"
	       "Examples:\n"
	       "  ublk-sim profiles\n"
	       "  ublk-sim profiles hdd-7200 >mine.json; ublk-sim add --profile ./mine.json\n"
	       "  ublk-sim profiles --json",
};

/* The numbers that tell profiles apart. */
static const struct {
	const char *name;
	enum sim_op op;
	double share;
} columns[] = {
	{ "read_p50_us", SIM_OP_READ, 0.5 },
	{ "read_p99_us", SIM_OP_READ, 0.99 },
	{ "write_p50_us", SIM_OP_WRITE, 0.5 },
	{ "write_p99_us", SIM_OP_WRITE, 0.99 },
};

#define NR_COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static uint64_t column_us(const struct sim_profile *profile, size_t column)
{
	return sim_quantiles_at(&profile->ops[columns[column].op].base, columns[column].share) /
	       1000;
}

static void profile_print(const struct sim_profile *profile)
{
	size_t i;

	printf("%-14s %5u", profile->name, profile->lanes);
	for (i = 0; i < NR_COLUMNS; i++)
		printf(" %12" PRIu64, column_us(profile, i));
	printf("  %s\n", profile->summary);
}

static struct json_object *profile_json(const struct sim_profile *profile)
{
	struct json_object *one = json_object_new_object();
	size_t i;

	json_object_object_add(one, "name", json_object_new_string(profile->name));
	json_object_object_add(one, "summary", json_object_new_string(profile->summary));
	json_object_object_add(one, "lanes", json_object_new_int64(profile->lanes));
	json_object_object_add(one, "floor_ns",
			       json_object_new_uint64(sim_profile_floor_ns(profile)));
	for (i = 0; i < NR_COLUMNS; i++)
		json_object_object_add(one, columns[i].name,
				       json_object_new_uint64(column_us(profile, i)));
	return one;
}

static int profiles_list(bool json, struct sim_error *err)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct sim_profile profile;
	const char *name;
	size_t i;
	int ret = 0;

	if (!json) {
		printf("%-14s %5s", "profile", "lanes");
		for (i = 0; i < NR_COLUMNS; i++)
			printf(" %12s", columns[i].name);
		printf("  summary\n");
	}
	for (i = 0; !ret && (name = sim_builtin_name(i)); i++) {
		ret = sim_builtin_load(name, &profile, err);
		if (!ret && json)
			json_object_array_add(list, profile_json(&profile));
		else if (!ret)
			profile_print(&profile);
	}
	json_object_object_add(root, "schema", json_object_new_string(PROFILES_SCHEMA));
	json_object_object_add(root, "profiles", list);
	if (json && !ret)
		cmd_print_json(root);
	json_object_put(root);
	return ret;
}

/* The text of one, as it stands in its file. */
static int profile_show(const char *wanted, struct sim_error *err)
{
	const char *text;
	size_t length;
	size_t i;

	for (i = 0; (text = sim_builtin_text(i, &length)); i++) {
		if (strcmp(sim_builtin_name(i), wanted))
			continue;
		fwrite(text, 1, length, stdout);
		return 0;
	}
	return sim_error_set(err, -ENOENT,
			     "profile '%s' does not exist; 'ublk-sim profiles' lists those that do",
			     wanted);
}

int cmd_profiles(int argc, char **argv)
{
	struct profiles_options opts = { 0 };
	struct sim_error err;

	argv[0] = "ublk-sim profiles";
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		return SIM_EXIT_USAGE;
	if (opts.name ? profile_show(opts.name, &err) : profiles_list(opts.json, &err))
		return cmd_fail(&err);
	return cmd_flush();
}
