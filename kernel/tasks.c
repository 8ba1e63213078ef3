// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for tasks: until nobody is in a piece of code any more that says of nobody that he is in it.
 *
 * attach.c, detach.c -> hook.c, native.c -> [this]. Nothing of the I/O path is here.
 *
 * The stock way is a period of RCU-tasks: it ends when every task has slept or left the kernel, and code that does
 * not sleep is over by then. One kernel thread that never sleeps holds it up for as long as it likes, whatever device
 * it serves: dm-delay with delays below 50 ms does so as long as it has a bio, and on a preemptible kernel
 * (preempt=full) its cond_resched() is no end either. Submitters can be told apart from such a thread, so the wait for
 * them is bounded (blki_tasks_submit_sync()). Who returns from a completion can not, so the module's end and the
 * hook ftrace wait, and say for whom (blki_tasks_sync()).
 */
#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "blki.h"

/* 1 s: more than a period takes when every task sleeps now and then */
#define TASKS_PATIENCE	HZ

/* Until the user is told what is waited for */
#define TASKS_TELL	(5 * HZ)

/* Room for more tasks than are ever at once runnable and in the middle of a submission */
#define HOLDOUTS_MAX	(64 + 2 * nr_cpu_ids)

/**
 * struct holdout - a task that was submitting bios
 * @task: with a reference
 * @nr_slept: how often it had slept by then
 */
struct holdout {
	struct task_struct *task;
	unsigned long nr_slept;
};

/**
 * struct tasks_period - a period of RCU-tasks, asked for and perhaps not waited for to its end
 * @wait: completed at its end
 * @node: in @given_up
 * @nr: entries in @holdouts
 * @max: room there
 * @holdouts: for blki_tasks_submit_sync()
 */
struct tasks_period {
	struct rcu_synchronize wait;
	struct list_head node;
	unsigned int nr;
	unsigned int max;
	struct holdout holdouts[] __counted_by(max);
};

/* covers @given_up, periods that may still be going on */
static DEFINE_SPINLOCK(given_up_lock);
static LIST_HEAD(given_up);

/* NULL: no memory, and the period is over */
static struct tasks_period *period_begin(void)
{
	const unsigned int max = HOLDOUTS_MAX;
	struct tasks_period *period = kvmalloc(struct_size(period, holdouts, max), GFP_NOIO);

	if (!period) {
		synchronize_rcu_tasks();
		return NULL;
	}
	period->nr = 0;
	period->max = max;
	init_completion(&period->wait.completion);
	/* this very function makes RCU-tasks begin at once; with any other it waits for more to come */
	call_rcu_tasks(&period->wait.head, wakeme_after_rcu);
	return period;
}

/* Free the periods that were given up: those that have ended meanwhile, or @all. */
static void given_up_free(bool all)
{
	struct tasks_period *period, *next;
	LIST_HEAD(ended);

	spin_lock(&given_up_lock);
	list_for_each_entry_safe(period, next, &given_up, node)
		if (all || completion_done(&period->wait.completion))
			list_move(&period->node, &ended);
	spin_unlock(&given_up_lock);
	list_for_each_entry_safe(period, next, &ended, node) {
		wait_for_completion(&period->wait.completion);
		kvfree(period);
	}
}

/* Name one of those who hold up the period. Those who have just slept may still be marked. */
static void holdout_tell(void)
{
	struct task_struct *process, *task;

	rcu_read_lock();
	for_each_process_thread(process, task) {
		if (!READ_ONCE(task->rcu_tasks_holdout))
			continue;
		pr_notice("blki: waiting for \"%s\" (pid %d), which has run in the kernel for %u s without a sleep; what waits goes on when it sleeps\n",
			  task->comm, task_pid_nr(task), TASKS_TELL / HZ);
		goto out;
	}
out:
	rcu_read_unlock();
}

/**
 * blki_tasks_sync - wait until every task has slept or left the kernel
 *
 * For code that does not sleep, wherever it is called from. As long as it takes.
 *
 * Context: may sleep.
 */
void blki_tasks_sync(void)
{
	struct tasks_period *period = period_begin();

	if (!period)
		return;
	if (!wait_for_completion_timeout(&period->wait.completion, TASKS_TELL)) {
		holdout_tell();
		wait_for_completion(&period->wait.completion);
	}
	kvfree(period);
}

/* In one of the loops that submit bios, and not asleep there. The block layer's stores are plain: a look that
 * misses one is made up for by the next, and none is torn.
 */
static bool is_submitting(struct task_struct *task)
{
	return data_race(READ_ONCE(task->bio_list)) && data_race(READ_ONCE(task->on_rq));
}

static unsigned long nr_slept(struct task_struct *task)
{
	return data_race(READ_ONCE(task->nvcsw));
}

/* False: there are more than have room. A task that is forked meanwhile begins outside. */
static bool holdouts_collect(struct tasks_period *period)
{
	struct task_struct *process, *task;
	bool all = true;

	period->nr = 0;
	rcu_read_lock();
	for_each_process_thread(process, task) {
		if (!is_submitting(task))
			continue;
		all = period->nr < period->max;
		if (!all)
			goto out;
		period->holdouts[period->nr].nr_slept = nr_slept(task);
		period->holdouts[period->nr++].task = get_task_struct(task);
	}
out:
	rcu_read_unlock();
	return all;
}

/*
 * Wait for those who submit bios at this moment. Whoever tests the flag of a bdev, enters a queue or is in
 * ->submit_bio does so in a loop of submit_bio_noacct_nocheck(), with current->bio_list set. So a task that is seen
 * without a list, or has slept, is out of what it was in when the wait began.
 *
 * The period of RCU before the look puts a full barrier on every CPU between what the caller has changed and the
 * look: who set his list before his barrier is seen with it, and who set it afterwards reads the change. It also ends
 * what interrupts submit, whose list is the interrupted task's. The period after puts one between the last thing
 * that a task did in its loop and what the caller does next.
 */
static bool submits_end(struct tasks_period *period)
{
	unsigned int i;
	bool all;

	synchronize_rcu();
	all = holdouts_collect(period);
	for (i = 0; i < period->nr; i++) {
		struct holdout *h = &period->holdouts[i];

		while (all && is_submitting(h->task) && nr_slept(h->task) == h->nr_slept)
			schedule_timeout_uninterruptible(1);
		put_task_struct(h->task);
	}
	synchronize_rcu();
	return all;
}

/**
 * blki_tasks_submit_sync - wait until every task that is submitting a bio has slept or submitted it
 *
 * From the test of a bdev's flag to where the bio is in a queue, or ->submit_bio over. A period of RCU-tasks, or, when
 * that takes long, a look at who is submitting.
 *
 * Context: may sleep.
 */
void blki_tasks_submit_sync(void)
{
	struct tasks_period *period;

	given_up_free(false);
	period = period_begin();
	if (!period)
		return;
	while (!wait_for_completion_timeout(&period->wait.completion, TASKS_PATIENCE)) {
		if (!submits_end(period))
			continue;
		spin_lock(&given_up_lock);
		list_add(&period->node, &given_up);
		spin_unlock(&given_up_lock);
		return;
	}
	kvfree(period);
}

/**
 * blki_tasks_exit - module end: the last visits and completions have returned from our code
 *
 * Whoever has counted himself out may have a few instructions to go, in whatever context, and touches nothing of
 * ours in them but the text. Periods that were given up are waited for, as their memory is ours.
 *
 * Context: may sleep; nothing is attached.
 */
void blki_tasks_exit(void)
{
	blki_tasks_sync();
	given_up_free(true);
}
