// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saves /proc/kallsyms and the executable lines of /proc/PID/maps beside the
 * windows of a profile; see profile_save.h.
 */
#include "profile_save.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile_meta.h"
#include "profile_spaces.h"
#include "sys.h"

#define KERNEL_HALF (UINT64_C(1) << 63)

int profile_out_path(const char *out, const char *format, unsigned int id, char **path)
{
	char *name;
	int nr;

	if (asprintf(&name, format, id) < 0)
		return -ENOMEM;
	nr = asprintf(path, "%s/%s", out, name);
	free(name);
	return nr < 0 ? -ENOMEM : 0;
}

int profile_save_symbols(const char *out, unsigned int id)
{
	FILE *from = fopen("/proc/kallsyms", "r"), *to = NULL;
	char *path = NULL, *line = NULL, type;
	size_t cap = 0;
	int err;

	err = profile_out_path(out, id ? PROFILE_KALLSYMS_MODULES_FILE : PROFILE_KALLSYMS_CORE_FILE,
			       id, &path);
	if (!err) {
		to = fopen(path, "w");
		err = from && to ? 0 : -errno;
	}
	while (!err && getline(&line, &cap, from) > 0)
		if (sscanf(line, "%*x %c", &type) == 1 && strchr("tTwW", type) &&
		    !strchr(line, '[') == !id && fputs(line, to) < 0)
			err = -EIO;
	if (to && fclose(to) && !err)
		err = -errno;
	if (from)
		fclose(from);
	if (err)
		bench_error("the guest's symbols cannot be saved in %s: %s", path, strerror(-err));
	free(line);
	free(path);
	return err;
}

/* Append the mappings of a process that can be executed and are its own. */
static int save_process(FILE *to, int pid, enum profile_owner owner)
{
	char path[32], *line = NULL, mode[8];
	uint64_t start, end;
	size_t cap = 0;
	int err = 0;
	FILE *from;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	from = fopen(path, "r");
	if (!from)
		return -errno;
	while (!err && getline(&line, &cap, from) > 0) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end, mode) != 3 ||
		    mode[2] != 'x' || start >= KERNEL_HALF)
			continue;
		if (fprintf(to, "%s %" PRIx64 "-%" PRIx64 "\n", profile_owner_name(owner), start,
			    end) < 0)
			err = -EIO;
	}
	free(line);
	fclose(from);
	return err;
}

int profile_save_spaces(const char *out, unsigned int id, int server_pid)
{
	FILE *to = NULL;
	char *path;
	int err;

	err = profile_out_path(out, PROFILE_SPACES_FILE, id, &path);
	if (err)
		return err;
	to = fopen(path, "w");
	err = to ? save_process(to, getpid(), PROFILE_OWNER_LOADER) : -errno;
	if (!err && server_pid)
		err = save_process(to, server_pid, PROFILE_OWNER_SERVER);
	if (to && fclose(to) && !err)
		err = -errno;
	if (err)
		bench_error("%s: the mappings of loader and server cannot be saved: %s", path,
			    strerror(-err));
	free(path);
	return err;
}
