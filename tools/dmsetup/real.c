// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds and becomes the real dmsetup.
 *
 * main.c -> [this] -> execv. Programs are told apart by device and inode, so that hard and symbolic
 * links to the front-end are skipped; a second copy of it is passed because each looks only behind
 * itself.
 */
#include <stdio.h>

#include "tools/dmsetup/real.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/blki/cli.h"

/* Where it is when PATH leads nowhere: root's directories are not in every user's PATH. */
#define FALLBACK_PATH	"/usr/local/sbin:/usr/sbin:/sbin"

static bool is_self(const struct stat *st, const struct real_self *self)
{
	return st->st_dev == self->dev && st->st_ino == self->ino;
}

int real_find(const char *search_path, const struct real_self *self, char path[PATH_MAX])
{
	char candidate[PATH_MAX];
	struct stat st;

	path[0] = '\0';
	while (*search_path) {
		size_t nr = strcspn(search_path, ":");
		int bytes = snprintf(candidate, sizeof(candidate), "%.*s/dmsetup", (int)nr,
				     search_path);
		bool usable = nr && bytes < PATH_MAX && !stat(candidate, &st) &&
			      S_ISREG(st.st_mode) && !access(candidate, X_OK);

		search_path += nr + (search_path[nr] == ':');
		if (usable && is_self(&st, self))
			path[0] = '\0'; /* what came before this program is not the next one */
		else if (usable && !path[0])
			strcpy(path, candidate);
	}
	return path[0] ? 0 : -ENOENT;
}

/* Without /proc, the path that was exec'd tells as much. */
static void find_self(struct real_self *self)
{
	const char *executed = (const char *)getauxval(AT_EXECFN);
	struct stat st;

	memset(self, 0, sizeof(*self));
	if (!stat("/proc/self/exe", &st) || (executed && !stat(executed, &st)))
		*self = (struct real_self){ .dev = st.st_dev, .ino = st.st_ino };
}

/*
 * Where no udevd runs, nobody makes or removes nodes for a dmsetup that waits for udev: a removed
 * device would leave the node that libblki made. libdevmapper then does it itself when told so.
 */
static void tell_about_udev(void)
{
	if (access("/run/udev/control", F_OK))
		setenv("DM_DISABLE_UDEV", "1", 0);
}

/* Counts this exec in the environment. Return: 0, or an exit code when there were too many. */
static int count_exec(void)
{
	const char *text = getenv(REAL_DEPTH_ENV);
	int depth = text ? atoi(text) : 0;
	char next[16];

	if (depth < 0 || depth >= REAL_DEPTH_MAX) {
		fprintf(stderr,
			"dmsetup: the front-end was run %d times in a row without reaching the "
			"real dmsetup; take copies and wrappers of it out of PATH\n",
			depth);
		return CLI_EXIT_USAGE;
	}
	snprintf(next, sizeof(next), "%d", depth + 1);
	setenv(REAL_DEPTH_ENV, next, 1);
	return 0;
}

int real_exec(char *argv[])
{
	const char *search_path = getenv("PATH");
	struct real_self self;
	char path[PATH_MAX];
	int ret = count_exec();

	if (ret)
		return ret;
	find_self(&self);
	if ((!search_path || real_find(search_path, &self, path)) &&
	    real_find(FALLBACK_PATH, &self, path)) {
		fprintf(stderr,
			"dmsetup: no real dmsetup behind this front-end in PATH; install it: "
			"apt install dmsetup\n");
		return CLI_EXIT_USAGE;
	}
	tell_about_udev();
	argv[0] = path;
	execv(path, argv);
	fprintf(stderr, "dmsetup: %s can not be run: %s\n", path, strerror(errno));
	return CLI_EXIT_USAGE;
}
