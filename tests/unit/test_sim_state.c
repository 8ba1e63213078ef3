// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * State files: what is written is read back, the lock tells a live server from a dead one, a
 * dead one's file is taken over, and files that are not ours or cut short are refused.
 */
#include "ublk-sim/state.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct sim_state_header sample = {
	.size_bytes = 1ULL << 40,
	.id = 7,
	.pid = 4711,
	.nr_queues = 3,
	.depth = 128,
	.block_bytes = 4096,
	.target = "ram",
};

static int dir_make(void **state)
{
	char *dir = strdup("/tmp/test_sim_state.XXXXXX");

	if (!dir || !mkdtemp(dir))
		return -1;
	*state = dir;
	return 0;
}

static int dir_remove(void **state)
{
	char *dir = *state;
	uint32_t *ids;
	char path[300];
	int nr = sim_state_ids(dir, &ids);

	while (nr-- > 0) {
		snprintf(path, sizeof(path), "%s/%u.state", dir, ids[nr]);
		unlink(path);
	}
	free(ids);
	rmdir(dir);
	free(dir);
	return 0;
}

static void state_round_trip(void **state)
{
	struct sim_counters sum;
	struct sim_state writer;
	struct sim_state reader;
	struct sim_error err;

	assert_int_equal(sim_state_create(&writer, *state, &sample, &err), 0);
	assert_int_equal(sim_state_open(&reader, *state, 7), 0);
	assert_true(reader.header->size_bytes == sample.size_bytes);
	assert_int_equal(reader.header->pid, 4711);
	assert_int_equal(reader.header->nr_queues, 3);
	assert_int_equal(reader.header->depth, 128);
	assert_int_equal(reader.header->block_bytes, 4096);
	assert_string_equal(reader.header->target, "ram");
	sim_counter_add(&writer.counters[0].nr_ios[0], 5);
	sim_counter_add(&writer.counters[2].nr_ios[0], 7);
	sim_counter_add(&writer.counters[2].nr_ios[5], 1);
	sim_counter_add(&writer.counters[1].nr_failed, 2);
	sim_state_sum(&reader, &sum);
	assert_int_equal(sum.nr_ios[0], 12);
	assert_int_equal(sum.nr_ios[1], 0);
	assert_int_equal(sum.nr_ios[5], 1);
	assert_int_equal(sum.nr_failed, 2);
	assert_int_equal(sim_state_queue_ios(&reader, 0), 5);
	assert_int_equal(sim_state_queue_ios(&reader, 1), 0);
	assert_int_equal(sim_state_queue_ios(&reader, 2), 8);
	assert_false(sim_state_is_removed(&reader));
	sim_state_remove(&writer);
	assert_true(sim_state_is_removed(&reader));
	sim_state_close(&reader);
	assert_int_equal(sim_state_open(&reader, *state, 7), -ENOENT);
}

static void state_sum_takes_the_latest_of_the_latest(void **state)
{
	struct sim_counters sum;
	struct sim_state writer;
	struct sim_error err;

	assert_int_equal(sim_state_create(&writer, *state, &sample, &err), 0);
	writer.counters[0].timing[1].late_max_ns = 5;
	writer.counters[1].timing[1].late_max_ns = 70;
	writer.counters[2].timing[1].late_max_ns = 6;
	writer.counters[2].timing[4].late_max_ns = 8;
	sim_counter_add(&writer.counters[0].timing[1].late_ns, 5);
	sim_counter_add(&writer.counters[2].timing[1].late_ns, 6);
	sim_state_sum(&writer, &sum);
	assert_int_equal(sum.timing[1].late_max_ns, 70);
	assert_int_equal(sum.timing[1].late_ns, 11);
	assert_int_equal(sum.timing[0].late_max_ns, 0);
	assert_int_equal(sum.timing[4].late_max_ns, 8);
	sim_state_remove(&writer);
}

