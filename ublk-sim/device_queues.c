// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue threads of a device; see device_queues.h. device.c → here → queue.c.
 */
#include "device_queues.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define QUEUE_STACK_BYTES	(256u << 10)

static int queues_alloc(struct sim_device *device, struct sim_error *err)
{
	const uint16_t nr_queues = device->info.nr_hw_queues;
	bool complete;
	uint16_t i;

	device->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sem_init(&device->ready, 0, 0);
	device->queues = calloc(nr_queues, sizeof(*device->queues));
	complete = device->queues && device->done_fd >= 0;
	for (i = 0; device->queues && i < nr_queues; i++) {
		/* Blocking: a read in the ring shall wait and not fail. */
		device->queues[i].poke_fd = eventfd(0, EFD_CLOEXEC);
		complete = complete && device->queues[i].poke_fd >= 0;
	}
	if (complete)
		return 0;
	return sim_error_set(err, -ENOMEM,
			     "there is no memory or no descriptor for %u queues; give fewer (-q)",
			     nr_queues);
}

static void queues_free(struct sim_device *device)
{
	uint16_t i;

	for (i = 0; device->queues && i < device->info.nr_hw_queues; i++)
		if (device->queues[i].poke_fd >= 0)
			close(device->queues[i].poke_fd);
	if (device->done_fd >= 0)
		close(device->done_fd);
	free(device->queues);
	device->queues = NULL;
	device->done_fd = -1;
	sem_destroy(&device->ready);
}

/* Fill queue @i; its thread does the rest. */
static int queue_prepare(struct sim_device *device, uint16_t i, struct sim_error *err)
{
	struct sim_queue *queue = &device->queues[i];
	int ret;

	queue->target = &device->target;
	queue->disk = &device->disk;
	queue->counters = &device->state.counters[i];
	queue->id = i;
	queue->depth = device->info.queue_depth;
	queue->buffer_bytes = device->io_bytes;
	queue->char_fd = device->char_fd;
	queue->done_fd = device->done_fd;
	queue->ready = &device->ready;
	queue->page_copy = device->page_copy;
	queue->unprivileged = device->unprivileged;
	queue->pin = device->opts->pin;
	if (!queue->pin)
		return 0;
	ret = sim_ctrl_affinity(&device->ctrl, device->info.dev_id, i, &queue->cpus);
	if (ret)
		return sim_error_set(err, ret,
				     "the driver does not tell the CPUs of queue %u: %s; leave --pin out",
				     i, strerror(-ret));
	return 0;
}

int sim_device_queues_start(struct sim_device *device, struct sim_error *err)
{
	const uint16_t nr_queues = device->info.nr_hw_queues;
	pthread_attr_t attr;
	uint16_t i;
	int ret;

	ret = queues_alloc(device, err);
	if (ret)
		return ret;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, QUEUE_STACK_BYTES);
	for (i = 0; i < nr_queues && !ret; i++) {
		ret = queue_prepare(device, i, err);
		if (ret)
			break;
		ret = -pthread_create(&device->queues[i].thread, &attr, sim_queue_run,
				      &device->queues[i]);
		if (ret)
			sim_error_set(err, ret,
				      "thread %u of %u cannot be started: %s; give fewer queues (-q)",
				      i, nr_queues, strerror(-ret));
		else
			device->nr_threads++;
	}
	pthread_attr_destroy(&attr);
	for (i = 0; i < device->nr_threads; i++)
		while (sem_wait(&device->ready))
			;
	for (i = 0; i < device->nr_threads && !ret; i++) {
		ret = device->queues[i].status;
		if (ret)
			*err = device->queues[i].err;
	}
	return ret;
}

void sim_device_queues_poke(const struct sim_device *device)
{
	uint16_t i;

	for (i = 0; device->queues && i < device->nr_threads; i++)
		sim_queue_poke(&device->queues[i]);
}

void sim_device_queues_end(struct sim_device *device, enum sim_power power)
{
	sim_disk_set_power(&device->disk, power);
	sim_device_queues_poke(device);
	sim_ctrl_stop(&device->ctrl, device->info.dev_id);
	while (device->nr_threads)
		pthread_join(device->queues[--device->nr_threads].thread, NULL);
	queues_free(device);
}
