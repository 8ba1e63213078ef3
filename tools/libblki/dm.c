// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes and removes device-mapper devices through libdevmapper.
 *
 * blki, the dmsetup front-end, bench -> [this] -> libdevmapper -> dm core -> kernel/linear.c. With
 * udev it waits for udev's rules; without (an initramfs) libdevmapper makes the nodes itself. A
 * table with noexcl shows the origin's own bytes, so udev is told to make no /dev/disk links for
 * it: the origin keeps them.
 *
 * libdevmapper's log call-back has no user pointer, hence the one static pointer of this library,
 * set only while a call into libdevmapper runs.
 */
#include "tools/libblki/dm.h"

#include <errno.h>
#include <libdevmapper.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/libblki/devref.h"
#include "tools/libblki/kmsg.h"
#include "tools/libblki/noexcl.h"
#include "tools/libblki/table.h"
#include "tools/libblki/udev.h"

/*
 * Longest device-mapper name or UUID with its NUL, DM_NAME_LEN and DM_UUID_LEN of
 * <linux/dm-ioctl.h>
 */
#define DM_NAME_BYTES	128
#define DM_UUID_BYTES	129

/*
 * libdevmapper's log levels, the low bits of its first argument; 3 is an error (_LOG_ERR of lvm2)
 */
#define DM_LOG_LEVEL_MASK	0x7
#define DM_LOG_LEVEL_ERROR	3

/* Room for libdevmapper's own error line. */
#define DM_LOG_BYTES	256

static __thread char *log_sink;

static void log_first_error(int level, const char *file, int line, int dm_errno_or_class,
			    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void log_first_error(int level, const char *file __attribute__((unused)),
			    int line __attribute__((unused)),
			    int dm_errno_or_class __attribute__((unused)), const char *fmt, ...)
{
	va_list args;

	if ((level & DM_LOG_LEVEL_MASK) > DM_LOG_LEVEL_ERROR || !log_sink || log_sink[0])
		return;
	va_start(args, fmt);
	vsnprintf(log_sink, DM_LOG_BYTES, fmt, args);
	va_end(args);
}

static void log_begin(char sink[DM_LOG_BYTES])
{
	sink[0] = '\0';
	log_sink = sink;
	dm_log_with_errno_init(log_first_error);
}

static void log_end(void)
{
	dm_log_with_errno_init(NULL);
	log_sink = NULL;
	dm_lib_release();
}

static bool dm_waits_for_udev(void)
{
	return udev_runs("") && dm_udev_get_sync_support();
}

/* Waits until udev has worked off the event, but not for ever: udevd may be stopped or hang. */
static void cookie_wait(uint32_t cookie)
{
	int64_t deadline_ms = 0;
	int ready = 0;

	do {
		if (!dm_udev_wait_immediate(cookie, &ready) || ready)
			return;
	} while (udev_wait_more(&deadline_ms));
	dm_udev_complete(cookie);
	dm_udev_wait_immediate(cookie, &ready);
}

/* Runs a task and makes the nodes follow. Return: 0 or -errno. */
static int run_task(struct dm_task *task, uint16_t udev_flags, bool changes_nodes)
{
	uint32_t cookie = 0;
	bool with_udev = changes_nodes && dm_waits_for_udev();
	int ret = 0;

	if (with_udev && !dm_task_set_cookie(task, &cookie, udev_flags))
		return -ENOMEM;
	if (!dm_task_run(task))
		ret = -(dm_task_get_errno(task) ?: EIO);
	if (with_udev)
		cookie_wait(cookie);
	dm_task_update_nodes();
	return ret;
}

/* Asks for the state of a device. Return: 0 with @info filled, or -errno. */
static int query(const char *name, struct dm_info *info, char *node, size_t node_bytes)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_INFO);
	char *node_name;
	int ret = -ENOMEM;

	memset(info, 0, sizeof(*info));
	if (!task)
		return -ENOMEM;
	if (dm_task_set_name(task, name))
		ret = run_task(task, 0, false);
	if (!ret && !dm_task_get_info(task, info))
		ret = -EIO;
	node_name = ret || !info->exists ? NULL : dm_task_get_name_mangled(task);
	if (node && node_name)
		snprintf(node, node_bytes, "%s/%s", dm_dir(), node_name);
	free(node_name);
	dm_task_destroy(task);
	return ret;
}

static bool is_node_of(const char *path, const struct dm_info *info)
{
	struct stat st;

	return !stat(path, &st) && S_ISBLK(st.st_mode) &&
	       st.st_rdev == makedev(info->major, info->minor);
}