static void state_remove_takes_what_belongs_to_it(void **state)
{
	static const char *const endings[] = { SIM_STATE_CONFIG, SIM_STATE_SOCKET };
	struct sim_state writer;
	struct sim_error err;
	char path[300];
	char want[300];
	size_t i;
	int fd;

	assert_int_equal(sim_state_create(&writer, *state, &sample, &err), 0);
	for (i = 0; i < 2; i++) {
		sim_state_sibling(&writer, endings[i], path, sizeof(path));
		snprintf(want, sizeof(want), "%s/7.%s", (char *)*state, endings[i]);
		assert_string_equal(path, want);
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		assert_true(fd >= 0);
		close(fd);
	}
	sim_state_remove(&writer);
	for (i = 0; i < 2; i++) {
		snprintf(want, sizeof(want), "%s/7.%s", (char *)*state, endings[i]);
		assert_int_equal(access(want, F_OK), -1);
	}
}

static void state_counters_keep_apart(void **state)
{
	struct sim_state writer;
	struct sim_error err;

	assert_int_equal(sim_state_create(&writer, *state, &sample, &err), 0);
	assert_int_equal((char *)&writer.counters[0] - (char *)writer.header, 4096);
	assert_int_equal((char *)&writer.counters[1] - (char *)&writer.counters[0], 256);
	sim_state_remove(&writer);
}

static void state_held_by_live_server_returns_ebusy(void **state)
{
	struct sim_state first;
	struct sim_state second;
	struct sim_error err;

	assert_int_equal(sim_state_create(&first, *state, &sample, &err), 0);
	assert_int_equal(sim_state_create(&second, *state, &sample, &err), -EBUSY);
	assert_non_null(strstr(err.text, "7.state"));
	/* The loser has not harmed the winner. */
	assert_int_equal(sim_state_open(&second, *state, 7), 0);
	assert_true(sim_state_is_live(&second));
	sim_state_close(&second);
	sim_state_remove(&first);
}

static void state_of_killed_server_is_dead_and_taken_over(void **state)
{
	struct sim_state mine;
	struct sim_error err;
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (sim_state_create(&mine, *state, &sample, &err))
			_exit(1);
		sim_counter_add(&mine.counters[0].nr_ios[1], 9);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(sim_state_open(&mine, *state, 7), 0);
	assert_true(sim_state_is_live(&mine));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(sim_state_is_live(&mine));
	assert_int_equal(mine.counters[0].nr_ios[1], 9);
	sim_state_close(&mine);
	assert_int_equal(sim_state_create(&mine, *state, &sample, &err), 0);
	assert_int_equal(mine.counters[0].nr_ios[1], 0);
	sim_state_remove(&mine);
	close(ready[0]);
	close(ready[1]);
}

static void state_open_damaged_returns_eproto(void **state)
{
	struct sim_state good;
	struct sim_state bad;
	struct sim_error err;

	assert_int_equal(sim_state_create(&good, *state, &sample, &err), 0);
	good.header->magic++;
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	good.header->magic--;
	good.header->id = 8;
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	good.header->id = 7;
	good.header->nr_queues = 4;
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	good.header->nr_queues = 0;
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	good.header->nr_queues = 3;
	memset(good.header->target, 'x', sizeof(good.header->target));
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	memcpy(good.header->target, "ram", 4);
	assert_int_equal(sim_state_open(&bad, *state, 7), 0);
	sim_state_close(&bad);
	assert_int_equal(truncate(good.path, 4096), 0);
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	assert_int_equal(truncate(good.path, 0), 0);
	assert_int_equal(sim_state_open(&bad, *state, 7), -EPROTO);
	sim_state_remove(&good);
}

