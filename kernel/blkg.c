// SPDX-License-Identifier: GPL-2.0
/*
 * Where the references on a queue's root blkg are counted.
 *
 * attach.c, alias.c, linear.c -> [this] -> blkg.h, for every bio that changes its queue.
 *
 * struct blkcg_gq is the block layer's own. What is needed of it is its percpu_ref, and that can be told from
 * everything else without knowing the layout: the second word of a percpu_ref points to data that points
 * back to it, and the data has the function that ends what is counted, blkg_release(). Where no word of the
 * blkg is all that, or on a kernel whose use of the count has not been read (compat.h), bios take
 * bio_associate_blkg(), as they do for every cgroup but the root's.
 *
 * To count there is what percpu_ref is for: a reference taken here is one like bio_associate_blkg()'s, and
 * bio_uninit() gives it back.
 */
#include <linux/kallsyms.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "blkg.h"
#include "compat.h"

/* 128: the counter stands 56 bytes into the blkg of 6.12, whose statistics alone are larger than this */
#define BLKG_SEARCH_BYTES	128

/* Neither per-CPU nor alive, so nobody counts in it */
static struct percpu_ref no_ref = { .percpu_count_ptr = __PERCPU_REF_ATOMIC_DEAD };

/* blkg_release() is static; so it is asked for its name. */
static bool is_blkg_release(percpu_ref_func_t *release)
{
	char text[KSYM_SYMBOL_LEN];

	sprint_symbol(text, (unsigned long)release);
	return str_has_prefix(text, "blkg_release+0x0/");
}

static bool is_counter(struct percpu_ref *ref)
{
	struct percpu_ref_data data;
	struct percpu_ref words;

	return !copy_from_kernel_nofault(&words, ref, sizeof(words)) &&
	       !copy_from_kernel_nofault(&data, words.data, sizeof(data)) && data.ref == ref &&
	       is_blkg_release(data.release);
}

/**
 * blki_blkg_find - learn the root blkg of a queue
 * @root: out
 * @bdev: an open bdev of the queue's disk
 *
 * Context: process.
 */
void blki_blkg_find(struct blki_blkg *root, struct block_device *bdev)
{
	unsigned int offset;

	blki_blkg_ignore(root);
	root->blkg = bdev_get_queue(bdev)->root_blkg;
	if (!BLKI_KNOWS_BLKG_REFS)
		return;
	for (offset = 0; offset < BLKG_SEARCH_BYTES; offset += sizeof(void *)) {
		struct percpu_ref *ref = (struct percpu_ref *)((char *)root->blkg + offset);

		if (!is_counter(ref))
			continue;
		root->ref = ref;
		return;
	}
}

/** blki_blkg_ignore - make a root blkg that no bio takes the quick way to or from; Context: any */
void blki_blkg_ignore(struct blki_blkg *root)
{
	root->blkg = NULL;
	root->ref = &no_ref;
}
