// SPDX-License-Identifier: GPL-2.0
/*
 * The registered kinds of filters, and the instances made of them.
 *
 * A filter module calls blki_filter_register(); an attach finds the kind by name, pins its module and
 * lets it prepare an instance; chain.c puts that into the data path.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "blki.h"

struct kind {
	const struct blki_filter_ops *ops;
	struct list_head node;
};

/* covers @kinds */
static DEFINE_MUTEX(kinds_lock);
static LIST_HEAD(kinds);

static struct kind *kind_find_locked(const char *name)
{
	struct kind *k;

	lockdep_assert_held(&kinds_lock);
	list_for_each_entry(k, &kinds, node)
		if (!strcmp(k->ops->name, name))
			return k;
	return NULL;
}

int blki_filter_register(const struct blki_filter_ops *ops)
{
	struct kind *k;
	int r = 0;

	if (!ops->name || !ops->altitude || strlen(ops->name) >= BLKI_NAME_MAX)
		return -EINVAL;
	k = kzalloc(sizeof(*k), GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	k->ops = ops;
	mutex_lock(&kinds_lock);
	if (kind_find_locked(ops->name))
		r = -EEXIST;
	else
		list_add_tail(&k->node, &kinds);
	mutex_unlock(&kinds_lock);
	if (r)
		kfree(k);
	return r;
}
EXPORT_SYMBOL_GPL(blki_filter_register);

void blki_filter_unregister(const struct blki_filter_ops *ops)
{
	struct kind *k, *next;

	mutex_lock(&kinds_lock);
	list_for_each_entry_safe(k, next, &kinds, node)
		if (k->ops == ops) {
			list_del(&k->node);
			kfree(k);
		}
	mutex_unlock(&kinds_lock);
}
EXPORT_SYMBOL_GPL(blki_filter_unregister);

sector_t blki_bio_sector(const struct blki_filter *filter, const struct bio *bio)
{
	if (!bio_sectors(bio))
		return bio->bi_iter.bi_sector;
	return bio->bi_iter.bi_sector - filter->bdev->bd_start_sect;
}
EXPORT_SYMBOL_GPL(blki_bio_sector);

/**
 * blki_filter_get - make an instance of a registered filter
 * @ip: the interposer it belongs to, of kind filter; its altitude is set unless it has one
 * @name: the filter's name
 * @say: gets the reason of a refusal
 *
 * Context: may sleep. Return: 0; -ENOENT no such filter, or its module is being unloaded.
 */
int blki_filter_get(struct blki_interposer *ip, const char *name, struct blki_say *say)
{
	struct kind *k;
	int r = -ENOENT;

	mutex_lock(&kinds_lock);
	k = kind_find_locked(name);
	if (k && try_module_get(k->ops->owner)) {
		ip->filter.ops = k->ops;
		ip->submit = k->ops->submit;
		if (!ip->altitude)
			ip->altitude = k->ops->altitude;
		r = 0;
	}
	mutex_unlock(&kinds_lock);
	if (r)
		blki_say(say, "filter \"%s\": not registered; load the module that brings it (built in: null)",
			 name);
	return r;
}

/** blki_filter_put - undo blki_filter_get(); Context: may sleep */
void blki_filter_put(struct blki_interposer *ip)
{
	module_put(ip->filter.ops->owner);
}
