// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads live device-mapper tables through libdevmapper.
 *
 * status, save -> [this] -> libdevmapper. Nothing is flushed and nothing is opened by it, so that
 * it may be asked while an acceptor hangs.
 */
#include "tools/libblki/dmtable.h"

#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

static void log_nothing(int level, const char *file, int line, int dm_errno_or_class,
			const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* What fails here is told by the return value; libdevmapper would print it. */
static void log_nothing(int level __attribute__((unused)), const char *file __attribute__((unused)),
			int line __attribute__((unused)),
			int dm_errno_or_class __attribute__((unused)),
			const char *fmt __attribute__((unused)), ...)
{
}

static int add_line(struct dmtable *table, uint64_t start, uint64_t length, const char *target,
		    const char *params)
{
	struct dmtable_line *larger = reallocarray(table->lines, table->nr + 1, sizeof(*larger));
	struct dmtable_line *line;

	if (!larger)
		return -ENOMEM;
	table->lines = larger;
	line = &larger[table->nr++];
	*line = (struct dmtable_line){
		.start_sectors = start,
		.length_sectors = length,
		.target = strdup(target),
		.params = strdup(params ? params : ""),
	};
	return line->target && line->params ? 0 : -ENOMEM;
}

static int take_lines(struct dm_task *task, struct dmtable *table)
{
	char *target, *params;
	uint64_t start, length;
	void *next = NULL;
	int ret = 0;

	do {
		target = NULL;
		next = dm_get_next_target(task, next, &start, &length, &target, &params);
		if (target)
			ret = add_line(table, start, length, target, params);
	} while (next && !ret);
	return ret;
}

static int run(struct dm_task *task, dev_t dev, struct dmtable *table)
{
	struct dm_info info;
	const char *name, *uuid;

	if (!dm_task_set_major(task, (int)major(dev)) ||
	    !dm_task_set_minor(task, (int)minor(dev)) || !dm_task_no_flush(task) ||
	    !dm_task_no_open_count(task))
		return -ENOMEM;
	if (!dm_task_run(task))
		return -(dm_task_get_errno(task) ?: EIO);
	if (!dm_task_get_info(task, &info) || !info.exists)
		return -ENXIO;
	name = dm_task_get_name(task);
	uuid = dm_task_get_uuid(task);
	snprintf(table->name, sizeof(table->name), "%s", name ? name : "");
	snprintf(table->uuid, sizeof(table->uuid), "%s", uuid ? uuid : "");
	return take_lines(task, table);
}

static int read_lines(dev_t dev, int type, struct dmtable *table)
{
	struct dm_task *task;
	int ret = -ENOMEM;

	memset(table, 0, sizeof(*table));
	dm_log_with_errno_init(log_nothing);
	task = dm_task_create(type);
	if (task) {
		ret = run(task, dev, table);
		dm_task_destroy(task);
	}
	dm_log_with_errno_init(NULL);
	dm_lib_release();
	return ret;
}

int dmtable_read(dev_t dev, struct dmtable *table)
{
	return read_lines(dev, DM_DEVICE_TABLE, table);
}

int dmtable_status(dev_t dev, struct dmtable *table)
{
	return read_lines(dev, DM_DEVICE_STATUS, table);
}

int dmtable_message(dev_t dev, uint64_t sector, const char *message)
{
	struct dm_task *task;
	int ret = -ENOMEM;

	dm_log_with_errno_init(log_nothing);
	task = dm_task_create(DM_DEVICE_TARGET_MSG);
	if (task && dm_task_set_major(task, (int)major(dev)) &&
	    dm_task_set_minor(task, (int)minor(dev)) && dm_task_set_sector(task, sector) &&
	    dm_task_set_message(task, message))
		ret = dm_task_run(task) ? 0 : -(dm_task_get_errno(task) ?: EIO);
	if (task)
		dm_task_destroy(task);
	dm_log_with_errno_init(NULL);
	dm_lib_release();
	return ret;
}

void dmtable_free(struct dmtable *table)
{
	for (size_t i = 0; i < table->nr; i++) {
		free(table->lines[i].target);
		free(table->lines[i].params);
	}
	free(table->lines);
	table->lines = NULL;
	table->nr = 0;
}
