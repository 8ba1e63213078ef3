// SPDX-License-Identifier: GPL-2.0
/*
 * The hook "ftrace", for blk-mq: a direct call from the entry of submit_bio_noacct_nocheck(). For measuring
 * what such a hook costs against list and fast, so for filters only.
 *
 * Every bio of the system passes that function once, checked, throttled and with its sector on the disk, but
 * not yet on any queue or list. ftrace calls entry() below instead of a nop there: it looks at one bit of the
 * bio's bdev and returns, or lets blki_ftrace_judge() run the chain. Of a bio that a filter has ended, the
 * function must not see anything; so the call returns to a bare return of ours in place of the function's body.
 *
 * kernel.ftrace_enabled=0 turns the call back into a nop, and tells nobody. A filter then misses bios, which
 * the status shows (ftrace_is_on()); a remap would lose the data that it was to keep apart, so it is refused.
 *
 * Nobody holds the origin's queue here, so a freeze does not keep anyone out of the chain as it does for the
 * other hooks. What does is that nothing sleeps from the function's entry to the end of the chain: one
 * RCU-tasks period sees all of them out, before a filter is freed, before the disk is let go, and,
 * inside unregister_ftrace_direct(), before the module's text can go. chain.c links filters so that a reader
 * sees the chain whole at any time.
 *
 * What is seen of a bio that waits on the list of a bio-based driver above is what was attached when it was put
 * there: an attach does not catch up with it.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/frame.h>
#include <asm/ibt.h>
#include <asm/nospec-branch.h>
#include <asm/text-patching.h>

#include "hook.h"

#define FTRACE_FUNCTION	"submit_bio_noacct_nocheck"

/* A bit of __bd_flags that 6.12 leaves free, below the sign */
#define FTRACE_BD_MARK	0x40000000

/* What entry() knows of the structures */
#define FTRACE_BIO_BDEV	8
#define FTRACE_BD_FLAGS	48

static_assert(offsetof(struct bio, bi_bdev) == FTRACE_BIO_BDEV);
static_assert(offsetof(struct block_device, __bd_flags) == FTRACE_BD_FLAGS);
static_assert(!(FTRACE_BD_MARK & (BD_PARTNO | BD_READ_ONLY | BD_WRITE_HOLDER | BD_HAS_SUBMIT_BIO |
				  BD_RO_WARNED)));

/* covers what follows and the registration */
static DEFINE_MUTEX(ftrace_lock);
static unsigned int nr_marked;
/* ftrace did not take its call back */
static bool direct_stuck;
static struct ftrace_ops direct;
/* the patched instruction; 0 when the function was not found */
static unsigned long site __ro_after_init;

void blki_ftrace_entry(void);
bool blki_ftrace_judge(struct bio *bio);

/*
 * As the function is entered: its argument in RDI, the return into its body on the stack. All registers that it
 * takes for clobbered by a call are free but RDI.
 */
asm("	.pushsection .text, \"ax\", @progbits\n"
    "	.type blki_ftrace_entry, @function\n"
    "blki_ftrace_entry:\n"
    ASM_ENDBR
    CALL_DEPTH_ACCOUNT
    "	movq " __stringify(FTRACE_BIO_BDEV) "(%rdi), %rax\n"
    "	testl $" __stringify(FTRACE_BD_MARK) ", " __stringify(FTRACE_BD_FLAGS) "(%rax)\n"
    "	jnz 1f\n"
    ASM_RET
    "1:\n"
    FRAME_BEGIN
    "	pushq %rdi\n"
    "	call blki_ftrace_judge\n"
    "	popq %rdi\n"
    FRAME_END
    "	testb %al, %al\n"
    "	jnz 2f\n"
    ASM_RET
    "2:	leaq 3f(%rip), %rax\n"
    "	movq %rax, (%rsp)\n"
    "3:\n"
    ASM_RET
    "	.size blki_ftrace_entry, .-blki_ftrace_entry\n"
    "	.popsection\n");

/**
 * blki_ftrace_judge - run the chain of a marked bdev
 * @bio: a bio that is about to be submitted
 *
 * Context: the submitter's, any; does not sleep. bio_endio() is called as submit_bio_noacct() does for a bio
 * that it refuses. Return: true: a filter has ended the bio; false: it goes on.
 */
bool blki_ftrace_judge(struct bio *bio)
{
	struct blki_origin *origin = blki_origin_of(bio->bi_bdev);

	if (unlikely(!blki_chain_is_quick(origin, bio)) &&
	    blki_chain_run(origin, bio) == BLKI_WAY_GONE)
		return true;
	bio_set_flag(bio, BIO_BLKI_SEEN);
	return false;
}

/* Is there a call where ftrace puts it? While it is being changed there is a breakpoint. */
static bool ftrace_is_on(void)
{
	u8 opcode;

	return !copy_from_kernel_nofault(&opcode, (void *)site, sizeof(opcode)) &&
	       (opcode == CALL_INSN_OPCODE || opcode == INT3_INSN_OPCODE);
}

