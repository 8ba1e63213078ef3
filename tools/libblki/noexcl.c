// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replaces devices of a table line by their aliases.
 *
 * dm.c -> noexcl_params() -> alias.c. The rule is in the header. A word is a device only when it can be
 * nothing else: names without a slash are left to the target, as device-mapper leaves them.
 */
#include "tools/libblki/noexcl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/libblki/alias.h"
#include "tools/libblki/control.h"
#include "tools/libblki/sysfs.h"

#define BLANK	" \t"

/* The first devices of a line that are looked at: a snapshot's COW device is the second */
static size_t devices_max(const char *target)
{
	return !strcmp(target, "snapshot") || !strcmp(target, "snapshot-merge") ? 1 : SIZE_MAX;
}

/* Cuts the next word off *@at. Return: false at the end. A word that is no path is "". */
static bool next_word(const char **at, char word[PATH_MAX])
{
	size_t nr;

	*at += strspn(*at, BLANK);
	nr = strcspn(*at, BLANK);
	if (!nr)
		return false;
	snprintf(word, PATH_MAX, "%.*s", nr < PATH_MAX ? (int)nr : 0, *at);
	*at += nr;
	return true;
}

/* Return: the most urgent enum noexcl_use of a line; -ENODEV when there is no device in it. */
static int most_urgent(const char *params, size_t nr_max, const struct noexcl_host *host)
{
	char word[PATH_MAX];
	int most = -ENODEV;
	dev_t dev;

	while (nr_max && next_word(&params, word)) {
		int use;

		if (host->find(host->user, word, &dev))
			continue;
		nr_max--;
		use = (int)host->use(host->user, dev);
		if (use > most)
			most = use;
	}
	return most;
}

/* Writes one word, or the alias it becomes. Return: 1 it was a device, 0 it was none, or -errno. */
static int write_word(FILE *out, const char *word, int urgent, const struct noexcl_host *host)
{
	dev_t dev, alias;
	int ret;

	if (host->find(host->user, word, &dev)) {
		fputs(word, out);
		return 0;
	}
	if (urgent == NOEXCL_ALIAS || (int)host->use(host->user, dev) != urgent) {
		fputs(word, out);
		return 1;
	}
	ret = host->alias(host->user, dev, word, &alias);
	if (!ret)
		fprintf(out, "%u:%u", major(alias), minor(alias));
	return ret ?: 1;
}

int noexcl_rewrite(const char *target, const char *params, const struct noexcl_host *host,
		   char **rewritten)
{
	size_t nr_left = devices_max(target), nr_bytes;
	int urgent = most_urgent(params, nr_left, host), ret = 0;
	char word[PATH_MAX];
	FILE *out;

	*rewritten = NULL;
	if (urgent < 0)
		return urgent;
	out = open_memstream(rewritten, &nr_bytes);
	if (!out)
		return -ENOMEM;
	while (nr_left && ret >= 0 && next_word(&params, word)) {
		ret = write_word(out, word, urgent, host);
		nr_left -= ret > 0;
		fputs(nr_left && *params ? " " : "", out);
	}
	/* what follows the last device that was looked at */
	fputs(ret < 0 ? "" : params, out);
	if (fclose(out) && ret >= 0)
		ret = -ENOMEM;
	if (ret >= 0)
		return 0;
	free(*rewritten);
	*rewritten = NULL;
	return ret;
}

/* What the call-backs work on. */
struct machine {
	struct blki *h;
	struct alias_made *made;
	struct blki_entry *entries;
	size_t nr;
	struct blki_alias_entry *aliases;
	size_t nr_aliases;
};

static int find_device(void *user, const char *word, dev_t *dev)
{
	const struct machine *m = user;
	unsigned int major_nr, minor_nr;
	char end, name[NAME_MAX + 1];
	struct stat st;

	if (strchr(word, '/')) {
		if (stat(word, &st))
			return -errno;
		*dev = st.st_rdev;
		return S_ISBLK(st.st_mode) ? 0 : -ENOTBLK;
	}
	if (sscanf(word, "%u:%u%c", &major_nr, &minor_nr, &end) != 2)
		return -ENOTBLK;
	*dev = makedev(major_nr, minor_nr);
	return sysfs_name(m->h->sysfs, *dev, name, sizeof(name));
}

