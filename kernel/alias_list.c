// SPDX-License-Identifier: GPL-2.0
/*
 * Which aliases there are: added, removed and listed for the control device.
 *
 * ctl.c -> [this] -> alias.c. An origin has one alias at most, named after it; adding it again finds it.
 *
 * change_lock is held over allocations, opens and whatever add_disk() does. Nothing in the I/O path, no
 * freeze, no attach and no list takes it, so nobody who is waited for by any of these waits for it.
 */
#include <linux/blkdev.h>
#include <linux/idr.h>

#include "alias.h"

/* In /proc/devices. A major of our own: LVM takes no device of a type that it does not know. */
#define ALIAS_MAJOR_NAME	"blki"

/* What disk names of aliases begin with; '!' is '/' in the node's path */
#define ALIAS_PREFIX		BLKI_ALIAS_DIR "!"

/* serialises adding and removing */
static DEFINE_MUTEX(change_lock);
/* covers @aliases, which changes under change_lock as well; a leaf lock */
static DEFINE_MUTEX(list_lock);
static LIST_HEAD(aliases);
static DEFINE_IDA(minors);
static int major;

static void list_join(struct alias_disk *alias)
{
	mutex_lock(&list_lock);
	list_add_tail(&alias->node, &aliases);
	mutex_unlock(&list_lock);
}

/* The alias is retired, or the module is going */
static void list_leave(struct alias_disk *alias)
{
	int minor = alias->gd->first_minor;

	mutex_lock(&list_lock);
	list_del(&alias->node);
	mutex_unlock(&list_lock);
	blki_alias_destroy(alias);
	ida_free(&minors, minor);
}

/* The same with a word to userspace; not at the module's end, when there is no control device to send it */
static void leave_and_tell(struct alias_disk *alias)
{
	blki_event_alias("alias-del", alias->origin, alias->gd->disk_name);
	list_leave(alias);
}

static struct alias_disk *find_by_origin(struct block_device *origin)
{
	struct alias_disk *alias;

	lockdep_assert_held(&change_lock);
	list_for_each_entry(alias, &aliases, node)
		if (alias->origin == origin)
			return alias;
	return NULL;
}

/* By the number of the alias or of its origin */
static struct alias_disk *find_by_number(dev_t devt)
{
	struct alias_disk *alias;

	lockdep_assert_held(&change_lock);
	list_for_each_entry(alias, &aliases, node)
		if (disk_devt(alias->gd) == devt || alias->origin->bd_dev == devt)
			return alias;
	return NULL;
}

static struct alias_disk *find_by_name(const char *name)
{
	struct alias_disk *alias;

	lockdep_assert_held(&change_lock);
	list_for_each_entry(alias, &aliases, node)
		if (!strcmp(alias->gd->disk_name, name))
			return alias;
	return NULL;
}

static bool is_refused(struct block_device *origin, const char *name, struct blki_say *say)
{
	if (MAJOR(origin->bd_dev) == major)
		blki_say(say, "%pg: is an alias itself; use it as it is", origin);
	else if (bdev_is_zoned(origin))
		blki_say(say, "%pg: a zoned device can have no alias; use a conventional device",
			 origin);
	else if (strlen(name) >= DISK_NAME_LEN)
		blki_say(say, "%pg: its name is too long for an alias, %zu bytes fit; rename the device",
			 origin, DISK_NAME_LEN - sizeof(ALIAS_PREFIX));
	else if (!strcmp(name, ALIAS_PREFIX "control"))
		blki_say(say, "%pg: its alias would take the place of /dev/" BLKI_CONTROL_NODE "; rename the device",
			 origin);
	else
		return false;
	return true;
}

/* Of a disk that is gone; the one that came back has the same name. Return: 0 the name is free; -EBUSY */
static int stale_remove(struct block_device *origin, const char *name, struct blki_say *say)
{
	struct alias_disk *alias = find_by_name(name);

	if (!alias)
		return 0;
	if (!blki_alias_retire(alias)) {
		blki_say(say, "%pg: /dev/" BLKI_ALIAS_DIR "/%pg belongs to a disk that is gone, and is in use; remove what stands on it first",
			 origin, origin);
		return -EBUSY;
	}
	leave_and_tell(alias);
	return 0;
}

/* Return: the alias, or ERR_PTR(-errno) and the file is still the caller's */
static struct alias_disk *alias_new(struct file *file, struct blki_say *say)
{
	struct block_device *origin = file_bdev(file);
	char name[sizeof(ALIAS_PREFIX) + DISK_NAME_LEN];
	struct alias_disk *alias;
	int minor, r;

	snprintf(name, sizeof(name), ALIAS_PREFIX "%pg", origin);
	r = is_refused(origin, name, say) ? -EOPNOTSUPP : stale_remove(origin, name, say);
	if (r)
		return ERR_PTR(r);
	minor = ida_alloc_max(&minors, MINORMASK, GFP_KERNEL);
	alias = minor < 0 ? ERR_PTR(minor) : blki_alias_make(file, MKDEV(major, minor));
	if (!IS_ERR(alias)) {
		list_join(alias);
		blki_event_alias("alias-add", origin, alias->gd->disk_name);
		return alias;
	}
	if (minor >= 0)
		ida_free(&minors, minor);
	blki_say(say, "%pg: its alias can not be made (errno %ld); the kernel log may say more",
		 origin, -PTR_ERR(alias));
	return alias;
}