/* ftrace_free_filter() of 6.12 leaves pointers to what it frees; the next registration begins from nothing. */
static void direct_forget(void)
{
	memset(&direct, 0, sizeof(direct));
}

static int direct_register(struct block_device *bdev, struct blki_say *say)
{
	int r = ftrace_set_filter_ip(&direct, site, 0, 1);

	if (!r)
		r = register_ftrace_direct(&direct, (unsigned long)blki_ftrace_entry);
	if (r) {
		blki_say(say, "%pg: the hook \"ftrace\" can not be set on " FTRACE_FUNCTION "() (errno %d); end what else traces it, or use list",
			 bdev, -r);
		ftrace_free_filter(&direct);
		direct_forget();
	}
	return r;
}

/* ftrace refuses only when it has found itself broken; then the call stays for ever, and so must its target. */
static void direct_unregister(void)
{
	int r = unregister_ftrace_direct(&direct, (unsigned long)blki_ftrace_entry, true);

	if (!r) {
		direct_forget();
		return;
	}
	direct_stuck = true;
	pr_err("blki: ftrace does not take its call of this module back (errno %d); the module stays loaded until the next boot\n",
	       -r);
	__module_get(THIS_MODULE);
}

/* One registration serves all origins */
static int direct_get(struct block_device *bdev, struct blki_say *say)
{
	int r = 0;

	mutex_lock(&ftrace_lock);
	if (direct_stuck) {
		blki_say(say, "%pg: ftrace has found itself broken and can not be set again; use list, or reboot",
			 bdev);
		r = -EOPNOTSUPP;
	} else if (!nr_marked) {
		r = direct_register(bdev, say);
	}
	if (!r && !ftrace_is_on()) {
		blki_say(say, "%pg: kernel.ftrace_enabled is 0, so the hook \"ftrace\" would see nothing; set it to 1 (sysctl kernel.ftrace_enabled=1), or use list",
			 bdev);
		if (!nr_marked)
			direct_unregister();
		r = -EOPNOTSUPP;
	}
	if (!r)
		nr_marked++;
	mutex_unlock(&ftrace_lock);
	return r;
}

static void direct_put(void)
{
	mutex_lock(&ftrace_lock);
	if (!--nr_marked)
		direct_unregister();
	mutex_unlock(&ftrace_lock);
}

/* The operations are only a way from the bdev to its origin here: the copy has no ->submit_bio. The mark comes
 * last, so that who sees it finds the origin.
 */
static int ftrace_arm(struct blki_origin *origin, struct blki_say *say)
{
	struct blki_disk *disk = origin->disk;
	int r = direct_get(origin->bdev, say);

	if (r)
		return r;
	mutex_lock(&disk->install);
	if (!disk->nr_hooked++)
		blki_fops_install(disk);
	mutex_unlock(&disk->install);
	blki_slot_set(disk, origin, false);
	synchronize_rcu();
	atomic_or(FTRACE_BD_MARK, &origin->bdev->__bd_flags);
	/* who has looked for the mark and has not yet set his list is no submitter to that wait */
	blki_tasks_sync();
	blki_submitters_sync(disk->gd, 0);
	return 0;
}

static void ftrace_disarm_frozen(struct blki_origin *origin)
{
	atomic_andnot(FTRACE_BD_MARK, &origin->bdev->__bd_flags);
}

static void ftrace_quiesce(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	blki_tasks_sync();	/* nobody is in blki_ftrace_judge() any more */
	blki_slot_clear(disk, origin);
	mutex_lock(&disk->install);
	if (!--disk->nr_hooked)
		blki_fops_restore(disk);
	mutex_unlock(&disk->install);
	direct_put();
}

static void ftrace_unarm(struct blki_origin *origin)
{
	ftrace_disarm_frozen(origin);
	ftrace_quiesce(origin);
}

static const char *ftrace_unusable(void)
{
	return site ? NULL : FTRACE_FUNCTION "() was not found";
}

const struct blki_hook_ops blki_hook_ftrace = {
	.name = "ftrace",
	.id = BLKI_HOOK_FTRACE,
	.mq = true,
	.filters_only = true,
	.unusable = ftrace_unusable,
	.is_on = ftrace_is_on,
	.arm = ftrace_arm,
	.unarm = ftrace_unarm,
	.disarm_frozen = ftrace_disarm_frozen,
	.quiesce = ftrace_quiesce,
	.emptied = blki_tasks_sync,
};

/**
 * blki_hook_ftrace_init - find where the call goes; without it the hook is refused by name
 *
 * A probe of a function that ftrace can patch stands on the instruction that it patches; it is never armed.
 *
 * Context: module start, may sleep.
 */
void __init blki_hook_ftrace_init(void)
{
	struct kprobe probe = { .symbol_name = FTRACE_FUNCTION, .flags = KPROBE_FLAG_DISABLED };

	if (register_kprobe(&probe))
		return;
	site = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
}
