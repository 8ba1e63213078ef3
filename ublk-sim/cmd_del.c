// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim del: delete devices, also those whose server was killed.
 *
 * A live server is asked with SIGTERM and takes its device down in order. Of a dead one the
 * state file and the driver's half (/dev/ublkcN and the number) are left; those go here.
 * Which it is, the lock on the state file tells, not the process number. A disk that is
 * mounted or otherwise claimed is refused, because taking it away loses what is not
 * written yet.
 */
#include "cmd.h"
#include "cmd_print.h"

#include "ctrl.h"
#include "options.h"
#include "state.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A server answers what is in flight and goes; longer than this it hangs. */
#define SERVER_WAIT_MS	20000
#define DEL_WAIT_S	5
#define DEL_SCHEMA	"ublk-sim-del/1"

enum {
	KEY_ALL = 0x100,
	KEY_FORCE,
	KEY_JSON,
};

/**
 * struct del_options - what to delete
 * @all: every device that has a state file
 * @force: also busy disks, hung servers and devices of other servers
 * @json: print what was deleted as an object
 * @nr_names: devices named
 * @names: as typed; points into argv
 */
struct del_options {
	bool all;
	bool force;
	bool json;
	int nr_names;
	char **names;
};

static const struct argp_option options[] = {
	{ "all", KEY_ALL, NULL, 0, "every device of ublk-sim", 0 },
	{ "force", KEY_FORCE, NULL, 0, "also a disk in use, a server that hangs, a device of another server", 0 },
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema " DEL_SCHEMA, 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct del_options *opts = state->input;

	switch (key) {
	case KEY_ALL:
		opts->all = true;
		return 0;
	case KEY_FORCE:
		opts->force = true;
		return 0;
	case KEY_JSON:
		opts->json = true;
		return 0;
	case ARGP_KEY_ARG:
		opts->names[opts->nr_names++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (opts->all == !!opts->nr_names)
			argp_failure(state, SIM_EXIT_USAGE, 0,
				     "no device or too many; give either devices, for example /dev/ublkb0, or --all");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.args_doc = "DEVICE... | --all",
	.doc = "Delete devices by number or node, also those whose server was killed.\v"
	       "Examples:\n"
	       "  ublk-sim del /dev/ublkb0\n"
	       "  ublk-sim del 0 1 2\n"
	       "  ublk-sim del --all",
};

/* Is the disk mounted or claimed? The exclusive open says so, and changes nothing. */
static bool disk_is_busy(uint32_t id)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/ublkb%u", id);
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EBUSY;
	close(fd);
	return false;
}

/* Signal the server of a live @state and wait until it is gone. -ETIME, -errno. */
static int server_end(const struct sim_state *state, int signal_nr)
{
	struct pollfd gone = { .events = POLLIN };
	int ret = 0;

	gone.fd = (int)syscall(SYS_pidfd_open, state->header->pid, 0);
	if (gone.fd < 0)
		return errno == ESRCH ? 0 : -errno;
	/* Still locked: the process behind the descriptor is the server and no successor. */
	if (sim_state_is_live(state) &&
	    syscall(SYS_pidfd_send_signal, gone.fd, signal_nr, NULL, 0))
		ret = -errno;
	if (!ret && sim_state_is_live(state) && poll(&gone, 1, SERVER_WAIT_MS) == 0)
		ret = -ETIME;
	close(gone.fd);
	return ret;
}

static int live_del(const struct sim_state *state, bool force, struct sim_error *err)
{
	const uint32_t id = state->header->id;
	int ret;

	if (!force && disk_is_busy(id))
		return sim_error_set(err, -EBUSY,
				     "/dev/ublkb%u is in use (mounted or claimed); release it first, or give --force and lose what is not written",
				     id);
	ret = server_end(state, SIGTERM);
	if (ret == -ETIME && force)
		ret = server_end(state, SIGKILL);
	if (ret == -ETIME)
		return sim_error_set(err, ret,
				     "the server of /dev/ublkb%u (pid %d) did not end within %d s; give --force to kill it",
				     id, state->header->pid, SERVER_WAIT_MS / 1000);
	if (ret)
		return sim_error_set(err, ret,
				     "the server of /dev/ublkb%u (pid %d) cannot be ended: %s; run it as root",
				     id, state->header->pid, strerror(-ret));
	return 0;
}

/* Delete the driver's half. -ENODEV when there is none. */
static int driver_del(struct sim_ctrl *ctrl, uint32_t id, struct sim_error *err)
{
	struct ublksrv_ctrl_dev_info info;
	int ret;

	/* Tells the channel, too, whether it is an unprivileged user's. */
	ret = sim_ctrl_info(ctrl, id, &info);
	if (!ret)
		ret = sim_ctrl_del(ctrl, id, DEL_WAIT_S);
	/* Its node is gone, so it was deleted before. */
	if (ret == -ETIME || ret == -ENOENT)
		return sim_error_set(err, ret,
				     "/dev/ublkb%u is deleted, but its number stays taken while somebody has it open; unmount or close it",
				     id);
	if (ret && ret != -ENODEV)
		return sim_error_set(err, ret,
				     "the driver does not delete device %u: %s; look at the kernel log (dmesg)",
				     id, strerror(-ret));
	return ret;
}

/* A device of ours, live or dead. */
static int own_del(struct sim_ctrl *ctrl, struct sim_state *state, bool force,
		   struct sim_error *err)
{
	const uint32_t id = state->header->id;
	int ret;

	if (sim_state_is_live(state)) {
		ret = live_del(state, force, err);
		if (ret || sim_state_is_removed(state)) {
			sim_state_close(state);
			return ret;
		}
	}
	/* The server was killed: the file first, for the number may be taken anew after. */
	sim_state_remove(state);
	ret = driver_del(ctrl, id, err);
	return ret == -ENODEV ? 0 : ret;
}

/* A device of another server, or of another user's. */
static int foreign_del(struct sim_ctrl *ctrl, uint32_t id, bool force, struct sim_error *err)
{
	struct ublksrv_ctrl_dev_info info;
	uint32_t uid;
	uint32_t gid;
	int ret;

	ret = sim_ctrl_info(ctrl, id, &info);
	if (ret == -EACCES || ret == -EPERM)
		return sim_error_set(err, ret,
				     "device %u is not this user's; have its owner or root delete it",
				     id);
	if (ret == -ENODEV)
		return sim_error_set(err, ret,
				     "device %u does not exist; 'ublk-sim list' shows those that do", id);
	if (ret || force)
		return driver_del(ctrl, id, err);
	sim_ctrl_owner(&info, &uid, &gid);
	return sim_error_set(err, -EPERM,
			     "device %u belongs to another ublk server, of user %u; delete it with that, or give --force",
			     id, info.flags & UBLK_F_UNPRIVILEGED_DEV ? uid : 0);
}

static int device_del(struct sim_ctrl *ctrl, uint32_t id, bool force, struct sim_error *err)
{
	struct sim_state state;
	int ret;

	ret = sim_state_open(&state, sim_state_dir_of(id), id);
	if (!ret)
		return own_del(ctrl, &state, force, err);
	if (ret != -ENOENT && !force)
		return sim_error_set(err, ret,
				     "state file %s/%u.state cannot be used: %s; give --force to remove it and its device",
				     sim_state_dir_of(id), id, strerror(-ret));
	if (ret != -ENOENT) {
		unlink(state.path);
		ret = driver_del(ctrl, id, err);
		return ret == -ENODEV ? 0 : ret;
	}
	return foreign_del(ctrl, id, force, err);
}

/* The numbers asked for; an array to free, its length, or -errno. */
static int ids_collect(const struct del_options *opts, uint32_t **ids, struct sim_error *err)
{
	int ret;
	int i;

	if (opts->all) {
		ret = sim_state_ids(sim_state_dir(), ids);
		if (ret < 0)
			sim_error_set(err, ret, "state folder %s cannot be read: %s; make it readable",
				      sim_state_dir(), strerror(-ret));
		return ret;
	}
	*ids = calloc((size_t)opts->nr_names, sizeof(**ids));
	if (!*ids)
		return sim_error_set(err, -ENOMEM, "there is no memory for %d names; give fewer",
				     opts->nr_names);
	for (i = 0; i < opts->nr_names; i++) {
		ret = sim_node_parse(opts->names[i], &(*ids)[i], err);
		if (ret) {
			free(*ids);
			return ret;
		}
	}
	return opts->nr_names;
}

/* Delete each; one that fails does not keep the others. A channel each, for after -ETIME a
 * channel is spent. Their numbers go to @deleted.
 */
static int ids_del(const uint32_t *ids, int nr, bool force, struct json_object *deleted)
{
	int result = SIM_EXIT_OK;
	struct sim_error err;
	struct sim_ctrl ctrl;
	int i;

	for (i = 0; i < nr; i++) {
		if (sim_ctrl_open(&ctrl, &err))
			return cmd_fail(&err);
		if (device_del(&ctrl, ids[i], force, &err))
			result = cmd_fail(&err);
		else
			json_object_array_add(deleted, json_object_new_int64(ids[i]));
		sim_ctrl_close(&ctrl);
	}
	return result;
}

/* Delete, and say what was, with --json. */
static int del_all(const struct del_options *opts, const uint32_t *ids, int nr)
{
	struct json_object *root = json_object_new_object();
	struct json_object *deleted = json_object_new_array();
	int result;

	json_object_object_add(root, "schema", json_object_new_string(DEL_SCHEMA));
	json_object_object_add(root, "deleted", deleted);
	result = ids_del(ids, nr, opts->force, deleted);
	if (opts->json)
		cmd_print_json(root);
	json_object_put(root);
	return result ? result : cmd_flush();
}

int cmd_del(int argc, char **argv)
{
	struct del_options opts = { 0 };
	int result = SIM_EXIT_USAGE;
	struct sim_error err;
	uint32_t *ids;
	int nr;

	argv[0] = "ublk-sim del";
	opts.names = calloc((size_t)argc, sizeof(*opts.names));
	if (!opts.names)
		return SIM_EXIT_FAILED;
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		goto out_free_names;
	nr = ids_collect(&opts, &ids, &err);
	if (nr < 0) {
		cmd_fail(&err);
		goto out_free_names;
	}
	result = del_all(&opts, ids, nr);
	free(ids);
out_free_names:
	free(opts.names);
	return result;
}
