/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device-mapper table as text: lines of "START LENGTH TARGET ARGUMENTS", in 512-byte sectors.
 *
 * dm.c loads what this parses; the dmsetup front-end asks only whether the word noexcl is there. It
 * owns the word noexcl, the last one of a line of any target, and takes it off. "linear DEV OFFSET
 * noexcl" becomes "blki-linear DEV OFFSET"; of every other target the devices are replaced by their
 * aliases when the table is loaded, by the rule in noexcl.h. Pure: no I/O.
 */
#ifndef BLKI_TABLE_H
#define BLKI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** TABLE_NOEXCL - the word at the end of a line that asks for a map without claiming the device */
#define TABLE_NOEXCL		"noexcl"

/** TABLE_TARGET_BYTES - room for a target's name, as DM_MAX_TYPE_NAME in <linux/dm-ioctl.h> */
#define TABLE_TARGET_BYTES	16

/**
 * TABLE_LINES_MAX - the most targets the kernel takes in a table, DM_MAX_TARGETS in
 * drivers/md/dm-core.h
 */
#define TABLE_LINES_MAX		(1U << 20)

/** TABLE_ERROR_BYTES - room for the reason of a refusal */
#define TABLE_ERROR_BYTES	256

/**
 * struct table_line - one target of a table
 * @start_sectors: where it begins on the device-mapper device
 * @length_sectors: how long it is, never 0
 * @target: name of the target; blki-linear for linear with @noexcl
 * @params: its arguments, without noexcl and without a comment; owned by the table
 * @noexcl: the user asked for noexcl on this line
 */
struct table_line {
	uint64_t start_sectors;
	uint64_t length_sectors;
	char target[TABLE_TARGET_BYTES];
	char *params;
	bool noexcl;
};

/**
 * struct table - a parsed table
 * @lines: @nr lines, in order and without gaps
 * @nr: how many
 * @error: why it was refused: "line N: cause; remedy"
 */
struct table {
	struct table_line *lines;
	size_t nr;
	char error[TABLE_ERROR_BYTES];
};

/**
 * table_parse - parse a table
 * @text: lines that end in a newline or at the end; empty lines and those that begin with '#' are
 *	skipped, a '#' in the arguments begins a comment
 * @table: out: the lines, or the reason; release it with table_free() in both cases
 *
 * Return: 0; -EINVAL the text is no table; -ENOMEM.
 */
int table_parse(const char *text, struct table *table);

/** table_free - release the lines of a table; its error stays */
void table_free(struct table *table);

/**
 * table_has_noexcl - does any line of a table end in noexcl
 * @text: as for table_parse(); may be no table at all
 *
 * Return: whether the front-end has to take care of it.
 */
bool table_has_noexcl(const char *text);

#endif /* BLKI_TABLE_H */
