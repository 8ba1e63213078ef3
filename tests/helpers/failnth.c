// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failnth: attach and detach one interposer with the first, second, third ... allocation of the
 * call failing.
 *
 * test -> /proc/thread-self/fail-nth -> the control device. It goes on until a call has no
 * further allocation that could fail. After a failed attach nothing may be attached; after a
 * failed detach the interposer must still be there, and a detach without a fault must end it. It
 * needs a kernel with failslab (the debug kernels).
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/blki.h>

/* Allocations that one call may have; the longest seen has some forty. */
#define FAULTS_MAX	500

/**
 * struct config - the command line
 * @kind: enum blki_kind
 * @hook: enum blki_hook
 * @origin: path of the origin
 * @acceptor: path of the acceptor, or NULL
 * @offset_sectors: native: where the origin begins on the acceptor
 */
struct config {
	unsigned int kind;
	unsigned int hook;
	const char *origin;
	const char *acceptor;
	unsigned long long offset_sectors;
};

/**
 * struct trial - what is tried
 * @config: the command line
 * @control: the control device
 * @fault: /proc/thread-self/fail-nth
 * @attach: the call
 * @nr_refused: attaches that failed
 * @nr_stuck: detaches that failed
 * @said: the last sentence of the kernel
 */
struct trial {
	const struct config *config;
	int control;
	int fault;
	struct blki_attach attach;
	unsigned int nr_refused;
	unsigned int nr_stuck;
	char said[BLKI_MSG_MAX];
};

static int fault_arm(struct trial *trial, unsigned int nth)
{
	char text[16];
	int nr = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(trial->fault, text, (size_t)nr, 0) == nr ? 0 : -errno;
}

/* True: the call had an allocation of this number, and it failed. Disarms. */
static bool fault_happened(struct trial *trial)
{
	char text[16] = "";
	ssize_t nr = pread(trial->fault, text, sizeof(text) - 1, 0);

	fault_arm(trial, 0);
	return nr > 0 && atoi(text) == 0;
}

static unsigned int nr_attached(const struct trial *trial)
{
	struct blki_list list = { .size = sizeof(list), .entry_size = sizeof(struct blki_entry) };

	return ioctl(trial->control, BLKI_IOC_LIST, &list) ? ~0U : list.nr;
}

/* Returns 0 or -errno. */
static int attach(struct trial *trial, unsigned int nth, bool *happened)
{
	int err;

	trial->attach.size = sizeof(trial->attach);
	trial->attach.id = 0;
	trial->said[0] = '\0';
	fault_arm(trial, nth);
	err = ioctl(trial->control, BLKI_IOC_ATTACH, &trial->attach) ? -errno : 0;
	*happened = fault_happened(trial);
	return err;
}

static int detach(struct trial *trial, unsigned int nth, bool *happened)
{
	struct blki_detach call = { .size = sizeof(call), .id = trial->attach.id };
	int err;

	fault_arm(trial, nth);
	err = ioctl(trial->control, BLKI_IOC_DETACH, &call) ? -errno : 0;
	*happened = fault_happened(trial);
	return err;
}

static int wrong(const char *what, unsigned int nth, int err, const struct trial *trial)
{
	fprintf(stderr, "failnth: allocation %u: %s (%s: %s)\n", nth, what, strerror(-err),
		trial->said);
	return -EIO;
}

static int detach_whole(struct trial *trial, unsigned int nth)
{
	int err = detach(trial, 0, &(bool){ false });

	if (err || nr_attached(trial))
		return wrong("it can not be detached", nth, err, trial);
	return 0;
}

/* Attach with the allocation @nth failing. Returns 1 when there was such an allocation, 0 when
 * not.
 */
static int try_attach(struct trial *trial, unsigned int nth)
{
	bool happened;
	int err = attach(trial, nth, &happened);

	if (err && !happened)
		return wrong("the attach fails without a fault", nth, err, trial);
	if (err && err != -ENOMEM)
		return wrong("the attach fails with another error than ENOMEM", nth, err, trial);
	if (err && nr_attached(trial))
		return wrong("the attach failed and something is attached", nth, err, trial);
	if (err)
		trial->nr_refused++;
	else
		err = detach_whole(trial, nth);
	return err && err != -ENOMEM ? err : happened;
}

