// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks at a dmsetup command line with dmsetup's own option table.
 *
 * main.c -> [this]. An option that is not in the table means a dmsetup newer than this file: the
 * line is passed on untouched.
 */
#include "tools/dmsetup/args.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What an option means to a create or load with noexcl. */
enum {
	OPT_IGNORED = 0x100,	/* harmless: output, udev waiting, confirmation */
	OPT_FOREIGN,		/* changes the device in a way that is not done here */
	OPT_TABLE,
	OPT_NOTABLE,		/* there is no table at all, or one in another format */
};

static const char short_options[] = "cCfG:hj:m:M:no:O:rS:u:U:vy";

/* In the order of dmsetup --help, then those of dmstats. */
static const struct option long_options[] = {
	{ "version", 0, NULL, OPT_NOTABLE },
	{ "help", 0, NULL, 'h' },
	{ "columns", 0, NULL, 'c' },
	{ "verbose", 1, NULL, 'v' },
	{ "force", 0, NULL, 'f' },
	{ "checks", 0, NULL, OPT_IGNORED },
	{ "manglename", 1, NULL, OPT_FOREIGN },
	{ "readonly", 0, NULL, 'r' },
	{ "noopencount", 0, NULL, OPT_IGNORED },
	{ "noflush", 0, NULL, OPT_IGNORED },
	{ "nolockfs", 0, NULL, OPT_IGNORED },
	{ "inactive", 0, NULL, OPT_IGNORED },
	{ "udevcookie", 1, NULL, OPT_FOREIGN },
	{ "noudevrules", 0, NULL, OPT_IGNORED },
	{ "noudevsync", 0, NULL, OPT_IGNORED },
	{ "verifyudev", 0, NULL, OPT_IGNORED },
	{ "yes", 0, NULL, 'y' },
	{ "readahead", 1, NULL, OPT_FOREIGN },
	{ "retry", 0, NULL, OPT_IGNORED },
	{ "options", 1, NULL, 'o' },
	{ "sort", 1, NULL, 'O' },
	{ "select", 1, NULL, 'S' },
	{ "nameprefixes", 0, NULL, OPT_IGNORED },
	{ "noheadings", 0, NULL, OPT_IGNORED },
	{ "separator", 1, NULL, OPT_IGNORED },
	{ "major", 1, NULL, 'j' },
	{ "minor", 1, NULL, 'm' },
	{ "uid", 1, NULL, 'U' },
	{ "gid", 1, NULL, 'G' },
	{ "mode", 1, NULL, 'M' },
	{ "uuid", 1, NULL, 'u' },
	{ "addnodeonresume", 0, NULL, OPT_FOREIGN },
	{ "addnodeoncreate", 0, NULL, OPT_FOREIGN },
	{ "notable", 0, NULL, 'n' },
	{ "table", 1, NULL, OPT_TABLE },
	{ "concise", 0, NULL, OPT_NOTABLE },
	{ "deferred", 0, NULL, OPT_IGNORED },
	{ "setuuid", 0, NULL, OPT_IGNORED },
	{ "target", 1, NULL, OPT_IGNORED },
	{ "exec", 1, NULL, OPT_IGNORED },
	{ "tree", 0, NULL, OPT_IGNORED },
	{ "showkeys", 0, NULL, OPT_IGNORED },
	{ "rows", 0, NULL, OPT_IGNORED },
	{ "unbuffered", 0, NULL, OPT_IGNORED },
	{ "unquoted", 0, NULL, OPT_IGNORED },
	{ "units", 1, NULL, OPT_IGNORED },
	{ "nosuffix", 0, NULL, OPT_IGNORED },
	{ "count", 1, NULL, OPT_IGNORED },
	{ "interval", 1, NULL, OPT_IGNORED },
	{ "alias", 1, NULL, OPT_IGNORED },
	{ "alldevices", 0, NULL, OPT_IGNORED },
	{ "allprograms", 0, NULL, OPT_IGNORED },
	{ "allregions", 0, NULL, OPT_IGNORED },
	{ "area", 0, NULL, OPT_IGNORED },
	{ "areas", 1, NULL, OPT_IGNORED },
	{ "areasize", 1, NULL, OPT_IGNORED },
	{ "bounds", 1, NULL, OPT_IGNORED },
	{ "clear", 0, NULL, OPT_IGNORED },
	{ "filemap", 0, NULL, OPT_IGNORED },
	{ "follow", 1, NULL, OPT_IGNORED },
	{ "foreground", 0, NULL, OPT_IGNORED },
	{ "group", 0, NULL, OPT_IGNORED },
	{ "groupid", 1, NULL, OPT_IGNORED },
	{ "histogram", 0, NULL, OPT_IGNORED },
	{ "length", 1, NULL, OPT_IGNORED },
	{ "nogroup", 0, NULL, OPT_IGNORED },
	{ "nomonitor", 0, NULL, OPT_IGNORED },
	{ "notimesuffix", 0, NULL, OPT_IGNORED },
	{ "precise", 0, NULL, OPT_IGNORED },
	{ "programid", 1, NULL, OPT_IGNORED },
	{ "raw", 0, NULL, OPT_IGNORED },
	{ "region", 0, NULL, OPT_IGNORED },
	{ "regionid", 1, NULL, OPT_IGNORED },
	{ "regions", 1, NULL, OPT_IGNORED },
	{ "relative", 0, NULL, OPT_IGNORED },
	{ "segments", 0, NULL, OPT_IGNORED },
	{ "start", 1, NULL, OPT_IGNORED },
	{ "userdata", 1, NULL, OPT_IGNORED },
	{ NULL, 0, NULL, 0 },
};