static void args_fill(struct blki_alias *args, const struct alias_disk *alias)
{
	args->major = alias->gd->major;
	args->minor = alias->gd->first_minor;
	strscpy(args->name, alias->gd->disk_name, sizeof(args->name));
}

/**
 * blki_alias_add - make the alias of a device, or find the one there is
 * @devt: the origin
 * @args: out: number and name of the alias
 * @say: gets the reason of a failure
 *
 * Context: may sleep, allocates with I/O. Return: 0, and the node is there where devtmpfs is; -errno as
 * listed at struct blki_alias.
 */
int blki_alias_add(dev_t devt, struct blki_alias *args, struct blki_say *say)
{
	struct file *file = bdev_file_open_by_dev(devt, BLK_OPEN_READ, NULL, NULL);
	struct alias_disk *alias;
	bool used = false;

	if (IS_ERR(file)) {
		blki_say(say, "origin %u:%u: can not be opened (errno %ld); is the device still there?",
			 MAJOR(devt), MINOR(devt), -PTR_ERR(file));
		return PTR_ERR(file);
	}
	mutex_lock(&change_lock);
	alias = find_by_origin(file_bdev(file));
	if (alias) {
		blki_alias_look(alias);
	} else {
		alias = alias_new(file, say);
		used = !IS_ERR(alias);
	}
	if (!IS_ERR(alias))
		args_fill(args, alias);
	mutex_unlock(&change_lock);
	if (!used)
		bdev_fput(file);
	return PTR_ERR_OR_ZERO(alias);
}

/**
 * blki_alias_del - remove an alias that nobody uses
 * @devt: its origin, or the alias itself
 * @args: out: what its number and name were
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: 0 it is gone; -ENOENT there is none; -EBUSY it is open.
 */
int blki_alias_del(dev_t devt, struct blki_alias *args, struct blki_say *say)
{
	struct alias_disk *alias;
	int r = 0;

	mutex_lock(&change_lock);
	alias = find_by_number(devt);
	if (!alias) {
		r = -ENOENT;
		blki_say(say, "%u:%u: has no alias; see blki alias list", MAJOR(devt), MINOR(devt));
	} else if (!blki_alias_retire(alias)) {
		r = -EBUSY;
		blki_say(say, "/dev/" BLKI_ALIAS_DIR "/%pg: is in use; remove what stands on it first, see /sys/block/%s/holders",
			 alias->origin, alias->gd->disk_name);
	} else {
		args_fill(args, alias);
		leave_and_tell(alias);
	}
	mutex_unlock(&change_lock);
	return r;
}

static void entry_fill(struct blki_alias_entry *e, const struct alias_disk *alias)
{
	memset(e, 0, sizeof(*e));
	e->origin_major = MAJOR(alias->origin->bd_dev);
	e->origin_minor = MINOR(alias->origin->bd_dev);
	e->major = alias->gd->major;
	e->minor = alias->gd->first_minor;
	e->nr_openers = disk_openers(alias->gd);
	e->nr_bios = blki_alias_nr_bios(alias);
	snprintf(e->origin, sizeof(e->origin), "%pg", alias->origin);
	strscpy(e->name, alias->gd->disk_name, sizeof(e->name));
}

/**
 * blki_alias_list - describe every alias
 * @entries: array of @room entries
 * @room: how many fit
 *
 * Context: may sleep, allocates nothing. Return: how many there are, in the order they were made; entries
 * beyond @room are only counted.
 */
unsigned int blki_alias_list(struct blki_alias_entry *entries, unsigned int room)
{
	struct alias_disk *alias;
	unsigned int nr = 0;

	mutex_lock(&list_lock);
	list_for_each_entry(alias, &aliases, node) {
		if (nr < room)
			entry_fill(&entries[nr], alias);
		nr++;
	}
	mutex_unlock(&list_lock);
	return nr;
}

/** blki_alias_init - module start; Context: may sleep; Return: 0 or -errno */
int __init blki_alias_init(void)
{
	major = register_blkdev(0, ALIAS_MAJOR_NAME);
	return major < 0 ? major : 0;
}

/**
 * blki_alias_exit - module end: the aliases that are left go
 *
 * An open alias pins the module, as the owner of its operations; so those that are left are idle. They are
 * made on demand (dmsetup, noexcl) and keep nothing but their name, so they do not stand in the way of an
 * unload as an interposer does. The module is going, so no open succeeds any more. The last
 * instructions of alias_free_disk() are waited for by blki_tasks_exit().
 *
 * Context: may sleep.
 */
void blki_alias_exit(void)
{
	struct alias_disk *alias, *next;

	mutex_lock(&change_lock);
	list_for_each_entry_safe(alias, next, &aliases, node)
		list_leave(alias);
	mutex_unlock(&change_lock);
	unregister_blkdev(major, ALIAS_MAJOR_NAME);
	ida_destroy(&minors);
}
