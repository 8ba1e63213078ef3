// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim doctor: what this host can do, what it lacks, and how fast it is.
 *
 * Asks the driver, measures a null device of its own and the timer that queues use, and says which
 * profiles it can deliver. Leaves nothing behind.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "access.h"
#include "builtin.h"
#include "ctrl.h"
#include "floor.h"
#include "options.h"
#include "serve.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define DOCTOR_SCHEMA	"ublk-sim-doctor/1"

static const char doc[] =
	"Say what this host can do, what is missing, and which profiles it can deliver.\v"
	"Examples:\n"
	"  ublk-sim doctor\n"
	"  ublk-sim doctor --json | jq .read_floor_ns\n"
	"  ublk-sim doctor && ublk-sim add --profile nvme-tlc\n"
	"Exit status: 0 devices can be made; 2 they cannot, and why.";

/**
 * struct findings - what was found
 * @features: of the driver
 * @access: what users who are not root find
 * @floor_ns: a read and a write of a null device, by enum sim_op
 * @timer: how late waits end
 */
struct findings {
	uint64_t features;
	struct sim_access access;
	uint64_t floor_ns[SIM_OP_WRITE + 1];
	struct sim_floor_timer timer;
};

/* A device made and measured as anybody would. */
static int path_measure(uint64_t floor_ns[], struct sim_error *err)
{
	struct sim_ready ready = { 0 };
	struct sim_floor_disk floor;
	struct sim_options opts;
	char node[32];
	int ret;

	sim_options_init(&opts);
	opts.tied = true;
	if (sim_serve_daemon(&opts, &ready)) {
		*err = ready.err;
		return ready.status;
	}
	snprintf(node, sizeof(node), "/dev/ublkb%u", ready.id);
	ret = sim_floor_open(&floor, node, opts.block_bytes, SIM_SIZE_BYTES_DEFAULT, true);
	if (!ret) {
		ret = sim_floor_latency_ns(&floor, false, &floor_ns[SIM_OP_READ]);
		if (!ret)
			ret = sim_floor_latency_ns(&floor, true, &floor_ns[SIM_OP_WRITE]);
		sim_floor_close(&floor);
	}
	if (ret)
		sim_error_set(err, ret, "%s cannot be read and written: %s; look at the kernel log (dmesg)",
			      node, strerror(-ret));
	kill(ready.pid, SIGTERM);
	waitpid(ready.pid, NULL, 0);
	return ret;
}

static int examine(struct findings *found, struct sim_error *err)
{
	struct sim_ctrl ctrl;
	int ret;

	ret = sim_ctrl_open(&ctrl, err);
	if (ret)
		return ret;
	found->features = ctrl.features;
	sim_ctrl_close(&ctrl);
	sim_access_look(&found->access);
	ret = path_measure(found->floor_ns, err);
	if (ret)
		return ret;
	ret = sim_floor_timer_ns(&found->timer);
	if (ret)
		sim_error_set(err, ret, "io_uring does not wait: %s; Linux 6.5 or newer is needed",
			      strerror(-ret));
	return ret;
}

/* What a user may ask for and the driver may lack. */
static const struct {
	const char *name;
	uint64_t bit;
	const char *use;
} wishes[] = {
	{ "user_copy", UBLK_F_USER_COPY, "needed" },
	{ "unprivileged_dev", UBLK_F_UNPRIVILEGED_DEV, "add by users who are not root" },
	{ "user_recovery", UBLK_F_USER_RECOVERY, "add --recovery fail" },
	{ "user_recovery_reissue", UBLK_F_USER_RECOVERY_REISSUE, "add --recovery reissue" },
};

#define NR_WISHES	(sizeof(wishes) / sizeof(wishes[0]))

static bool found_delivers(const struct findings *found, const struct sim_profile *profile)
{
	return profile->ops[SIM_OP_READ].base.ns[0] >= found->floor_ns[SIM_OP_READ] &&
	       profile->ops[SIM_OP_WRITE].base.ns[0] >= found->floor_ns[SIM_OP_WRITE];
}

/* Why users who are not root can make no devices; NULL when they can. */
static const char *users_lack(const struct findings *found)
{
	if (!(found->features & UBLK_F_UNPRIVILEGED_DEV))
		return "the ublk driver of this kernel takes devices of root only; take a newer kernel";
	return sim_access_lacks(&found->access);
}

