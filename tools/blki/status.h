/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The status of all interposers, for people and for programs.
 *
 * commands.c fills the rows from blki_list() and sysfs; status_print() draws each origin's chain,
 * status_json() makes the document of schema blki-status/1. Pure: rows and a clock in, text out.
 */
#ifndef BLKI_STATUS_H
#define BLKI_STATUS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>
#include <linux/blki.h>

/** STATUS_SCHEMA - raised when a field is renamed or its meaning changes */
#define STATUS_SCHEMA		"blki-status/1"

/** STATUS_DM_NAME_BYTES - room for a device-mapper name, DM_NAME_LEN of <linux/dm-ioctl.h> */
#define STATUS_DM_NAME_BYTES	128

/** STATUS_TEXT_BYTES - room for any time, size or duration written here */
#define STATUS_TEXT_BYTES	48

/**
 * struct status_row - one interposer
 * @entry: what the kernel reported
 * @acceptor_dm: device-mapper name of the acceptor, "" when it has none
 */
struct status_row {
	struct blki_entry entry;
	char acceptor_dm[STATUS_DM_NAME_BYTES];
};

/**
 * status_json - the document that status --json prints
 * @rows: @nr interposers, in the kernel's order
 * @nr: how many
 *
 * Return: an object that the caller puts, or NULL when out of memory.
 */
struct json_object *status_json(const struct status_row *rows, size_t nr);

/**
 * status_print - draw the chain of every origin
 * @out: where to
 * @rows: @nr interposers, in the kernel's order: by origin, then along its chain
 * @nr: how many
 * @now_ns: nanoseconds of CLOCK_REALTIME, for how long ago
 */
void status_print(FILE *out, const struct status_row *rows, size_t nr, uint64_t now_ns);

/** status_time_utc - @ns of CLOCK_REALTIME as "2026-01-31T08:09:10.123456789Z" */
void status_time_utc(uint64_t ns, char text[STATUS_TEXT_BYTES]);

/** status_size - bytes as "512 B", "4.0 KiB", "1.5 GiB" */
void status_size(uint64_t bytes, char text[STATUS_TEXT_BYTES]);

/** status_duration - seconds as "12 s", "3 min 4 s", "2 h 5 min", "4 d 1 h" */
void status_duration(uint64_t seconds, char text[STATUS_TEXT_BYTES]);

#endif /* BLKI_STATUS_H */
