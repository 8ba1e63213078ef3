// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioring-nowait: read a device by io_uring in the ways that punish a stacked device without NOWAIT or POLL.
 *
 *	plain	ordinary reads: io_uring tries NOWAIT first, a refusal moves them to an iou-wrk thread
 *	nowait	RWF_NOWAIT on each read: a refusal comes back as EAGAIN or EOPNOTSUPP
 *	iopoll	a ring set up with IOPOLL: a read that nobody can poll never completes
 *
 * It reports what came back and whether an iou-wrk worker appeared; the test decides what is right. A read
 * that does not complete within the deadline is reported as lost and ends the program with 1.
 */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "arguments.h"
#include "block.h"

/* I/Os in flight. */
#define DEPTH		32

/**
 * struct config - the command line
 * @words: plain, nowait or iopoll; device
 * @nr_ios: reads to send
 * @deadline_s: seconds one read may take
 */
struct config {
	const char *words[2];
	uint64_t nr_ios;
	uint64_t deadline_s;
};

/**
 * struct tally - what came back
 * @ok: whole reads
 * @eagain: reads refused with EAGAIN
 * @eopnotsupp: reads refused with EOPNOTSUPP
 * @other: reads that failed otherwise or were short
 * @last_error: errno of the last of @other
 * @worker: an iou-wrk thread was seen
 */
struct tally {
	uint64_t ok;
	uint64_t eagain;
	uint64_t eopnotsupp;
	uint64_t other;
	int last_error;
	bool worker;
};

/* Idle workers live for seconds, so that one look after the reads sees every worker they needed. */
static bool worker_exists(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	bool found = false;

	if (!tasks)
		return false;
	while ((task = readdir(tasks))) {
		char path[300], name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file) && !strncmp(name, "iou-wrk", 7))
			found = true;
		fclose(file);
	}
	closedir(tasks);
	return found;
}

static void count_result(struct tally *tally, int result)
{
	switch (result) {
	case BLOCK_BYTES:
		tally->ok++;
		break;
	case -EAGAIN:
		tally->eagain++;
		break;
	case -EOPNOTSUPP:
		tally->eopnotsupp++;
		break;
	default:
		tally->other++;
		tally->last_error = result < 0 ? -result : 0;
		break;
	}
}

static int reap_one(struct io_uring *ring, const struct config *config, struct tally *tally)
{
	struct io_uring_cqe *cqe;
	int err;

	/* IOPOLL rings find completions by polling inside the kernel: a timeout needs the alarm */
	alarm((unsigned int)config->deadline_s);
	do
		err = io_uring_wait_cqe(ring, &cqe);
	while (err == -EINTR);
	alarm(0);
	if (err)
		return err;
	count_result(tally, cqe->res);
	io_uring_cqe_seen(ring, cqe);
	return 0;
}

static int read_all(const struct config *config, int fd, uint64_t nr_blocks, struct tally *tally)
{
	bool poll = !strcmp(config->words[0], "iopoll");
	unsigned char *buffer = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
	uint64_t random = 1, sent = 0, reaped = 0;
	struct io_uring ring;
	int err;

	if (!buffer)
		return -ENOMEM;
	err = io_uring_queue_init(DEPTH, &ring, poll ? IORING_SETUP_IOPOLL : 0);
	while (!err && reaped < config->nr_ios) {
		while (sent < config->nr_ios && sent - reaped < DEPTH) {
			struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

			io_uring_prep_read(sqe, fd, buffer, BLOCK_BYTES,
					   block_random(&random) % nr_blocks * BLOCK_BYTES);
			if (!strcmp(config->words[0], "nowait"))
				sqe->rw_flags = RWF_NOWAIT;
			sent++;
		}
		err = io_uring_submit(&ring);
		if (err >= 0)
			err = reap_one(&ring, config, tally);
		reaped++;
	}
	tally->worker = worker_exists();
	io_uring_queue_exit(&ring);
	free(buffer);
	return err;
}

static const struct argp_option options[] = {
	{ "deadline", 'd', "S", 0, "seconds one read may take (default 30)", 0 },
	{ "ios", 'n', "N", 0, "reads to send (default 1000)", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct config *config = state->input;
	const char *mode;

	switch (key) {
	case 'd':
		config->deadline_s = arguments_number(state, text, 0);
		return 0;
	case 'n':
		config->nr_ios = arguments_number(state, text, 0);
		return 0;
	case ARGP_KEY_ARG:
		arguments_word(state, text, config->words, 2);
		return 0;
	case ARGP_KEY_END:
		mode = config->words[0];
		if (!config->words[1] || (strcmp(mode, "plain") && strcmp(mode, "nowait") &&
					  strcmp(mode, "iopoll")))
			argp_error(state, "say plain, nowait or iopoll, and a DEVICE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "plain|nowait|iopoll DEVICE",
	.doc = "Read DEVICE by io_uring and report refusals and workers as JSON.\v"
	       "Exits 0 when every read came back, whatever its result; 2 when it could not start.",
};

int main(int argc, char **argv)
{
	struct config config = { .nr_ios = 1000, .deadline_s = 30 };
	struct json_object *summary;
	struct tally tally = { 0 };
	uint64_t bytes = 0;
	int fd, err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &config);
	fd = arguments_open("ioring-nowait", config.words[1], O_RDONLY, &bytes);
	if (fd < 0)
		return 2;
	err = read_all(&config, fd, bytes / BLOCK_BYTES, &tally);
	if (err) {
		fprintf(stderr, "ioring-nowait: %s: io_uring: %s\n", config.words[1], strerror(-err));
		return 2;
	}
	summary = json_object_new_object();
	json_object_object_add(summary, "ok", json_object_new_uint64(tally.ok));
	json_object_object_add(summary, "eagain", json_object_new_uint64(tally.eagain));
	json_object_object_add(summary, "eopnotsupp", json_object_new_uint64(tally.eopnotsupp));
	json_object_object_add(summary, "other", json_object_new_uint64(tally.other));
	json_object_object_add(summary, "last_error", json_object_new_int(tally.last_error));
	json_object_object_add(summary, "worker", json_object_new_boolean(tally.worker));
	puts(json_object_to_json_string_ext(summary, JSON_C_TO_STRING_PLAIN));
	json_object_put(summary);
	close(fd);
	return 0;
}
