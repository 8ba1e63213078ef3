// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the dmsetup front-end's parts: tools/dmsetup/{args,real,input}.c.
 *
 * The search for the real dmsetup runs on directories made below /tmp and removed again.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/dmsetup/args.h"
#include "tools/dmsetup/input.h"
#include "tools/dmsetup/real.h"

#define ARGV_MAX	16

/* Splits at spaces and looks at the line. */
static struct dmsetup_line look(const char *text)
{
	static char words[256];
	char *argv[ARGV_MAX + 1] = { NULL }, *save = NULL;
	struct dmsetup_line line;
	int argc = 0;

	snprintf(words, sizeof(words), "%s", text);
	for (char *w = strtok_r(words, " ", &save); w && argc < ARGV_MAX;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_int_equal(dmsetup_args(argc, argv, &line), 0);
	return line;
}

static void args_remap_and_filter_are_ours(void **state)
{
	(void)state;
	assert_int_equal(look("dmsetup remap start a /dev/b").kind, DMSETUP_OWN);
	assert_int_equal(look("dmsetup remap start a /dev/b").first, 1);
	assert_int_equal(look("dmsetup filter stop null /dev/b").kind, DMSETUP_OWN);
	assert_int_equal(look("dmsetup -v --noudevsync remap stop a").kind, DMSETUP_OWN);
	assert_int_equal(look("dmsetup -v --noudevsync remap stop a").first, 3);
	assert_int_equal(look("dmsetup remap start --timeout 5 a /dev/b").kind, DMSETUP_OWN);
	assert_int_equal(look("dmsetup remap --help").kind, DMSETUP_OWN);
}

static void args_other_commands_pass(void **state)
{
	static const char *const lines[] = {
		"dmsetup", "dmsetup ls", "dmsetup --version", "dmsetup help", "dmsetup -h",
		"dmsetup table remap", "dmsetup remove filter", "dmsetup --target linear ls",
		"dmsetup --target remap ls", "dmsetup --unknown remap start a b",
		"dmsetup info -c -o name create", "dmsetup create --concise a,,,,0",
		"dmsetup create a --notable", "dmsetup create -n a", "dmsetup create",
		"dmsetup create a b c", "dmsetup create a --new-option",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (look(lines[i]).kind != DMSETUP_PASS)
			fail_msg("\"%s\" does not reach the real dmsetup", lines[i]);
}

static void args_create_finds_its_table(void **state)
{
	struct dmsetup_line l = look("dmsetup create dm-noexcl");

	(void)state;
	assert_int_equal(l.kind, DMSETUP_CREATE);
	assert_string_equal(l.name, "dm-noexcl");
	assert_null(l.table);
	assert_null(l.file);
	assert_null(l.foreign);
	l = look("dmsetup -r create --uuid U a /tmp/table");
	assert_int_equal(l.kind, DMSETUP_CREATE);
	assert_string_equal(l.name, "a");
	assert_string_equal(l.file, "/tmp/table");
	assert_string_equal(l.uuid, "U");
	assert_true(l.read_only);
	l = look("dmsetup create --table=T a -y --noudevsync");
	assert_string_equal(l.table, "T");
	assert_string_equal(l.name, "a");
	assert_false(l.read_only);
	assert_null(l.foreign);
}

static void args_load_finds_its_table(void **state)
{
	struct dmsetup_line l = look("dmsetup load -r /dev/mapper/a --table T");

	(void)state;
	assert_int_equal(l.kind, DMSETUP_LOAD);
	assert_string_equal(l.name, "/dev/mapper/a");
	assert_string_equal(l.table, "T");
	assert_true(l.read_only);
	assert_null(l.foreign);
	l = look("dmsetup reload a /tmp/table");
	assert_int_equal(l.kind, DMSETUP_LOAD);
	assert_string_equal(l.file, "/tmp/table");
	assert_string_equal(look("dmsetup load a -u U").foreign, "uuid");
	assert_int_equal(look("dmsetup load --uuid U").kind, DMSETUP_PASS);
	assert_int_equal(look("dmsetup load").kind, DMSETUP_PASS);
}

static void args_create_names_foreign_option(void **state)
{
	(void)state;
	assert_string_equal(look("dmsetup create a -m 3").foreign, "minor");
	assert_string_equal(look("dmsetup create a -m3 -j 253").foreign, "major");
	assert_string_equal(look("dmsetup create --readah auto a").foreign, "readahead");
	assert_string_equal(look("dmsetup create a --addnodeoncreate").foreign, "addnodeoncreate");
}

/* A directory tree for the search; dir[i] holds a file dmsetup when made by put(). */
struct tree {
	char root[64];
	char path[512];
};

static char *in_tree(const struct tree *t, const char *name)
{
	static char path[2][160];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", t->root, name);
	return path[turn];
}

static void put(struct tree *t, const char *dir, mode_t mode)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s/dmsetup", dir);
	fd = open(in_tree(t, name), O_CREAT | O_WRONLY | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	close(fd);
}

static int setup_tree(void **state)
{
	static struct tree t;

	snprintf(t.root, sizeof(t.root), "/tmp/blki-test-XXXXXX");
	if (!mkdtemp(t.root) || mkdir(in_tree(&t, "a"), 0755) || mkdir(in_tree(&t, "b"), 0755) ||
	    mkdir(in_tree(&t, "c"), 0755))
		return -1;
	snprintf(t.path, sizeof(t.path), "%s/a:%s/b:%s/c", t.root, t.root, t.root);
	*state = &t;
	return 0;
}

static int teardown_tree(void **state)
{
	static const char *const names[] = {
		"a/dmsetup", "b/dmsetup", "c/dmsetup", "a", "b", "c", "",
	};
	struct tree *t = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(in_tree(t, names[i]));
	return 0;
}

static struct real_self self_at(struct tree *t, const char *name)
{
	struct stat st;

	assert_int_equal(stat(in_tree(t, name), &st), 0);
	return (struct real_self){ st.st_dev, st.st_ino };
}

static void real_next_after_self_is_found(void **state)
{
	struct tree *t = *state;
	struct real_self self;
	char path[PATH_MAX];

	put(t, "a", 0755);
	put(t, "b", 0755);
	put(t, "c", 0755);
	self = self_at(t, "a/dmsetup");
	assert_int_equal(real_find(t->path, &self, path), 0);
	assert_string_equal(path, in_tree(t, "b/dmsetup"));
	/* a copy of the front-end in b looks behind itself, so two copies do not exec each other */
	self = self_at(t, "b/dmsetup");
	assert_int_equal(real_find(t->path, &self, path), 0);
	assert_string_equal(path, in_tree(t, "c/dmsetup"));
	self = self_at(t, "c/dmsetup");
	assert_int_equal(real_find(t->path, &self, path), -ENOENT);
}

static void real_links_to_self_are_skipped(void **state)
{
	struct tree *t = *state;
	struct real_self self;
	char path[PATH_MAX];

	put(t, "a", 0755);
	assert_int_equal(symlink(in_tree(t, "a/dmsetup"), in_tree(t, "b/dmsetup")), 0);
	put(t, "c", 0755);
	self = self_at(t, "a/dmsetup");
	assert_int_equal(real_find(t->path, &self, path), 0);
	assert_string_equal(path, in_tree(t, "c/dmsetup"));
}

static void real_outside_path_takes_the_first(void **state)
{
	const struct real_self self = { 0, 0 };
	struct tree *t = *state;
	char path[PATH_MAX], empties[600];

	put(t, "b", 0755);
	snprintf(empties, sizeof(empties), "::%s::", t->path);
	assert_int_equal(real_find(empties, &self, path), 0);
	assert_string_equal(path, in_tree(t, "b/dmsetup"));
	assert_int_equal(real_find("", &self, path), -ENOENT);
	assert_int_equal(real_find(":::", &self, path), -ENOENT);
}

static void real_unusable_files_are_skipped(void **state)
{
	const struct real_self self = { 0, 0 };
	struct tree *t = *state;
	char path[PATH_MAX];

	assert_int_equal(mkdir(in_tree(t, "a/dmsetup"), 0755), 0);
	put(t, "b", 0644);
	assert_int_equal(real_find(t->path, &self, path), -ENOENT);
	put(t, "c", 0755);
	assert_int_equal(real_find(t->path, &self, path), 0);
	assert_string_equal(path, in_tree(t, "c/dmsetup"));
}

static void exec_too_deep_is_refused(void **state)
{
	char *argv[] = { "dmsetup", "ls", NULL };

	(void)state;
	setenv(REAL_DEPTH_ENV, "8", 1);
	assert_int_equal(real_exec(argv), 2);
	setenv(REAL_DEPTH_ENV, "-5", 1);
	assert_int_equal(real_exec(argv), 2);
	unsetenv(REAL_DEPTH_ENV);
}

static void input_pipe_is_read_whole(void **state)
{
	size_t nr = 0;
	char *text;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "0 8 zero\n", 9), 9);
	close(fds[1]);
	assert_int_equal(input_read(fds[0], &text, &nr), 0);
	close(fds[0]);
	assert_int_equal(nr, 9);
	assert_string_equal(text, "0 8 zero\n");
	free(text);
	assert_int_equal(input_read(-1, &text, &nr), -EBADF);
	assert_int_equal(input_read_file("/nonexistent/table", &text), -ENOENT);
}

