/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own words for a refused device-mapper table.
 *
 * The device-mapper ioctl returns a bare errno and prints its reason to the kernel log. dm.c opens
 * the log before the ioctl and asks here afterwards for the reason that was printed in between.
 */
#ifndef BLKI_KMSG_H
#define BLKI_KMSG_H

#include <stddef.h>

/**
 * kmsg_open - remember the present end of the kernel log; Return: a file, or -errno; close(2) it
 */
int kmsg_open(void);

/**
 * kmsg_reason - the last device-mapper table error printed since kmsg_open()
 * @fd: from kmsg_open(), may be negative
 * @reason: out: such as "blki-linear: Device lookup failed (-ENODEV)"; "" when there is none
 * @reason_bytes: room at @reason
 */
void kmsg_reason(int fd, char *reason, size_t reason_bytes);

/**
 * kmsg_table_reason - the reason inside one record of the kernel log
 * @record: "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT" and a newline, NUL-terminated
 * @reason: out: the text after "device-mapper: table: MAJOR:MINOR: "; untouched when there is none
 * @reason_bytes: room at @reason
 */
void kmsg_table_reason(const char *record, char *reason, size_t reason_bytes);

#endif /* BLKI_KMSG_H */