/*
 * Index of the command word, or 0 when there is none or the options before it are not understood.
 */
static int find_command(int argc, char *argv[])
{
	char stop_at_first_word[sizeof(short_options) + 1] = "+";
	int opt;

	strcat(stop_at_first_word, short_options);
	optind = 0;
	do {
		opt = getopt_long(argc, argv, stop_at_first_word, long_options, NULL);
	} while (opt != -1 && opt != '?' && opt != 'h');
	return opt == -1 && optind < argc ? optind : 0;
}

/* The long name of an option; @index is where getopt_long() found it, or -1 for a short one. */
static const char *option_name(int opt, int index)
{
	const struct option *o = index < 0 ? long_options : &long_options[index];

	while (index < 0 && o->name && o->val != opt)
		o++;
	return o->name;
}

/* Takes one option. Return: false when the line belongs to the real dmsetup. */
static bool take_option(struct dmsetup_line *line, int opt, int index)
{
	switch (opt) {
	case 'r':
		line->read_only = true;
		return true;
	case 'u':
		line->uuid = optarg;
		return true;
	case OPT_TABLE:
		line->table = optarg;
		return true;
	case 'G':
	case 'j':
	case 'm':
	case 'M':
	case 'U':
	case OPT_FOREIGN:
		line->foreign = option_name(opt, index);
		return true;
	case 'n':
	case 'h':
	case '?':
	case OPT_NOTABLE:
		return false;
	default:
		return true;
	}
}

/* Fills in a create or load; @argv is permuted. */
static void parse_table_command(int argc, char *argv[], enum dmsetup_kind kind,
				struct dmsetup_line *line)
{
	bool ours = true;
	int opt = 0;

	optind = 0;
	while (ours && opt != -1) {
		int index = -1;

		opt = getopt_long(argc, argv, short_options, long_options, &index);
		if (opt != -1)
			ours = take_option(line, opt, index);
	}
	/* left over: create NAME [FILE] */
	if (!ours || argc - optind < 2 || argc - optind > 3)
		return;
	line->kind = kind;
	line->name = argv[optind + 1];
	/* a load is told its device by --uuid, too, but then there is no NAME */
	if (kind == DMSETUP_LOAD && line->uuid)
		line->foreign = "uuid";
	line->file = argc - optind == 3 ? argv[optind + 2] : NULL;
}

int dmsetup_args(int argc, char *const argv[], struct dmsetup_line *line)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));
	int command;

	*line = (struct dmsetup_line){ .kind = DMSETUP_PASS };
	if (!copy)
		return -ENOMEM;
	memcpy(copy, argv, (size_t)argc * sizeof(*copy));
	opterr = 0;
	command = argc > 1 ? find_command(argc, copy) : 0;
	if (command && (!strcmp(argv[command], "remap") || !strcmp(argv[command], "filter"))) {
		line->kind = DMSETUP_OWN;
		line->first = command;
	} else if (command && !strcmp(argv[command], "create")) {
		parse_table_command(argc, copy, DMSETUP_CREATE, line);
	} else if (command &&
		   (!strcmp(argv[command], "load") || !strcmp(argv[command], "reload"))) {
		parse_table_command(argc, copy, DMSETUP_LOAD, line);
	}
	free(copy);
	return 0;
}
