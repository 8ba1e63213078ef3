// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server process; see serve.h.
 *
 * cmd_add.c → here → device.c. The main thread only waits: for a signal, or for a queue thread
 * that ended because somebody else stopped the device. Either way the device is taken down in
 * order, so nothing is left behind unless the process is killed with SIGKILL.
 */
#include "serve.h"

#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* Block what shall end the service, in this thread and all it starts. A signalfd or -errno. */
static int signals_take(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Sleep until a signal comes or a queue thread has ended. */
static void device_watch(const struct sim_device *device, int signal_fd)
{
	struct pollfd events[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = device->done_fd, .events = POLLIN },
	};

	while (poll(events, 2, -1) < 0 && errno == EINTR)
		;
}

int sim_serve_foreground(const struct sim_options *opts,
			 int (*told)(const struct sim_ready *ready, void *arg), void *arg)
{
	struct sim_ready ready = { 0 };
	struct sim_device device;
	int signal_fd;
	int ret;

	openlog("ublk-sim", LOG_PID | (opts->foreground ? LOG_PERROR : 0), LOG_DAEMON);
	signal_fd = signals_take();
	if (signal_fd < 0) {
		ready.status = sim_error_set(&ready.err, signal_fd,
					     "no signal descriptor: %s; close some files",
					     strerror(-signal_fd));
		told(&ready, arg);
		return signal_fd;
	}
	ready.status = sim_device_start(&device, opts, &ready.err);
	if (ready.status) {
		told(&ready, arg);
		close(signal_fd);
		return ready.status;
	}
	ready.pid = getpid();
	ready.id = device.info.dev_id;
	ready.nr_queues = device.info.nr_hw_queues;
	ret = told(&ready, arg);
	if (!ret)
		device_watch(&device, signal_fd);
	sim_device_stop(&device);
	close(signal_fd);
	return ret;
}

/* Tell the waiting process. A broken pipe means that it is gone. */
static int pipe_tell(const struct sim_ready *ready, void *arg)
{
	const int *pipe_fd = arg;
	const ssize_t written = write(*pipe_fd, ready, sizeof(*ready));

	close(*pipe_fd);
	return written == (ssize_t)sizeof(*ready) ? 0 : -EPIPE;
}

/* The child: no terminal, no inherited files but the pipe. */
static void daemon_run(const struct sim_options *opts, int pipe_fd)
{
	const int null_fd = open("/dev/null", O_RDWR);

	setsid();
	if (chdir("/") || null_fd < 0)
		_exit(1);
	dup2(null_fd, STDIN_FILENO);
	dup2(null_fd, STDOUT_FILENO);
	dup2(null_fd, STDERR_FILENO);
	/* Every descriptor the caller had open but the pipe is none of the daemon's business. */
	if (pipe_fd > STDERR_FILENO + 1) {
		dup3(pipe_fd, STDERR_FILENO + 1, O_CLOEXEC);
		pipe_fd = STDERR_FILENO + 1;
	}
	close_range((unsigned int)pipe_fd + 1, ~0U, 0);
	_exit(sim_serve_foreground(opts, pipe_tell, &pipe_fd) ? 1 : 0);
}

int sim_serve_daemon(const struct sim_options *opts, struct sim_ready *ready)
{
	ssize_t got;
	int ends[2];
	int status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return ready->status = sim_error_set(&ready->err, -errno, "no pipe: %s; close some files",
						     strerror(errno));
	pid = fork();
	if (pid < 0)
		return ready->status = sim_error_set(&ready->err, -errno,
						     "no process for the server: %s; end some processes",
						     strerror(errno));
	if (!pid) {
		close(ends[0]);
		daemon_run(opts, ends[1]);
	}
	close(ends[1]);
	do {
		got = read(ends[0], ready, sizeof(*ready));
	} while (got < 0 && errno == EINTR);
	close(ends[0]);
	if (got != (ssize_t)sizeof(*ready)) {
		waitpid(pid, &status, 0);
		ready->status = sim_error_set(&ready->err, -ESRCH,
					      "the server ended before its device was there; look at the kernel log (dmesg)");
	}
	return ready->status;
}