static bool held_by_dm(const struct machine *m, dev_t dev)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/holders", m->h->sysfs, major(dev),
		 minor(dev));
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir)))
		found = !strncmp(entry->d_name, "dm-", 3);
	if (dir)
		closedir(dir);
	return found;
}

static bool is_held(const struct machine *m, dev_t dev)
{
	char path[PATH_MAX];
	int fd;

	if (alias_node(m->h, "", dev, path))
		return false;
	fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EBUSY;
}

static bool has_alias(const struct machine *m, dev_t dev)
{
	for (size_t i = 0; i < m->nr_aliases; i++)
		if (makedev(m->aliases[i].origin_major, m->aliases[i].origin_minor) == dev)
			return true;
	return false;
}

static bool is_origin(const struct machine *m, dev_t dev)
{
	for (size_t i = 0; i < m->nr; i++)
		if (makedev(m->entries[i].origin_major, m->entries[i].origin_minor) == dev)
			return true;
	return has_alias(m, dev);
}

static enum noexcl_use use_of_device(void *user, dev_t dev)
{
	const struct machine *m = user;
	dev_t origin;

	if (!sysfs_alias_origin(m->h->sysfs, dev, &origin))
		return NOEXCL_ALIAS;
	if (is_origin(m, dev))
		return NOEXCL_HELD;
	if (held_by_dm(m, dev))
		return NOEXCL_SHARED;
	return is_held(m, dev) ? NOEXCL_HELD : NOEXCL_FREE;
}

static int alias_of_device(void *user, dev_t dev, const char *word, dev_t *alias)
{
	const struct machine *m = user;
	char node[PATH_MAX];
	dev_t *devs;
	int ret;

	devs = reallocarray(m->made->devs, m->made->nr + 1, sizeof(*devs));
	if (!devs)
		return -ENOMEM;
	m->made->devs = devs;
	ret = alias_add(m->h, dev, word, alias, node, sizeof(node));
	if (!ret && !has_alias(m, dev))
		devs[m->made->nr++] = *alias;
	return ret;
}

/* The device that a snapshot is merged into; for an alias it is the origin that counts. */
static bool merge_target_in_use(const struct machine *m, const char *params, char word[PATH_MAX])
{
	dev_t dev, origin;

	if (!next_word(&params, word) || find_device((void *)m, word, &dev))
		return false;
	if (!sysfs_alias_origin(m->h->sysfs, dev, &origin))
		dev = origin;
	return !held_by_dm(m, dev) && is_held(m, dev);
}

int noexcl_params(struct blki *h, const char *target, const char *params, struct alias_made *made,
		  char **rewritten)
{
	struct machine m = { .h = h, .made = made };
	const struct noexcl_host host = {
		.find = find_device,
		.use = use_of_device,
		.alias = alias_of_device,
		.user = &m,
	};
	char word[PATH_MAX];
	int ret;

	if (!strcmp(target, "snapshot-merge") && merge_target_in_use(&m, params, word))
		return blki_fail(h, EBUSY,
				 "%s: snapshot-merge would change it under its users; unmount it first",
				 word);
	ret = control_list(h, &m.entries, &m.nr) ?: alias_list(h, &m.aliases, &m.nr_aliases);
	if (!ret)
		ret = noexcl_rewrite(target, params, &host, rewritten);
	free(m.entries);
	free(m.aliases);
	if (ret == -ENODEV)
		return blki_fail(h, ENODEV,
				 "%s: none of \"%s\" is a block device that noexcl could mean; give "
				 "its path, or leave the word out",
				 target, params);
	if (ret == -ENOMEM)
		return blki_fail(h, ENOMEM, "%s: out of memory; try again", target);
	return ret;
}
