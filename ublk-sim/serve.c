// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server process; see serve.h.
 *
 * cmd_add.c → here → device.c. The main thread only waits: for a signal, for a question on the
 * channel, or for a queue thread that ended because somebody else stopped the device. In the end
 * the device is taken down in order, so nothing is left behind unless the process is killed with
 * SIGKILL. After a power cut it tries again and again to bring the disk back.
 */
#include "serve.h"

#include "channel.h"
#include "config.h"
#include "device.h"
#include "request.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* How often it is tried to bring a disk back that somebody still holds. */
#define RETURN_POLL_MS	20

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

/* Bring a disk back after a power cut; false when that can never be. */
static bool power_return(struct sim_device *device)
{
	struct sim_error err = { "" };
	const int ret = sim_device_return(device, &err);

	if (!ret || ret == -EAGAIN)
		return true;
	syslog(LOG_ERR, "device %u does not come back after its power cut: %s",
	       device->state.header->id, err.text);
	return false;
}

/* Serve until a signal comes, a queue thread has ended, or the disk cannot come back. */
static void server_watch(struct sim_server *server, const struct sim_channel *channel,
			 int signal_fd)
{
	struct sim_device *device = &server->device;

	for (;;) {
		struct pollfd events[] = {
			{ .fd = signal_fd, .events = POLLIN },
			{ .fd = channel->fd, .events = POLLIN },
			/* -1 while the power is cut: not looked at */
			{ .fd = device->done_fd, .events = POLLIN },
		};
		const int wait_ms = sim_device_is_cut(device) ? RETURN_POLL_MS : -1;

		if (poll(events, 3, wait_ms) < 0 && errno != EINTR)
			return;
		if (events[0].revents || events[2].revents)
			return;
		if (events[1].revents)
			sim_channel_serve(channel, sim_request_answer, server);
		if (sim_device_is_cut(device) && !power_return(device))
			return;
	}
}

/* What `recover` needs to know, beside the state file. */
static int config_keep(const struct sim_options *opts, const struct sim_device *device,
		       struct sim_error *err)
{
	struct sim_options kept = *opts;
	char path[sizeof(device->state.path)];

	if (opts->recovery == SIM_RECOVERY_NONE)
		return 0;
	kept.id = device->info.dev_id;
	kept.size_bytes = device->target.size_bytes;
	sim_state_sibling(&device->state, SIM_STATE_CONFIG, path, sizeof(path));
	return sim_config_save(path, &kept, err);
}

static int server_start(struct sim_server *server, struct sim_channel *channel,
			const struct sim_options *opts, struct sim_error *err)
{
	struct sim_device *device = &server->device;
	int ret;

	server->walk = (struct sim_enumerate){ 0 };
	if (opts->recover)
		ret = sim_device_recover(device, opts, err);
	else
		ret = sim_device_start(device, opts, err);
	if (ret)
		return ret;
	ret = sim_channel_open(channel, sim_state_dir(), device->info.dev_id, err);
	if (!ret)
		ret = config_keep(opts, device, err);
	if (ret) {
		sim_channel_close(channel);
		sim_device_stop(device);
	}
	return ret;
}

static void server_stop(struct sim_server *server, struct sim_channel *channel)
{
	struct sim_device *device = &server->device;
	struct sim_error err;

	sim_channel_close(channel);
	if (sim_enumerate_close(&server->walk, &device->disk, &err))
		syslog(LOG_ERR, "%s", err.text);
	if (device->disk.layered)
		syslog(LOG_INFO, "device %u: state hash 0x%016" PRIx64, device->info.dev_id,
		       sim_disk_hash(&device->disk));
	sim_device_stop(device);
}

int sim_serve_foreground(const struct sim_options *opts,
			 int (*told)(const struct sim_ready *ready, void *arg), void *arg)
{
	struct sim_channel channel = { .fd = -1 };
	struct sim_ready ready = { 0 };
	struct sim_server server;
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
	ready.status = server_start(&server, &channel, opts, &ready.err);
	if (ready.status) {
		told(&ready, arg);
		close(signal_fd);
		return ready.status;
	}
	ready.pid = getpid();
	ready.id = server.device.info.dev_id;
	ready.nr_queues = server.device.info.nr_hw_queues;
	ret = told(&ready, arg);
	if (!ret)
		server_watch(&server, &channel, signal_fd);
	server_stop(&server, &channel);
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

	if (opts->tied)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
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
