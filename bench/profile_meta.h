/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest knows of its profile windows, as JSON: which arm a window
 * was, how many I/Os it held, what the clock said.
 *
 * Written in the guest (profile_guest.c), read on the host beside the
 * plugin's record (profile_reduce.c). The schema is PROFILE_META_SCHEMA.
 */
#ifndef BLKI_PROFILE_META_H
#define BLKI_PROFILE_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_META_SCHEMA "blki-profile-windows/1"
#define PROFILE_NAME_CHARS_MAX 31

/*
 * Files of a profile, below the directory of the run. "%u" is the identity.
 * PROFILE_RECORD_FILE is named by ./x, which starts QEMU.
 */
#define PROFILE_RECORD_FILE "count.txt"
#define PROFILE_META_FILE "profile/windows.json"
#define PROFILE_KALLSYMS_CORE_FILE "profile/kallsyms.core"
#define PROFILE_KALLSYMS_MODULES_FILE "profile/kallsyms.%u"
#define PROFILE_SPACES_FILE "profile/spaces.%u"
#define PROFILE_PERF_FILE "profile/perf.%u.txt"

/* One window. */
struct profile_meta_window {
	uint16_t id;				  /* 1..65535, unique in the run */
	char device[PROFILE_NAME_CHARS_MAX + 1]; /* names of bench/names.h */
	char load[PROFILE_NAME_CHARS_MAX + 1];
	char arm[PROFILE_NAME_CHARS_MAX + 1];
	uint64_t nr_ios;      /* I/Os of the window, > 0 */
	uint64_t clock_insns; /* instruction clock, end - begin */
	bool sampled;	      /* PROFILE_PERF_FILE exists */
	uint64_t sampled_nr_ios; /* I/Os of the sampled run; 0 when not sampled */
};

/* Zero-initialise; profile_meta_free() when done. */
struct profile_meta {
	char *scenario;
	char *kernel;	   /* uname -r of the guest */
	char *cmdline;	   /* kernel command line of the guest */
	char *host;	   /* what ./x said of the host, JSON text; "{}" when it said nothing */
	char *module;	   /* source version of the module, "" when it was never loaded */
	bool locks_counted; /* LOCK prefixes were left in place (noreplace-smp) */
	struct profile_meta_window *windows;
	size_t nr_windows;
};

/**
 * profile_meta_add() - append a window
 * @meta: the set
 * @window: copied
 *
 * Return: 0 or -ENOMEM.
 */
int profile_meta_add(struct profile_meta *meta, const struct profile_meta_window *window);

/**
 * profile_meta_write() - write the set as JSON
 * @meta: the set
 * @path: file, replaced
 *
 * Return: 0 or -errno.
 */
int profile_meta_write(const struct profile_meta *meta, const char *path);

/**
 * profile_meta_read() - read what profile_meta_write() wrote
 * @meta: out, zero-initialised
 * @path: file
 *
 * Return: 0; -ENOENT; -EINVAL when it is not JSON of the schema, or a window
 * lacks a field, has no I/O, or repeats an identity; -ENOMEM.
 */
int profile_meta_read(struct profile_meta *meta, const char *path);

/**
 * profile_meta_free() - free the contents
 * @meta: zeroed
 */
void profile_meta_free(struct profile_meta *meta);

#endif
