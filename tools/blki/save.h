/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that save writes and restore reads, as a structure.
 *
 * cmd_save.c fills one from what is attached, cmd_restore.c attaches what one says. This header
 * owns the schema blki-save/1. Pure: text in, structure out, and back.
 */
#ifndef BLKI_SAVE_H
#define BLKI_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>
#include <linux/blki.h>

/** SAVE_SCHEMA - raised when a field is renamed or its meaning changes */
#define SAVE_SCHEMA		"blki-save/1"

/** SAVE_PATH - where the file is unless the user says otherwise */
#define SAVE_PATH		"/etc/blki/blki.json"

/** SAVE_BYTES_MAX - a file that is longer is none of ours */
#define SAVE_BYTES_MAX		(1UL << 20)

/* Limits of a file; far above what anybody attaches, and a bound for what a wrong file costs. */
#define SAVE_ITEMS_MAX		256
#define SAVE_DMS_MAX		256
#define SAVE_LINES_MAX		1024

/** SAVE_NAME_BYTES - room for any name of a device in a reference */
#define SAVE_NAME_BYTES		256

/** SAVE_ERROR_BYTES - room for the reason why a file was refused */
#define SAVE_ERROR_BYTES	256

/**
 * struct save_ref - a device by names that outlive a reboot; "" is a name it has not
 * @partuuid: of a partition, as the partition table has it
 * @dm: device-mapper name
 * @by_id: name below /dev/disk/by-id
 * @name: kernel name, used when there is no other: after a reboot it may be another device's
 * @sectors: its size; a device of another size is not the one that was saved
 * @alias: meant is the alias of this device
 * @table_read: @partuuid was read from the disk, which is I/O of the whole disk; not in the file
 */
struct save_ref {
	char partuuid[SAVE_NAME_BYTES];
	char dm[SAVE_NAME_BYTES];
	char by_id[SAVE_NAME_BYTES];
	char name[SAVE_NAME_BYTES];
	uint64_t sectors;
	bool alias;
	bool table_read;
};

/**
 * struct save_line - a line of a table
 * @start_sectors: where it begins
 * @length_sectors: how long it is
 * @target: its type
 * @params: its arguments; a device is a word "@N", reference N of the table; owned by the save
 */
struct save_line {
	uint64_t start_sectors;
	uint64_t length_sectors;
	char target[16];
	char *params;
};

/**
 * struct save_dm - a device-mapper device that restore makes when it is not there
 * @name: device-mapper name
 * @lines: @nr_lines lines, owned by the save
 * @nr_lines: how many, at least 1
 * @refs: @nr_refs devices that the lines name, owned by the save
 * @nr_refs: how many
 */
struct save_dm {
	char name[SAVE_NAME_BYTES];
	struct save_line *lines;
	size_t nr_lines;
	struct save_ref *refs;
	size_t nr_refs;
};

/**
 * struct save_item - an interposer
 * @kind: enum blki_kind
 * @hook: enum blki_hook
 * @altitude: of a filter
 * @flags: BLKI_ATTACH_*
 * @class_nr: enum blki_class, of a remap
 * @offset_sectors: of a native remap
 * @filter: name of the filter, otherwise ""
 * @origin: the device it is on
 * @acceptor: of a remap
 */
struct save_item {
	unsigned int kind;
	unsigned int hook;
	unsigned int altitude;
	uint32_t flags;
	unsigned int class_nr;
	uint64_t offset_sectors;
	char filter[BLKI_NAME_MAX];
	struct save_ref origin;
	struct save_ref acceptor;
};

/**
 * struct save - what is attached, and what it needs
 * @dms: @nr_dms devices, each after those it stands on
 * @nr_dms: how many
 * @items: @nr_items interposers, in the kernel's order
 * @nr_items: how many
 * @error: why a text was refused: place, cause and remedy
 */
struct save {
	struct save_dm *dms;
	size_t nr_dms;
	struct save_item *items;
	size_t nr_items;
	char error[SAVE_ERROR_BYTES];
};

/**
 * save_parse - read a file
 * @text: its bytes
 * @nr_bytes: how many
 * @save: out: the contents, or the reason; release it with save_free() in both cases
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int save_parse(const char *text, size_t nr_bytes, struct save *save);

/** save_free - release the contents; the error stays */
void save_free(struct save *save);

/** save_json - the document; Return: an object that the caller puts, or NULL when out of memory */
struct json_object *save_json(const struct save *save);

/** save_add_item - Return: a zeroed item at the end, or NULL when there is no room or memory */
struct save_item *save_add_item(struct save *save);

/** save_add_dm - Return: a zeroed device at the end, or NULL when there is no room or memory */
struct save_dm *save_add_dm(struct save *save);

/**
 * save_add_line - add a line to the last device
 * @dm: the device
 * @params: copied
 *
 * Return: the line without its other members, or NULL when there is no room or memory.
 */
struct save_line *save_add_line(struct save_dm *dm, const char *params);

/** save_add_ref - add a copy of @ref; Return: its number, or -ENOMEM */
int save_add_ref(struct save_dm *dm, const struct save_ref *ref);

/**
 * save_ref_text - a reference for people: "PARTUUID=1234-01", "dm-noexcl", "sda1"
 * @ref: the reference
 * @text: out
 * @text_bytes: room at @text
 */
void save_ref_text(const struct save_ref *ref, char *text, size_t text_bytes);

#endif /* BLKI_SAVE_H */
