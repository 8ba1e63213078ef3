// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket of a server; see channel.h.
 */
#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define CHANNEL_BACKLOG		8
/* A question is one packet that is there when the connection is. */
#define CHANNEL_WAIT_S		1
/* A cut waits until the I/O in flight has failed. */
#define CHANNEL_ANSWER_WAIT_S	150
#define CHANNEL_JSON_DEPTH	8

static int address_set(struct sockaddr_un *address, const char *dir, uint32_t id)
{
	const int length = snprintf(address->sun_path, sizeof(address->sun_path), "%s/%u.sock",
				    dir, id);

	address->sun_family = AF_UNIX;
	return length < (int)sizeof(address->sun_path) ? 0 : -ENAMETOOLONG;
}

int sim_channel_open(struct sim_channel *channel, const char *dir, uint32_t id,
		     struct sim_error *err)
{
	struct sockaddr_un address = { 0 };
	int ret;

	channel->fd = -1;
	ret = address_set(&address, dir, id);
	if (ret)
		return sim_error_set(err, ret, "state folder %s has too long a name; use a shorter one",
				     dir);
	snprintf(channel->path, sizeof(channel->path), "%s", address.sun_path);
	channel->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(channel->path);
	/* bind() makes it as wide as the umask lets it; nobody can connect before listen(). */
	if (channel->fd < 0 || bind(channel->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    chmod(channel->path, 0600) || listen(channel->fd, CHANNEL_BACKLOG)) {
		ret = -errno;
		sim_channel_close(channel);
		return sim_error_set(err, ret, "socket %s cannot be made: %s; make its folder writable",
				     channel->path, strerror(-ret));
	}
	return 0;
}

void sim_channel_close(struct sim_channel *channel)
{
	if (channel->fd < 0)
		return;
	unlink(channel->path);
	close(channel->fd);
	channel->fd = -1;
}

static int wait_set(int fd, int seconds)
{
	const struct timeval wait = { .tv_sec = seconds };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	       setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

/* An object out of a packet, or NULL. */
static struct json_object *message_receive(int fd)
{
	struct json_tokener *tokener = json_tokener_new_ex(CHANNEL_JSON_DEPTH);
	struct json_object *message = NULL;
	char *text = malloc(SIM_CHANNEL_BYTES);
	ssize_t length = -1;

	if (tokener && text)
		length = recv(fd, text, SIM_CHANNEL_BYTES, 0);
	if (length > 0) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		message = json_tokener_parse_ex(tokener, text, (int)length);
	}
	if (message && !json_object_is_type(message, json_type_object)) {
		json_object_put(message);
		message = NULL;
	}
	free(text);
	if (tokener)
		json_tokener_free(tokener);
	return message;
}

static int message_send(int fd, struct json_object *message)
{
	size_t length;
	const char *text = json_object_to_json_string_length(message, JSON_C_TO_STRING_PLAIN,
							     &length);
	const ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);

	if (sent < 0)
		return -errno;
	return (size_t)sent == length ? 0 : -EMSGSIZE;
}

void sim_channel_serve(const struct sim_channel *channel,
		       struct json_object *(*answer)(struct json_object *request, void *context),
		       void *context)
{
	const int fd = accept4(channel->fd, NULL, NULL, SOCK_CLOEXEC);
	struct json_object *request;
	struct json_object *reply;

	if (fd < 0)
		return;
	request = wait_set(fd, CHANNEL_WAIT_S) ? NULL : message_receive(fd);
	if (request) {
		reply = answer(request, context);
		(void)message_send(fd, reply);
		json_object_put(reply);
		json_object_put(request);
	}
	close(fd);
}

static int channel_connect(const char *dir, uint32_t id)
{
	struct sockaddr_un address = { 0 };
	int fd;
	int ret;

	ret = address_set(&address, dir, id);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!wait_set(fd, CHANNEL_ANSWER_WAIT_S) &&
	    !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

int sim_channel_ask(const char *dir, uint32_t id, struct json_object *request,
		    struct json_object **reply, struct sim_error *err)
{
	const int fd = channel_connect(dir, id);
	struct json_object *error;
	int ret;

	if (fd == -EACCES || fd == -EPERM)
		return sim_error_set(err, fd, "the server of device %u answers its owner only; ask as that user or as root",
				     id);
	if (fd < 0)
		return sim_error_set(err, fd,
				     "device %u has no live server of ublk-sim; 'ublk-sim list' shows the devices",
				     id);
	ret = message_send(fd, request);
	*reply = ret ? NULL : message_receive(fd);
	close(fd);
	if (!*reply)
		return sim_error_set(err, ret ? ret : -EPIPE,
				     "the server of device %u did not answer; look whether it lives with 'ublk-sim list'",
				     id);
	if (!json_object_object_get_ex(*reply, "error", &error))
		return 0;
	ret = sim_error_set(err, -EINVAL, "device %u: %s", id, json_object_get_string(error));
	json_object_put(*reply);
	*reply = NULL;
	return ret;
}

struct json_object *sim_channel_error(const struct sim_error *err)
{
	struct json_object *reply = json_object_new_object();

	json_object_object_add(reply, "error", json_object_new_string(err->text));
	return reply;
}