/* Attach, and detach with the allocation @nth failing. Returns as try_attach(). */
static int try_detach(struct trial *trial, unsigned int nth)
{
	bool happened;
	int err = attach(trial, 0, &happened);

	if (err)
		return wrong("the attach fails after all those", nth, err, trial);
	err = detach(trial, nth, &happened);
	if (err && err != -ENOMEM)
		return wrong("the detach fails with another error than ENOMEM", nth, err, trial);
	if (err && nr_attached(trial) != 1)
		return wrong("the detach failed and nothing is attached", nth, err, trial);
	if (err) {
		trial->nr_stuck++;
		err = detach_whole(trial, nth);
	}
	if (err || nr_attached(trial))
		return wrong("the detach left something behind", nth, err, trial);
	return happened;
}

/* Counts up until the call has no further allocation. Returns how many it had, or -errno. */
static int try_all(struct trial *trial, int (*try_one)(struct trial *trial, unsigned int nth))
{
	unsigned int nth = 0;
	int result;

	do
		result = try_one(trial, ++nth);
	while (result > 0 && nth < FAULTS_MAX);
	return result < 0 ? result : (int)nth - 1;
}

static int trial_init(struct trial *trial)
{
	const struct config *config = trial->config;

	trial->control = open("/dev/" BLKI_CONTROL_NODE, O_RDWR);
	trial->fault = open("/proc/thread-self/fail-nth", O_RDWR);
	trial->attach = (struct blki_attach){
		.origin_fd = open(config->origin, O_RDONLY),
		.acceptor_fd = config->acceptor ? open(config->acceptor, O_RDONLY) : -1,
		.kind = config->kind,
		.hook = config->hook,
		.offset_sectors = config->offset_sectors,
		.msg = (__u64)(unsigned long)trial->said,
		.msg_size = sizeof(trial->said),
	};
	if (config->kind == BLKI_KIND_FILTER)
		strcpy(trial->attach.name, "null");
	if (trial->control < 0 || trial->fault < 0 || trial->attach.origin_fd < 0 ||
	    (config->acceptor && trial->attach.acceptor_fd < 0))
		return -errno;
	return 0;
}

static const struct argp_option options[] = {
	{ "hook", 'h', "N", 0, "number of the hook (enum blki_hook; default: the module's choice)", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct config *config = state->input;

	switch (key) {
	case 'h':
		config->hook = (unsigned int)strtoul(text, NULL, 10);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			config->kind = (unsigned int)strtoul(text, NULL, 10);
		else if (state->arg_num == 1)
			config->origin = text;
		else if (state->arg_num == 2)
			config->acceptor = text;
		else if (state->arg_num == 3)
			config->offset_sectors = strtoull(text, NULL, 10);
		else
			argp_error(state, "'%s' is too much", text);
		return 0;
	case ARGP_KEY_END:
		if (!config->origin)
			argp_error(state, "give a KIND (enum blki_kind) and an ORIGIN");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "KIND ORIGIN [ACCEPTOR [OFFSET_SECTORS]]",
	.doc = "Attach and detach with every single allocation of the calls failing in turn.\v"
	       "Prints JSON. Exits 1 when a failure left something half done, 2 when it could not start.",
};

int main(int argc, char **argv)
{
	struct config config = { 0 };
	struct trial trial = { .config = &config };
	struct json_object *summary;
	int nr_attach, nr_detach;
	int err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &config);
	err = trial_init(&trial);
	if (err) {
		fprintf(stderr, "failnth: %s: %s; it needs the module, its devices and a kernel with failslab\n",
			config.origin, strerror(-err));
		return 2;
	}
	nr_attach = try_all(&trial, try_attach);
	nr_detach = nr_attach < 0 ? nr_attach : try_all(&trial, try_detach);
	if (nr_detach < 0)
		return 1;
	summary = json_object_new_object();
	json_object_object_add(summary, "attach", json_object_new_int(nr_attach));
	json_object_object_add(summary, "detach", json_object_new_int(nr_detach));
	json_object_object_add(summary, "refused", json_object_new_uint64(trial.nr_refused));
	json_object_object_add(summary, "stuck", json_object_new_uint64(trial.nr_stuck));
	puts(json_object_to_json_string_ext(summary, JSON_C_TO_STRING_PLAIN));
	json_object_put(summary);
	return 0;
}
