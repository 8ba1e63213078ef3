/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real dmsetup: the next one in PATH that is not this program.
 *
 * main.c ends here for everything that is not ours. It owns the guard against programs that exec
 * each other for ever (two copies of the front-end, or a wrapper script before it in PATH).
 */
#ifndef BLKI_DMSETUP_REAL_H
#define BLKI_DMSETUP_REAL_H

#include <limits.h>
#include <sys/types.h>

/** REAL_DEPTH_ENV - environment variable that counts how often the front-end has exec'd */
#define REAL_DEPTH_ENV	"BLKI_DMSETUP_DEPTH"

/**
 * REAL_DEPTH_MAX - execs that are believed: dmsetup ls --exec may call dmsetup, a few times at most
 */
#define REAL_DEPTH_MAX	8

/**
 * struct real_self - identity of this program's file
 * @dev: its file system
 * @ino: its inode
 */
struct real_self {
	dev_t dev;
	ino_t ino;
};

/**
 * real_find - the next dmsetup in a search path
 * @search_path: directories between colons; empty ones are skipped
 * @self: this program; when it is in the path, only what comes after it is looked at
 * @path: out: the program found
 *
 * Return: 0, or -ENOENT.
 */
int real_find(const char *search_path, const struct real_self *self, char path[PATH_MAX]);

/**
 * real_exec - become the real dmsetup
 * @argv: the command line, passed on unchanged but for argv[0]
 *
 * The environment gains REAL_DEPTH_ENV, and where no udevd runs DM_DISABLE_UDEV unless it is set.
 * Return: an exit code, with a sentence printed, when there is no real dmsetup. Does not return
 * otherwise.
 */
int real_exec(char *argv[]);

#endif /* BLKI_DMSETUP_REAL_H */
