// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Turns live tables into records with stable names, and records into tables.
 *
 * cmd_save.c, cmd_restore.c -> [this] -> stable.c, dmtable.c. In a record, a word that is a
 * device number becomes "@N", a reference of that record; a word that begins with "@" gets
 * another one in front.
 */
#include "tools/blki/recipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* Targets that are their table and nothing else. */
static const char *const plain_targets[] = {
	"linear", BLKI_LINEAR_TARGET, "striped", "delay", "flakey", "error", "zero",
};

/* What others put in front of the UUIDs of devices that they make. */
static const char *const owners[] = { "LVM-", "CRYPT-", "mpath-", "part", "DMRAID-", "STRATIS-" };

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static bool is_plain(const char *target)
{
	for (size_t i = 0; i < NR(plain_targets); i++)
		if (!strcmp(target, plain_targets[i]))
			return true;
	return false;
}

bool recipe_can_be_made(const struct dmtable *table)
{
	for (size_t i = 0; i < NR(owners); i++)
		if (!strncmp(table->uuid, owners[i], strlen(owners[i])))
			return false;
	for (size_t i = 0; i < table->nr; i++)
		if (!is_plain(table->lines[i].target))
			return false;
	return table->nr > 0;
}

/* Is the word, up to a space or the end, a device number? */
static bool is_device(const char *word, dev_t *dev)
{
	unsigned int major_nr, minor_nr;
	int nr = 0;

	if (sscanf(word, "%u:%u%n", &major_nr, &minor_nr, &nr) != 2 ||
	    (word[nr] && word[nr] != ' '))
		return false;
	*dev = makedev(major_nr, minor_nr);
	return true;
}

static int write_word(const struct stable_source *source, struct save_dm *dm, const char *word,
		      size_t nr_bytes, FILE *out)
{
	struct save_ref ref;
	dev_t dev;
	int ret;

	if (is_device(word, &dev) && !stable_names(source, dev, &ref)) {
		ret = save_add_ref(dm, &ref);
		if (ret < 0)
			return ret;
		fprintf(out, "@%d", ret);
		return 0;
	}
	fprintf(out, "%s%.*s", *word == '@' ? "@" : "", (int)nr_bytes, word);
	return 0;
}

static int add_line(const struct stable_source *source, struct save_dm *dm,
		    const struct dmtable_line *from)
{
	struct save_line *line;
	char *params = NULL;
	size_t nr_bytes;
	FILE *out = open_memstream(&params, &nr_bytes);
	int ret = 0;

	if (!out)
		return -ENOMEM;
	for (const char *word = from->params; *word && !ret;) {
		size_t nr = strcspn(word, " ");

		ret = write_word(source, dm, word, nr, out);
		word += nr;
		for (; *word == ' '; word++)
			fputc(' ', out);
	}
	if (fclose(out) && !ret)
		ret = -ENOMEM;
	line = ret ? NULL : save_add_line(dm, params);
	free(params);
	if (!line)
		return -ENOMEM;
	line->start_sectors = from->start_sectors;
	line->length_sectors = from->length_sectors;
	snprintf(line->target, sizeof(line->target), "%s", from->target);
	return 0;
}

static bool is_recorded(const struct save *save, const char *name)
{
	for (size_t i = 0; i < save->nr_dms; i++)
		if (!strcmp(save->dms[i].name, name))
			return true;
	return false;
}

static int add_lower(const struct stable_source *source,
		     int (*read)(dev_t dev, struct dmtable *table), const struct dmtable *table,
		     struct save *save)
{
	int ret = 0;
	dev_t dev;

	for (size_t i = 0; i < table->nr && !ret; i++) {
		const char *word = table->lines[i].params;

		while (*word && !ret) {
			if (is_device(word, &dev))
				ret = recipe_add(source, read, dev, save);
			word += strcspn(word, " ");
			word += strspn(word, " ");
		}
	}
	return ret;
}

