/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reduced profile as text and as JSON.
 *
 * Stage before: profile_reduce.c; after: stdout, profile.md, profile.json
 * (schema PROFILE_SCHEMA, described in docs/profile.md).
 */
#ifndef BLKI_PROFILE_REPORT_H
#define BLKI_PROFILE_REPORT_H

#include <stdio.h>

#include "profile_arm.h"

#define PROFILE_SCHEMA "blki-profile/1"

/* A reduced profile. Tables compare the arms of one device and load. */
struct profile_report {
	struct profile_meta meta;
	struct profile_arm *arms; /* one per window of meta, in its order */
	size_t nr_arms;
	struct profile_table *tables;
	size_t nr_tables;
	struct profile_checks checks;
};

/**
 * profile_report_text() - tables and checks as Markdown with aligned columns
 * @report: the profile
 * @file: where to
 *
 * Return: 0 or -EIO.
 */
int profile_report_text(const struct profile_report *report, FILE *file);

/**
 * profile_report_json() - everything as JSON
 * @report: the profile
 * @path: file, replaced
 *
 * Return: 0 or -errno.
 */
int profile_report_json(const struct profile_report *report, const char *path);

#endif
