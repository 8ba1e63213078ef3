// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts, steers and stops perf record, and turns its data into text with
 * perf script. See profile_sample.h.
 */
#include "profile_sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.h"

#define DATA_PATH "/tmp/blki-profile.data"
/* ns between two samples: 1 in about 8 I/Os; a sample itself costs some 10 us. */
#define PERIOD_NS "50000"

/* The child: becomes perf record, steered through the two given descriptors. */
static void become_perf(int command_fd, int ack_fd)
{
	char control[64];

	/* Inherited on purpose: perf must find both under their numbers. */
	fcntl(command_fd, F_SETFD, 0);
	fcntl(ack_fd, F_SETFD, 0);
	snprintf(control, sizeof(control), "--control=fd:%d,%d", command_fd, ack_fd);
	execlp("perf", "perf", "record", "-q", "-a", "-g", "-e", "cpu-clock", "-c", PERIOD_NS,
	       "-D", "-1", control, "-o", DATA_PATH, (char *)NULL);
	_exit(127);
}

/* Send a command and wait for its acknowledgement. */
static int command(const struct profile_sample *sample, const char *text)
{
	char answer[16];
	ssize_t nr;

	/* A socket, not a pipe: a perf that is gone must not end us by SIGPIPE. */
	if (send(sample->command_fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		return -EPIPE;
	do
		nr = read(sample->ack_fd, answer, sizeof(answer));
	while (nr < 0 && errno == EINTR && !bench_signal());
	return nr > 0 ? 0 : -EPIPE;
}

/* Close the descriptors and collect the child. Return: its exit status, -1 if it was killed. */
static int collect(struct profile_sample *sample)
{
	int status;

	close(sample->command_fd);
	close(sample->ack_fd);
	while (waitpid(sample->perf, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int start(struct profile_sample *sample)
{
	int down[2], up[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, down))
		return -errno;
	if (pipe2(up, O_CLOEXEC)) {
		err = -errno;
		goto err_close_down;
	}
	sample->perf = fork();
	if (sample->perf < 0) {
		err = -errno;
		goto err_close_up;
	}
	if (!sample->perf)
		become_perf(down[0], up[1]);
	close(down[0]);
	close(up[1]);
	sample->command_fd = down[1];
	sample->ack_fd = up[0];
	return 0;

err_close_up:
	close(up[0]);
	close(up[1]);
err_close_down:
	close(down[0]);
	close(down[1]);
	return err;
}

int profile_sample_begin(struct profile_sample *sample)
{
	int err = start(sample);

	if (err) {
		bench_error("perf record cannot be started: %s", strerror(-err));
		return err;
	}
	if (command(sample, "enable\n")) {
		bench_error("perf record ended at once with status %d; is perf in the guest, and "
			    "does it know cpu-clock? --no-perf leaves the samples out",
			    collect(sample));
		return -EIO;
	}
	return 0;
}

void profile_sample_abort(struct profile_sample *sample)
{
	command(sample, "stop\n");
	collect(sample);
	unlink(DATA_PATH);
}

int profile_sample_end(struct profile_sample *sample, const char *path)
{
	const char *const script[] = {
		"sh", "-c", "exec perf script -i \"$1\" -F comm,ip,sym >\"$2\"", "sh",
		DATA_PATH, path, NULL,
	};
	int status, err;

	command(sample, "disable\n");
	command(sample, "stop\n");
	status = collect(sample);
	if (status) {
		bench_error("perf record failed with status %d; --no-perf leaves the samples out",
			    status);
		err = -EIO;
	} else {
		err = sys_run(NULL, 0, script);
	}
	unlink(DATA_PATH);
	return err;
}
