// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blki-count, a QEMU TCG plugin: exact executed instructions per call path
 * between the marks of bench/profile_mark.h.
 *
 * Stage before: QEMU's translator and execution of the guest. Stage after:
 * the text record `out=FILE`, which bench/profile_record.c reads. Each window
 * is complete in itself and written when it closes:
 *
 *     blki-count 2                   first line of the file
 *     W ID                           a window opens
 *     N NODE PARENT VA               call path: callee entered at VA (hex)
 *     B BLOCK VA FACTS               block; two hex digits per instruction
 *     C NODE BLOCK RUNS              executions of the block on that path
 *     S BLOCK RUNS                   executions of a block of user space
 *     E ID TOTAL USER OVERFLOWS      totals of the window, and its end
 *     U ID                           the guest ended inside window ID
 *
 * The same code translated twice is one block; patched code is another, so
 * static keys and reloaded modules never share a count. One vCPU only: two
 * would interleave their paths.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/profile_mark.h"
#include "qemu_plugin.h"
#include "tree.h"

#define HASH_BUCKETS (1u << 16) /* a boot translates some 200,000 blocks */
#define INSNS_MAX 512		/* TCG_MAX_INSNS of QEMU 7.2 */
#define KERNEL_HALF (1ull << 63)

/* A block and what tells it from another translation at the same address. */
struct entry {
	struct entry *next;
	uint64_t hash;	   /* FNV-1a of the code bytes; equal hash is taken as equal code */
	uint32_t nr_insns; /* as translated; the tree may take one off the block's */
	struct block block; /* flexible: must stay last */
};

static struct {
	FILE *out;
	struct entry *buckets[HASH_BUCKETS];
	struct tree *tree; /* NULL while no window is open */
	uint16_t id;	   /* bits received so far, then the open window's identity */
	uint32_t window_nr;
} plugin;

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_ABI;

static void die(const char *what)
{
	fprintf(stderr, "blki-count: %s; the guest is stopped, its counts are lost\n", what);
	exit(2);
}

static uint64_t fnv1a(uint64_t hash, const uint8_t *bytes, size_t nr_bytes)
{
	/* Source: Fowler, Noll, Vo; 64-bit FNV-1a prime. */
	for (size_t i = 0; i < nr_bytes; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	return hash;
}

static void record_block(struct block *block, uint32_t nr)
{
	block->window_nr = plugin.window_nr;
	block->nr = nr;
	fprintf(plugin.out, "B %" PRIu32 " %" PRIx64 " ", nr, block->va);
	for (uint32_t i = 0; i < block->nr_insns; i++)
		fprintf(plugin.out, "%02x", block->facts[i]);
	fputc('\n', plugin.out);
}

static void record_window(void)
{
	size_t nr_nodes, nr_counts;
	const struct node *nodes = tree_nodes(plugin.tree, &nr_nodes);
	const struct tree_count *counts = tree_counts(plugin.tree, &nr_counts);
	uint64_t user_insns = tree_user_insns(plugin.tree);
	uint64_t total = 0;
	uint32_t nr_blocks = 0;

	fprintf(plugin.out, "W %u\n", plugin.id);
	for (size_t i = 1; i < nr_nodes; i++)
		fprintf(plugin.out, "N %zu %" PRIu32 " %" PRIx64 "\n", i, nodes[i].parent,
			nodes[i].va);
	for (size_t i = 0; i < nr_counts; i++) {
		struct block *block = counts[i].block;

		if (block->window_nr != plugin.window_nr)
			record_block(block, nr_blocks++);
		if (counts[i].node == TREE_USER)
			fprintf(plugin.out, "S %" PRIu32 " %" PRIu64 "\n", block->nr,
				counts[i].nr_runs);
		else
			fprintf(plugin.out, "C %" PRIu32 " %" PRIu32 " %" PRIu64 "\n",
				counts[i].node, block->nr, counts[i].nr_runs);
		total += counts[i].nr_runs * block->nr_insns;
	}
	fprintf(plugin.out, "E %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", plugin.id, total,
		user_insns, tree_overflows(plugin.tree));
	if (fflush(plugin.out))
		die("the record cannot be written (disk full?)");
}

static void window_begin(void)
{
	if (!plugin.out)
		return;
	if (plugin.tree)
		die("a window opens inside another one");
	plugin.window_nr++;
	plugin.tree = tree_new();
	if (!plugin.tree)
		die("out of memory");
}

static void window_end(void)
{
	if (!plugin.tree)
		return;
	record_window();
	tree_free(plugin.tree);
	plugin.tree = NULL;
	plugin.id = 0;
}

static void on_mark(unsigned int vcpu_index, void *udata)
{
	uintptr_t code = (uintptr_t)udata;

	(void)vcpu_index;
	switch (code) {
	case PROFILE_MARK_BIT_0:
	case PROFILE_MARK_BIT_1:
		plugin.id = plugin.id << 1 | (code & 1);
		break;
	case PROFILE_MARK_BEGIN:
		window_begin();
		break;
	case PROFILE_MARK_END:
		window_end();
		break;
	}
}

static void on_block(unsigned int vcpu_index, void *udata)
{
	(void)vcpu_index;
	if (plugin.tree && tree_step(plugin.tree, udata))
		die("out of memory");
}

/* Register the mark callback if @bytes are one of our NOPs. */
static void look_for_mark(struct qemu_plugin_insn *insn, const uint8_t *bytes, size_t nr_bytes)
{
	static const uint8_t head[] = { PROFILE_MARK_HEAD };
	static const uint8_t tag[] = { PROFILE_MARK_TAG };
	uintptr_t code;

	if (nr_bytes != PROFILE_MARK_NR_BYTES || memcmp(bytes, head, sizeof(head)) ||
	    memcmp(bytes + PROFILE_MARK_CODE_AT + 1, tag, sizeof(tag)))
		return;
	code = bytes[PROFILE_MARK_CODE_AT];
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)code);
}