static void input_large_text_comes_back_on_stdin(void **state)
{
	enum { NR_BYTES = 1 << 20 };
	char *text = malloc(NR_BYTES), *again;
	int saved = dup(STDIN_FILENO);
	size_t nr = 0;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < NR_BYTES; i++)
		text[i] = (char)(i * 31 % 251);
	assert_int_equal(input_put_back(text, NR_BYTES), 0);
	assert_int_equal(input_read(STDIN_FILENO, &again, &nr), 0);
	assert_int_equal(nr, NR_BYTES);
	assert_memory_equal(text, again, NR_BYTES);
	free(again);
	free(text);
	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(args_remap_and_filter_are_ours),
		cmocka_unit_test(args_other_commands_pass),
		cmocka_unit_test(args_create_finds_its_table),
		cmocka_unit_test(args_load_finds_its_table),
		cmocka_unit_test(args_create_names_foreign_option),
		cmocka_unit_test_setup_teardown(real_next_after_self_is_found, setup_tree,
						teardown_tree),
		cmocka_unit_test_setup_teardown(real_links_to_self_are_skipped, setup_tree,
						teardown_tree),
		cmocka_unit_test_setup_teardown(real_outside_path_takes_the_first, setup_tree,
						teardown_tree),
		cmocka_unit_test_setup_teardown(real_unusable_files_are_skipped, setup_tree,
						teardown_tree),
		cmocka_unit_test(exec_too_deep_is_refused),
		cmocka_unit_test(input_pipe_is_read_whole),
		cmocka_unit_test(input_large_text_comes_back_on_stdin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
