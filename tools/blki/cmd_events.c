// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events: says what is attached and detached, as it happens.
 *
 * kernel -> netlink (the kernel's own group, so it works without udevd) -> [this] -> events.c ->
 * stdout. The first line says "listening": what happens after it is not missed, unless a line
 * "lost" says so.
 */
#include "tools/blki/commands.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/blki/events.h"
#include "tools/blki/session.h"

/* The multicast group of the kernel; udevd's is 2. */
#define KERNEL_GROUP	1

/* A uevent has at most UEVENT_BUFFER_SIZE (2048) bytes of variables and a header. */
#define MESSAGE_BYTES	8192

/* Room in the socket for thousands of them, while the output is slow. */
#define SOCKET_BYTES	(4 << 20)

#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Return: a socket that is subscribed, or -errno. */
static int subscribe(void)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	const int bytes = SOCKET_BYTES;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	int err;

	if (fd < 0)
		return -errno;
	/* best effort: without the privilege the system's own limit holds */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	if (!bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

static bool print(const struct cli_args *args, struct event *e)
{
	bool ok = true;

	e->time_ns = (uint64_t)now_ns(CLOCK_REALTIME);
	if (args->json)
		ok = events_print_json(stdout, e);
	else
		events_print(stdout, e);
	return ok && !fflush(stdout) && !ferror(stdout);
}

/* Takes one message. Return: 1 it is ours, 0 it is not, or -errno. */
static int receive(int fd, struct event *e)
{
	char message[MESSAGE_BYTES];
	struct sockaddr_nl sender = { 0 };
	socklen_t sender_bytes = sizeof(sender);
	ssize_t nr = recvfrom(fd, message, sizeof(message), 0, (struct sockaddr *)&sender,
			      &sender_bytes);

	if (nr < 0 && errno == ENOBUFS) {
		*e = (struct event){ .event = "lost" };
		return 1;
	}
	if (nr < 0)
		return -errno;
	/* any process may send to the group; the kernel's port is 0 */
	return !sender.nl_pid && events_parse(message, (size_t)nr, e);
}

/* Milliseconds until @deadline_ns for poll(2), -1 for no deadline. */
static int remaining_ms(int64_t deadline_ns)
{
	int64_t ns;

	if (!deadline_ns)
		return -1;
	ns = deadline_ns - now_ns(CLOCK_MONOTONIC);
	if (ns <= 0)
		return 0;
	ns = (ns + NS_PER_MS - 1) / NS_PER_MS;
	return ns > INT32_MAX ? INT32_MAX : (int)ns;
}

static int too_few(const struct cli_args *args, uint64_t nr)
{
	fprintf(stderr, "%s: events: %llu of %llu came within the time; give a longer --timeout\n",
		args->program, (unsigned long long)nr, (unsigned long long)args->count);
	return CLI_EXIT_FAILED;
}

/* Prints until enough came, the time is up, or a signal came. Return: an exit code. */
static int listen_to(const struct cli_args *args, int fd)
{
	int64_t deadline_ns =
		args->timeout_ms ? now_ns(CLOCK_MONOTONIC) + args->timeout_ms * NS_PER_MS : 0;
	struct event e = { .event = "listening" };
	uint64_t nr = 0;

	if (!print(args, &e))
		return session_flush(args, "events");
	while (!session_interrupted() && (!args->count || nr < args->count)) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int ret = poll(&ready, 1, remaining_ms(deadline_ns));

		if (!ret)
			return args->count ? too_few(args, nr) : CLI_EXIT_OK;
		if (ret > 0)
			ret = receive(fd, &e);
		if (ret < 0 && errno != EINTR && errno != EAGAIN) {
			fprintf(stderr, "%s: events: %s; start it again\n", args->program,
				strerror(errno));
			return CLI_EXIT_FAILED;
		}
		if (ret <= 0)
			continue;
		if (!print(args, &e))
			return session_flush(args, "events");
		nr += strcmp(e.event, "lost") != 0;
	}
	return CLI_EXIT_OK;
}

int command_events(const struct cli_args *args)
{
	int fd = subscribe();
	int ret;

	if (fd < 0) {
		fprintf(stderr,
			"%s: events: no netlink socket: %s; run it as root, outside of a sandbox\n",
			args->program, strerror(-fd));
		return CLI_EXIT_USAGE;
	}
	ret = listen_to(args, fd);
	close(fd);
	return ret;
}
