// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * await-seen: wait until an interposer has seen some more bios.
 *
 * The tests do this hundreds of times, and in an emulated guest every program that a poll starts costs more than
 * the attach under test; so the poll is one process on the ioctl. It counts from its own start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/blki.h>

/* Interposers that are looked at; no test has more. */
#define ENTRIES_MAX	64

/* Between two looks, microseconds: a fraction of what one I/O takes in the guest. */
#define POLL_US		2000

/* Finds the interposer; returns false when it is not there. */
static bool nr_seen(int fd, const char *origin, unsigned int kind, unsigned long long *nr)
{
	static struct blki_entry entries[ENTRIES_MAX];
	struct blki_list list = {
		.size = sizeof(list),
		.entries = (__u64)(unsigned long)entries,
		.nr = ENTRIES_MAX,
		.entry_size = sizeof(entries[0]),
	};

	if (ioctl(fd, BLKI_IOC_LIST, &list))
		return false;
	for (unsigned int i = 0; i < list.nr && i < ENTRIES_MAX; i++) {
		if (strcmp(entries[i].origin, origin) || (kind && entries[i].kind != kind))
			continue;
		*nr = entries[i].nr_seen;
		return true;
	}
	return false;
}

static unsigned int kind_of(const char *name)
{
	if (!strcmp(name, "filter"))
		return BLKI_KIND_FILTER;
	if (!strcmp(name, "native"))
		return BLKI_KIND_NATIVE;
	return strcmp(name, "remap") ? 0 : BLKI_KIND_REMAP;
}

int main(int argc, char **argv)
{
	unsigned long long from, now;
	unsigned int kind;
	const char *origin;
	time_t until;
	int fd;

	if (argc != 5) {
		fprintf(stderr, "usage: await-seen ORIGIN filter|remap|native|any BIOS SECONDS\n");
		return 2;
	}
	origin = strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1];
	kind = kind_of(argv[2]);
	until = time(NULL) + atoi(argv[4]);
	fd = open("/dev/" BLKI_CONTROL_NODE, O_RDWR);
	if (fd < 0 || !nr_seen(fd, origin, kind, &from)) {
		fprintf(stderr, "await-seen: %s: no interposer (%s) is attached\n", origin, argv[2]);
		return 2;
	}
	do {
		if (!nr_seen(fd, origin, kind, &now)) {
			fprintf(stderr, "await-seen: %s: the interposer is gone\n", origin);
			return 2;
		}
		if (now - from >= strtoull(argv[3], NULL, 10))
			return 0;
		usleep(POLL_US);
	} while (time(NULL) <= until);
	fprintf(stderr, "await-seen: %s: saw %llu of %s bios in %s s\n", origin, now - from, argv[3],
		argv[4]);
	return 1;
}