static void state_ids_are_sorted_and_foreign_names_skipped(void **state)
{
	static const char *const foreign[] = { "x.state", "3.stat", "-1.state", "4.state.tmp", ".state" };
	static const uint32_t wanted[] = { 0, 2, 10, 100 };
	struct sim_state made[4];
	struct sim_error err;
	char path[300];
	uint32_t *ids;
	size_t i;

	assert_int_equal(sim_state_ids(*state, &ids), 0);
	assert_null(ids);
	for (i = 0; i < 4; i++) {
		struct sim_state_header header = sample;

		header.id = wanted[3 - i];
		assert_int_equal(sim_state_create(&made[i], *state, &header, &err), 0);
	}
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, foreign[i]);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	assert_int_equal(sim_state_ids(*state, &ids), 4);
	assert_memory_equal(ids, wanted, sizeof(wanted));
	free(ids);
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, foreign[i]);
		unlink(path);
	}
	for (i = 0; i < 4; i++)
		sim_state_remove(&made[i]);
}

static void state_ids_missing_folder_has_none(void **state)
{
	uint32_t *ids;

	(void)state;
	assert_int_equal(sim_state_ids("/nonexistent/ublk-sim", &ids), 0);
	assert_null(ids);
}

static void state_create_without_folder_tells_it(void **state)
{
	struct sim_state made;
	struct sim_error err;

	(void)state;
	assert_int_equal(sim_state_create(&made, "/nonexistent/ublk-sim", &sample, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/ublk-sim"));
}

#define DIR_TEST(f)	cmocka_unit_test_setup_teardown(f, dir_make, dir_remove)

static void state_dir_is_chosen_by_user_and_session(void **state)
{
	static const struct {
		unsigned int uid;
		const char *runtime;
		bool has_run_user;
		const char *dir;
	} cases[] = {
		{ 0, NULL, false, "/run/ublk-sim" },
		{ 0, "/run/user/0", true, "/run/ublk-sim" },
		{ 1000, "/run/user/1000", true, "/run/user/1000/ublk-sim" },
		{ 1000, "/somewhere/else", true, "/somewhere/else/ublk-sim" },
		{ 1000, NULL, true, "/run/user/1000/ublk-sim" },
		{ 1000, "", true, "/run/user/1000/ublk-sim" },
		{ 1000, "relative", false, "/tmp/ublk-sim-1000" },
		{ UINT32_MAX - 1, NULL, false, "/tmp/ublk-sim-4294967294" },
		/* longer than the address of a socket may be */
		{ 1000,
		  "/a/folder/whose/name/is/longer/than/the/address/of/a/socket/would/still/have/room/for",
		  false, "/tmp/ublk-sim-1000" },
	};
	char dir[SIM_STATE_DIR_CHARS];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sim_state_dir_choose(cases[i].uid, cases[i].runtime, cases[i].has_run_user, dir);
		assert_string_equal(dir, cases[i].dir);
	}
	assert_string_equal(sim_state_dir(), sim_state_dir());
	/* Nobody knows this one: the user's own. */
	assert_string_equal(sim_state_dir_of(UINT32_MAX), sim_state_dir());
}

/* Somebody else could have made the folder, or a link in its place. */
static void state_dir_of_another_is_refused(void **state)
{
	struct sim_state made;
	struct sim_error err;
	char path[300];

	snprintf(path, sizeof(path), "%s/link", (char *)*state);
	assert_int_equal(symlink(*state, path), 0);
	assert_int_equal(sim_state_create(&made, path, &sample, &err), -EPERM);
	assert_non_null(strstr(err.text, "XDG_RUNTIME_DIR"));
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DIR_TEST(state_round_trip),
		DIR_TEST(state_sum_takes_the_latest_of_the_latest),
		DIR_TEST(state_remove_takes_what_belongs_to_it),
		DIR_TEST(state_counters_keep_apart),
		DIR_TEST(state_held_by_live_server_returns_ebusy),
		DIR_TEST(state_of_killed_server_is_dead_and_taken_over),
		DIR_TEST(state_open_damaged_returns_eproto),
		DIR_TEST(state_ids_are_sorted_and_foreign_names_skipped),
		DIR_TEST(state_dir_of_another_is_refused),
		cmocka_unit_test(state_dir_is_chosen_by_user_and_session),
		cmocka_unit_test(state_ids_missing_folder_has_none),
		cmocka_unit_test(state_create_without_folder_tells_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
