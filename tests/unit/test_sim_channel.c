// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket of a server: a question reaches it and its answer comes back, an error is a sentence, a socket
 * without a server says so, and whoever connects and says nothing is left.
 */
#include "ublk-sim/channel.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <poll.h>
#include <unistd.h>

#include <cmocka.h>

/* Answers "double" with twice "n", anything else with an error. */
static struct json_object *answer(struct json_object *request, void *context)
{
	struct json_object *reply;
	struct json_object *n;
	struct sim_error err;

	(*(int *)context)++;
	if (json_object_object_get_ex(request, "n", &n)) {
		reply = json_object_new_object();
		json_object_object_add(reply, "twice",
				       json_object_new_int(2 * json_object_get_int(n)));
		return reply;
	}
	sim_error_set(&err, -EINVAL, "there is no n; give one");
	return sim_channel_error(&err);
}

static int nr_answers;

/* Serves one connection. */
static void *serve_once(void *channel)
{
	struct pollfd event = { ((struct sim_channel *)channel)->fd, POLLIN, 0 };

	if (poll(&event, 1, 10000) == 1)
		sim_channel_serve(channel, answer, &nr_answers);
	return NULL;
}

static int dir_make(void **state)
{
	char *dir = strdup("/tmp/test_sim_channel.XXXXXX");

	*state = dir;
	return dir && mkdtemp(dir) ? 0 : -1;
}

static int dir_remove(void **state)
{
	rmdir(*state);
	free(*state);
	return 0;
}

static int ask(const char *dir, const char *text, struct json_object **reply, struct sim_error *err)
{
	struct json_object *request = json_tokener_parse(text);
	const int ret = sim_channel_ask(dir, 3, request, reply, err);

	json_object_put(request);
	return ret;
}

static void channel_carries_question_and_answer(void **state)
{
	struct sim_channel channel;
	struct json_object *reply;
	struct sim_error err;
	pthread_t thread;
	struct stat st;

	assert_int_equal(sim_channel_open(&channel, *state, 3, &err), 0);
	assert_int_equal(stat(channel.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	pthread_create(&thread, NULL, serve_once, &channel);
	assert_int_equal(ask(*state, "{\"n\":21}", &reply, &err), 0);
	pthread_join(thread, NULL);
	assert_int_equal(json_object_get_int(json_object_object_get(reply, "twice")), 42);
	json_object_put(reply);
	pthread_create(&thread, NULL, serve_once, &channel);
	assert_int_equal(ask(*state, "{\"m\":21}", &reply, &err), -EINVAL);
	pthread_join(thread, NULL);
	assert_string_equal(err.text, "device 3: there is no n; give one");
	sim_channel_close(&channel);
	assert_int_equal(access(channel.path, F_OK), -1);
}

static void channel_without_server_is_refused(void **state)
{
	struct sim_channel channel;
	struct json_object *reply;
	struct sim_error err;

	assert_int_equal(ask(*state, "{}", &reply, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no live server"));
	/* A server that was killed leaves its socket. */
	assert_int_equal(sim_channel_open(&channel, *state, 3, &err), 0);
	close(channel.fd);
	assert_int_equal(ask(*state, "{}", &reply, &err), -ECONNREFUSED);
	assert_int_equal(sim_channel_open(&channel, *state, 3, &err), 0);
	sim_channel_close(&channel);
}

/* Neither silence nor what is no object reaches the server's code or keeps it. */
static void channel_leaves_who_says_nothing(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int answers_before = nr_answers;
	struct sim_channel channel;
	struct sim_error err;
	int fd;
	int i;

	assert_int_equal(sim_channel_open(&channel, *state, 3, &err), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", channel.path);
	for (i = 0; i < 2; i++) {
		fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		if (i)
			assert_int_equal(send(fd, "[1]", 3, 0), 3);
		sim_channel_serve(&channel, answer, &nr_answers);
		close(fd);
	}
	assert_int_equal(nr_answers, answers_before);
	sim_channel_close(&channel);
}

#define DIR_TEST(f)	cmocka_unit_test_setup_teardown(f, dir_make, dir_remove)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DIR_TEST(channel_carries_question_and_answer),
		DIR_TEST(channel_without_server_is_refused),
		DIR_TEST(channel_leaves_who_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
