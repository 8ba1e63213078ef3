/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything that differs between kernels, and the only user of version or CONFIG macros here.
 *
 * The rest of the module is written for 6.12 and calls these names. A kernel older than 6.12 has no flag
 * per block device (BD_HAS_SUBMIT_BIO), which the hook stands on, and is refused at build time.
 */
#ifndef BLKI_COMPAT_H
#define BLKI_COMPAT_H

#include <linux/blkdev.h>
#include <linux/pm_runtime.h>
#include <linux/sched.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "blki needs Linux 6.12 or later: older kernels have no BD_HAS_SUBMIT_BIO flag per block device"
#endif

/*
 * tasks.c: without RCU-tasks a period ends while a task that was woken waits for its CPU, and with PREEMPT_RT a task
 * may sleep for a lock where it counts as submitting.
 */
#if !IS_ENABLED(CONFIG_TASKS_RCU)
#error "blki needs a kernel with CONFIG_TASKS_RCU: one with CONFIG_PREEMPT_DYNAMIC or CONFIG_PREEMPT has it"
#endif
#if IS_ENABLED(CONFIG_PREEMPT_RT)
#error "blki is not for kernels with CONFIG_PREEMPT_RT: there its wait for submitters may end too early"
#endif

/*
 * Kernels whose blk_mq_submit_bio() has been read, and is what hook_fast.c takes it for: void (struct bio *),
 * enters the queue itself, hands what it splits off to submit_bio_noacct(). No header declares it, so no
 * compile probe can tell; on others the hook is refused and "list" serves.
 */
#define BLKI_KNOWS_MQ_SUBMIT	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0))

/* The hook "ftrace" is a direct call, written for one machine; without it hook_ftrace.c is not built */
#define BLKI_HAS_FTRACE_HOOK	(IS_ENABLED(CONFIG_X86_64) && \
				 IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS))

/*
 * Kernels whose bios hold one percpu reference on their blkg, the root cgroup's too, which bio_uninit() gives
 * back (block/blk-cgroup.c). blkg.c counts such references itself; on others it does not.
 */
#define BLKI_KNOWS_BLKG_REFS	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0))

#ifdef CONFIG_PM
/** blki_queue_device - device whose runtime power state gates @q, or NULL; Context: any */
static inline struct device *blki_queue_device(struct request_queue *q)
{
	return q->dev;
}
#else
static inline struct device *blki_queue_device(struct request_queue *q)
{
	return NULL;
}
#endif

#if BLKI_PLANT
#define BLKI_PLANT_STR2(n)	#n
#define BLKI_PLANT_STR(n)	BLKI_PLANT_STR2(n)
/** blki_plant - spend BLKI_PLANT instructions; Context: any */
static __always_inline void blki_plant(void)
{
	asm volatile(".rept " BLKI_PLANT_STR(BLKI_PLANT) "\n\tnop\n\t.endr");
}
#else
static __always_inline void blki_plant(void)
{
}
#endif

#endif /* BLKI_COMPAT_H */