int recipe_add(const struct stable_source *source, int (*read)(dev_t dev, struct dmtable *table),
	       dev_t dev, struct save *save)
{
	struct dmtable table;
	struct save_dm *dm;
	struct save_ref ref;
	int ret = 0;

	if (stable_names(source, dev, &ref) || !ref.dm[0] || ref.alias || is_recorded(save, ref.dm))
		return 0;
	if (read(dev, &table) || !recipe_can_be_made(&table)) {
		dmtable_free(&table);
		return 0;
	}
	/* those it stands on come first: they are made first */
	ret = add_lower(source, read, &table, save);
	dm = ret ? NULL : save_add_dm(save);
	if (!dm)
		ret = -ENOMEM;
	else
		snprintf(dm->name, sizeof(dm->name), "%s", ref.dm);
	for (size_t i = 0; i < table.nr && !ret; i++)
		ret = add_line(source, dm, &table.lines[i]);
	dmtable_free(&table);
	return ret;
}

/* Is the word, up to a space or the end, a reference? */
static bool is_ref(const char *word, unsigned int *number)
{
	int nr = 0;

	return sscanf(word, "@%u%n", number, &nr) == 1 && (!word[nr] || word[nr] == ' ');
}

/* What looks the devices of a record up again. */
struct lookup {
	const struct stable_source *source;
	const struct save_dm *dm;
	int (*find_alias)(void *context, dev_t origin, dev_t *alias);
	void *context;
	char *why;
};

/* One "@N" as the number of the device that it is now. */
static int write_ref(const struct lookup *l, const char *word, FILE *out)
{
	unsigned int number;
	dev_t dev;
	int ret;

	if (!is_ref(word, &number) || number >= l->dm->nr_refs) {
		snprintf(l->why, STABLE_WHY_BYTES,
			 "%s: its table names a device that the file lacks; save again", l->dm->name);
		return -EINVAL;
	}
	ret = stable_find(l->source, &l->dm->refs[number], &dev, l->why);
	if (ret)
		return ret;
	if (l->dm->refs[number].alias) {
		ret = l->find_alias(l->context, dev, &dev);
		if (ret) {
			snprintf(l->why, STABLE_WHY_BYTES,
				 "%s: the alias it stands on can not be made", l->dm->name);
			return ret;
		}
	}
	fprintf(out, "%u:%u", major(dev), minor(dev));
	return 0;
}

static int write_params(const struct lookup *l, const char *word, FILE *out)
{
	int ret = 0;

	while (*word && !ret) {
		size_t nr = strcspn(word, " ");

		if (word[0] == '@' && word[1] != '@')
			ret = write_ref(l, word, out);
		else
			fprintf(out, "%.*s", (int)nr - (*word == '@'), word + (*word == '@'));
		word += nr;
		for (; *word == ' '; word++)
			fputc(' ', out);
	}
	return ret;
}

/*
 * Is the line what a user writes with noexcl? So written, udev is told what the device is. An alias stays
 * what it is then; a line with another device too has to do without, or that one would get an alias.
 */
static bool is_noexcl(const struct save_dm *dm, const struct save_line *line)
{
	size_t nr_refs = 0, nr_aliases = 0;
	unsigned int number;

	if (!strcmp(line->target, BLKI_LINEAR_TARGET))
		return true;
	for (const char *word = line->params; *word; word += strspn(word, " ")) {
		if (is_ref(word, &number) && number < dm->nr_refs) {
			nr_refs++;
			nr_aliases += dm->refs[number].alias;
		}
		word += strcspn(word, " ");
	}
	return strcmp(line->target, "linear") && nr_refs && nr_refs == nr_aliases;
}

static int write_line(const struct lookup *l, const struct save_line *line, FILE *out)
{
	bool is_linear = !strcmp(line->target, BLKI_LINEAR_TARGET);
	int ret;

	fprintf(out, "%llu %llu %s ", (unsigned long long)line->start_sectors,
		(unsigned long long)line->length_sectors, is_linear ? "linear" : line->target);
	ret = write_params(l, line->params, out);
	fprintf(out, "%s\n", is_noexcl(l->dm, line) ? " noexcl" : "");
	return ret;
}

int recipe_table(const struct stable_source *source, const struct save_dm *dm,
		 int (*find_alias)(void *context, dev_t origin, dev_t *alias), void *context,
		 char **text, char why[STABLE_WHY_BYTES])
{
	const struct lookup l = { source, dm, find_alias, context, why };
	size_t nr_bytes;
	FILE *out = open_memstream(text, &nr_bytes);
	int ret = 0;

	why[0] = '\0';
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < dm->nr_lines && !ret; i++)
		ret = write_line(&l, &dm->lines[i], out);
	if (fclose(out) && !ret)
		ret = -ENOMEM;
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}
