// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads device-mapper's reason for a refused table from the kernel log.
 *
 * Beside dm.c. Best effort: without permission to read /dev/kmsg there is no reason, never an
 * error. The log is shared, so another device's refusal at the same moment could be quoted; the
 * last one is taken.
 */
#include "tools/libblki/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The longest record that /dev/kmsg returns (PRINTKRB_RECORD_MAX and its prefix). */
#define RECORD_BYTES	8192

/* Records looked at; a refused table prints two or three. */
#define RECORDS_MAX	1024

#define TABLE_PREFIX	"device-mapper: table: "

int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	lseek(fd, 0, SEEK_END);
	return fd;
}

void kmsg_table_reason(const char *record, char *reason, size_t reason_bytes)
{
	const char *text = strchr(record, ';');
	unsigned int major_nr, minor_nr;
	int skip = 0;

	if (!text || strncmp(text + 1, TABLE_PREFIX, strlen(TABLE_PREFIX)))
		return;
	text += 1 + strlen(TABLE_PREFIX);
	if (sscanf(text, "%u:%u: %n", &major_nr, &minor_nr, &skip) == 2)
		text += skip;
	snprintf(reason, reason_bytes, "%.*s", (int)strcspn(text, "\n"), text);
}

void kmsg_reason(int fd, char *reason, size_t reason_bytes)
{
	char record[RECORD_BYTES + 1];

	reason[0] = '\0';
	for (int i = 0; fd >= 0 && i < RECORDS_MAX; i++) {
		ssize_t nr = read(fd, record, RECORD_BYTES);

		if (nr < 0 && errno == EPIPE) /* records were overwritten: go on with the next */
			continue;
		if (nr <= 0)
			return;
		record[nr] = '\0';
		kmsg_table_reason(record, reason, reason_bytes);
	}
}