/* Makes sure that the new device can be opened by name, with or without udev. */
static int ensure_node(struct blki *h, const char *name, char *node, size_t node_bytes)
{
	struct dm_info info;
	char path[PATH_MAX] = "";

	if (query(name, &info, path, sizeof(path)) || !info.exists)
		return blki_fail(h, ENODEV,
				 "%s: was removed by somebody else while it was made; try "
				 "again",
				 name);
	if (!is_node_of(path, &info)) {
		dm_mknodes(name);
		dm_task_update_nodes();
	}
	if (!is_node_of(path, &info))
		snprintf(path, sizeof(path), "/dev/dm-%u", info.minor);
	if (!is_node_of(path, &info))
		return blki_fail(h, ENOENT, "%s: the device %u:%u has no node below /dev; mount "
				 "devtmpfs there or run udevd", name, info.major, info.minor);
	if (strlen(path) >= node_bytes)
		return blki_fail(h, ENAMETOOLONG, "%s: its path %s is longer than the caller's %zu "
				 "bytes", name, path, node_bytes);
	strcpy(node, path);
	return 0;
}

/* The device of "linear ... noexcl" may be named as any command of ours does. Result to be freed. */
static int linear_params(struct blki *h, const char *params, char **rewritten)
{
	size_t nr = strcspn(params, " \t");
	char device[PATH_MAX];
	struct devref ref;
	int ret;

	if (nr >= sizeof(device))
		return blki_fail(h, ENAMETOOLONG,
				 "the device of a noexcl line has a path of "
				 "%zu bytes; use a shorter one",
				 nr);
	memcpy(device, params, nr);
	device[nr] = '\0';
	ret = devref_resolve(h, device, &ref);
	if (ret)
		return ret;
	params += nr + strspn(params + nr, " \t");
	if (asprintf(rewritten, "%u:%u %s", major(ref.dev), minor(ref.dev), params) < 0)
		return blki_fail(h, ENOMEM, "the table: out of memory; try again");
	return 0;
}

static int add_line(struct blki *h, struct dm_task *task, const struct table_line *line,
		    struct alias_made *made)
{
	char *rewritten = NULL;
	int ret = 0;

	if (line->noexcl && !strcmp(line->target, BLKI_LINEAR_TARGET))
		ret = linear_params(h, line->params, &rewritten);
	else if (line->noexcl)
		ret = noexcl_params(h, line->target, line->params, made, &rewritten);
	if (!ret && !dm_task_add_target(task, line->start_sectors, line->length_sectors,
					line->target, rewritten ? rewritten : line->params))
		ret = blki_fail(h, ENOMEM, "the table: out of memory; try again");
	free(rewritten);
	return ret;
}

/* With udev, a rule may hold the device open for a moment: libdevmapper then tries again. */
static int remove_task(const char *name)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_REMOVE);
	int ret = -ENOMEM;

	if (!task)
		return -ENOMEM;
	if (dm_task_set_name(task, name) && (!dm_waits_for_udev() || dm_task_retry_remove(task)))
		ret = run_task(task, 0, true);
	dm_task_destroy(task);
	return ret;
}

/* A task on the device that is being made; NULL when out of memory or the name is refused. */
static struct dm_task *task_for(const struct dm_request *r, int type)
{
	struct dm_task *task = dm_task_create(type);

	if (task && dm_task_set_name(task, r->name))
		return task;
	if (task)
		dm_task_destroy(task);
	return NULL;
}

/* Words for a step that failed before or without an answer of the kernel. */
static int step_failed(struct blki *h, const struct dm_request *r, int err, const char *log)
{
	if (access("/sys/module/dm_mod", F_OK))
		return blki_fail(h, err, "%s: device-mapper is not there; load it: modprobe dm-mod",
				 r->name);
	return blki_fail(h, err,
			 "%s: can not be made: %s (%s); the kernel log (dmesg) may say more",
			 r->name, log[0] ? log : "libdevmapper refused it", strerror(err));
}

/* The name and the number, without a table. */
static int make_empty(struct blki *h, const struct dm_request *r, const char *log)
{
	struct dm_task *task = task_for(r, DM_DEVICE_CREATE);
	int ret = -EINVAL;

	if (task && (!r->uuid || dm_task_set_uuid(task, r->uuid)))
		ret = run_task(task, 0, false);
	if (task)
		dm_task_destroy(task);
	if (ret == -EBUSY) /* what the kernel calls a name or UUID that is taken */
		return blki_fail(h, EEXIST,
				 "%s: a device-mapper device of that name%s exists; remove it "
				 "first: dmsetup remove %s",
				 r->name, r->uuid ? " or UUID" : "", r->name);
	return ret ? step_failed(h, r, -ret, log) : 0;
}

/* The table. Its refusal is explained in the kernel log only. @made: in and out: aliases made for it. */
static int load_table(struct blki *h, const struct dm_request *r, const struct table *table,
		      struct alias_made *made, const char *log)
{
	struct dm_task *task = task_for(r, DM_DEVICE_RELOAD);
	char reason[BLKI_MSG_MAX];
	int kmsg = kmsg_open();
	int ret = 0;