/* The one block of this code: found, or made from @model. */
static struct block *block_intern(const struct block *model, const uint8_t *facts, uint64_t hash)
{
	struct entry **bucket = &plugin.buckets[(model->va ^ hash) % HASH_BUCKETS];
	struct entry *entry;

	for (entry = *bucket; entry; entry = entry->next)
		if (entry->block.va == model->va && entry->hash == hash &&
		    entry->nr_insns == model->nr_insns)
			return &entry->block;
	entry = calloc(1, sizeof(*entry) + model->nr_insns);
	if (!entry)
		die("out of memory");
	entry->hash = hash;
	entry->nr_insns = model->nr_insns;
	entry->block = *model;
	memcpy(entry->block.facts, facts, model->nr_insns);
	entry->next = *bucket;
	*bucket = entry;
	return &entry->block;
}

/* @block is complete but for how its last instruction, @bytes, leaves it. */
static void block_set_end(struct block *block, const uint8_t *bytes, size_t nr_bytes)
{
	int32_t bytes_ahead;

	block->end = insn_end(bytes, nr_bytes);
	if (insn_displacement(bytes, nr_bytes, &bytes_ahead))
		block->target_va = block->va + block->size_bytes + (int64_t)bytes_ahead;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr_insns = qemu_plugin_tb_n_insns(tb);
	struct block block = { .va = qemu_plugin_tb_vaddr(tb), .nr_insns = nr_insns };
	uint64_t hash = 0xcbf29ce484222325ull; /* FNV-1a offset basis */
	uint8_t facts[INSNS_MAX];

	(void)id;
	if (nr_insns > INSNS_MAX)
		die("a block is longer than QEMU 7.2 makes them");
	block.user = !(block.va & KERNEL_HALF);
	for (size_t i = 0; i < nr_insns; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *bytes = qemu_plugin_insn_data(insn);
		size_t nr_bytes = qemu_plugin_insn_size(insn);

		facts[i] = insn_facts(bytes, nr_bytes);
		block.size_bytes += nr_bytes;
		hash = fnv1a(hash, bytes, nr_bytes);
		if (i + 1 == nr_insns)
			block_set_end(&block, bytes, nr_bytes);
		if (block.user)
			look_for_mark(insn, bytes, nr_bytes);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS,
					     block_intern(&block, facts, hash));
}

static void on_guest_end(qemu_plugin_id_t id, void *udata)
{
	(void)id;
	(void)udata;
	if (plugin.tree)
		fprintf(plugin.out, "U %u\n", plugin.id);
	if (fclose(plugin.out))
		fprintf(stderr, "blki-count: the record could not be closed (disk full?)\n");
	/* The guest's processor may run on for a moment. */
	plugin.out = NULL;
	tree_free(plugin.tree);
	plugin.tree = NULL;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	const char *path = NULL;

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			path = argv[i] + 4;
	if (!path || argc != 1) {
		fprintf(stderr, "blki-count: give it out=FILE and nothing else\n");
		return -1;
	}
	if (!info->system_emulation || strcmp(info->target_name, "x86_64") ||
	    info->system.smp_vcpus != 1) {
		fprintf(stderr,
			"blki-count: counts an x86_64 machine of one vCPU; use -smp 1\n");
		return -1;
	}
	plugin.out = fopen(path, "w");
	if (!plugin.out) {
		fprintf(stderr, "blki-count: cannot write %s: %m; choose another out=FILE\n",
			path);
		return -1;
	}
	fputs("blki-count 2\n", plugin.out);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_guest_end, NULL);
	return 0;
}