/* What users who are not root see of it. */
static struct json_object *access_json(const struct findings *found)
{
	const char *lacks = users_lack(found);
	struct json_object *users = json_object_new_object();

	json_object_object_add(users, "can", json_object_new_boolean(!lacks));
	json_object_object_add(users, "control", json_object_new_boolean(found->access.control));
	json_object_object_add(users, "udev", json_object_new_boolean(found->access.udev));
	json_object_object_add(users, "rule", json_object_new_string(found->access.rule));
	if (lacks)
		json_object_object_add(users, "missing", json_object_new_string(lacks));
	return users;
}

static void findings_print(const struct findings *found)
{
	const char *lacks = users_lack(found);
	struct sim_profile profile;
	struct sim_error err;
	const char *name;
	size_t i;

	for (i = 0; i < NR_WISHES; i++)
		printf("%-24s %-4s %s\n", wishes[i].name,
		       found->features & wishes[i].bit ? "yes" : "no", wishes[i].use);
	printf("%-24s %-4s %s\n", "users", lacks ? "no" : "yes",
	       lacks ? lacks : "who are not root can make devices here");
	printf("%-24s %" PRIu64 " us for a read of a null device, %" PRIu64 " us for a write, nothing else in flight\n",
	       "path", found->floor_ns[SIM_OP_READ] / 1000, found->floor_ns[SIM_OP_WRITE] / 1000);
	printf("%-24s %" PRIu64 " us late at the median, %" PRIu64 " us in 1 of 100 waits\n", "timer",
	       found->timer.median_ns / 1000, found->timer.p99_ns / 1000);
	for (i = 0; (name = sim_builtin_name(i)); i++)
		if (!sim_builtin_load(name, &profile, &err))
			printf("%-24s %-4s its shortest read is %" PRIu64 " us, its shortest write %" PRIu64 " us\n",
			       name, found_delivers(found, &profile) ? "yes" : "no",
			       profile.ops[SIM_OP_READ].base.ns[0] / 1000,
			       profile.ops[SIM_OP_WRITE].base.ns[0] / 1000);
}

static void findings_print_json(const struct findings *found)
{
	struct json_object *root = json_object_new_object();
	struct json_object *features = json_object_new_object();
	struct json_object *profiles = json_object_new_object();
	struct sim_profile profile;
	struct sim_error err;
	const char *name;
	size_t i;

	json_object_object_add(root, "schema", json_object_new_string(DOCTOR_SCHEMA));
	for (i = 0; i < NR_WISHES; i++)
		json_object_object_add(features, wishes[i].name,
				       json_object_new_boolean(!!(found->features & wishes[i].bit)));
	json_object_object_add(root, "features", features);
	json_object_object_add(root, "users", access_json(found));
	json_object_object_add(root, "read_floor_ns",
			       json_object_new_uint64(found->floor_ns[SIM_OP_READ]));
	json_object_object_add(root, "write_floor_ns",
			       json_object_new_uint64(found->floor_ns[SIM_OP_WRITE]));
	json_object_object_add(root, "timer_late_median_ns",
			       json_object_new_uint64(found->timer.median_ns));
	json_object_object_add(root, "timer_late_p99_ns",
			       json_object_new_uint64(found->timer.p99_ns));
	for (i = 0; (name = sim_builtin_name(i)); i++)
		if (!sim_builtin_load(name, &profile, &err))
			json_object_object_add(profiles, name,
					       json_object_new_boolean(found_delivers(found, &profile)));
	json_object_object_add(root, "profiles_delivered", profiles);
	cmd_print_json(root);
	json_object_put(root);
}

int cmd_doctor(int argc, char **argv)
{
	struct findings found = { 0 };
	struct sim_error err;
	bool json;

	argv[0] = "ublk-sim doctor";
	if (cmd_parse_json(argc, argv, DOCTOR_SCHEMA, doc, &json))
		return SIM_EXIT_USAGE;
	if (examine(&found, &err))
		return cmd_fail(&err);
	if (json)
		findings_print_json(&found);
	else
		findings_print(&found);
	return cmd_flush();
}