	if (!task || (r->read_only && !dm_task_set_ro(task)))
		ret = step_failed(h, r, ENOMEM, log);
	for (size_t i = 0; i < table->nr && !ret; i++)
		ret = add_line(h, task, &table->lines[i], made);
	if (!ret) {
		ret = run_task(task, 0, false);
		kmsg_reason(kmsg, reason, sizeof(reason));
		if (ret && reason[0])
			ret = blki_fail(h, -ret, "%s: the table was refused: %s", r->name, reason);
		else if (ret)
			ret = step_failed(h, r, -ret, log);
	}
	if (task)
		dm_task_destroy(task);
	if (kmsg >= 0)
		close(kmsg);
	return ret;
}

/* Makes it live; only now udev looks at it. */
static int resume(struct blki *h, const struct dm_request *r, const struct table *table,
		  const char *log)
{
	struct dm_task *task = task_for(r, DM_DEVICE_RESUME);
	uint16_t udev_flags = 0;
	int ret = -ENOMEM;

	for (size_t i = 0; i < table->nr; i++)
		if (table->lines[i].noexcl)
			udev_flags = DM_UDEV_DISABLE_DISK_RULES_FLAG |
				     DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG |
				     DM_UDEV_DISABLE_OTHER_RULES_FLAG;
	if (task)
		ret = run_task(task, udev_flags, true);
	if (task)
		dm_task_destroy(task);
	return ret ? step_failed(h, r, -ret, log) : 0;
}

static int check_request(struct blki *h, const struct dm_request *r)
{
	if (!*r->name || strlen(r->name) >= DM_NAME_BYTES || strchr(r->name, '/'))
		return blki_fail(h, EINVAL, "\"%s\": is no device-mapper name; give 1 to %d bytes "
				 "without a slash", r->name, DM_NAME_BYTES - 1);
	if (r->uuid && strlen(r->uuid) >= DM_UUID_BYTES)
		return blki_fail(h, EINVAL,
				 "%s: its UUID has more than %d bytes; use a shorter one", r->name,
				 DM_UUID_BYTES - 1);
	return 0;
}

static int parse_table(struct blki *h, const struct dm_request *r, struct table *table)
{
	int ret = table_parse(r->table, table);

	if (ret)
		return blki_fail(h, -ret, "%s: table %s", r->name, table->error);
	for (size_t i = 0; i < table->nr && !ret; i++)
		if (table->lines[i].noexcl)
			ret = blki_need_module(h);
	return ret;
}

int dm_create(struct blki *h, const struct dm_request *r, char *node, size_t node_bytes)
{
	struct alias_made made = { .nr = 0 };
	char log[DM_LOG_BYTES];
	struct table table;
	int ret = check_request(h, r);

	if (ret)
		return ret;
	ret = parse_table(h, r, &table);
	if (ret)
		goto free_table;
	log_begin(log);
	ret = make_empty(h, r, log);
	if (ret)
		goto end_log;
	ret = load_table(h, r, &table, &made, log);
	if (!ret)
		ret = resume(h, r, &table, log);
	if (!ret)
		ret = ensure_node(h, r->name, node, node_bytes);
	if (ret)
		remove_task(r->name);
	alias_made_end(h, &made, ret);
end_log:
	log_end();
free_table:
	table_free(&table);
	return ret;
}

int dm_load(struct blki *h, const struct dm_request *r)
{
	struct alias_made made = { .nr = 0 };
	char log[DM_LOG_BYTES];
	struct table table;
	int ret = check_request(h, r);

	if (ret)
		return ret;
	ret = parse_table(h, r, &table);
	if (!ret) {
		log_begin(log);
		ret = load_table(h, r, &table, &made, log);
		alias_made_end(h, &made, ret);
		log_end();
	}
	table_free(&table);
	return ret;
}

int blki_dm_create(struct blki *h, const char *name, const char *table, char *node,
		   size_t node_size)
{
	const struct dm_request request = { .name = name, .table = table };

	blki_begin(h);
	return dm_create(h, &request, node, node_size);
}

int blki_dm_remove(struct blki *h, const char *name)
{
	const struct dm_request request = { .name = name };
	char log[DM_LOG_BYTES];
	struct dm_info info;
	int ret;

	blki_begin(h);
	ret = check_request(h, &request);
	if (ret)
		return ret;
	log_begin(log);
	ret = query(name, &info, NULL, 0);
	if (!ret && !info.exists)
		ret = -ENXIO;
	if (!ret)
		ret = remove_task(name);
	log_end();
	if (ret == -ENXIO)
		return blki_fail(h, ENXIO, "%s: no such device-mapper device; see dmsetup ls",
				 name);
	if (ret == -EBUSY)
		return blki_fail(h, EBUSY,
				 "%s: is in use; unmount it, remove what stands on it, or if "
				 "it is an acceptor: blki remap stop %s",
				 name, name);
	if (ret)
		return blki_fail(h, -ret, "%s: can not be removed: %s (%s)", name, log,
				 strerror(-ret));
	return 0;
}
