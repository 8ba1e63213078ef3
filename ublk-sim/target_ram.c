// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target ram: a sparse disk in the server's memory.
 *
 * queue.c → here → store.c names the address → the kernel copies between that address and the
 * request's pages → queue.c. All queue threads share the store without a lock: a request
 * touches its own range only, and two requests to one range have no order on a real
 * disk either. A discard is one madvise(2), which gives the memory back. The data
 * are gone when the server ends, so a flush has nothing to do.
 */
#include "target.h"

#include "queue.h"
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int ram_open(struct sim_target *target, struct sim_error *err)
{
	struct sim_store *store = malloc(sizeof(*store));
	int ret = -ENOMEM;

	if (store)
		ret = sim_store_init(store, target->size_bytes);
	if (ret) {
		free(store);
		return sim_error_set(err, ret,
				     "a ram disk of %" PRIu64 " bytes cannot be reserved: %s; give a smaller size (-s)",
				     target->size_bytes, strerror(-ret));
	}
	target->data = store;
	return 0;
}

static void ram_close(struct sim_target *target)
{
	sim_store_uninit(target->data);
	free(target->data);
}

/* READ and WRITE: one copy by the kernel between the request and the store. */
static void ram_rw(struct sim_queue *queue, unsigned int tag, const struct ublksrv_io_desc *iod)
{
	const struct sim_store *store = sim_queue_target(queue)->data;
	const uint64_t offset_bytes = (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
	const uint32_t length_bytes = iod->nr_sectors << SIM_SECTOR_SHIFT;
	void *at = sim_store_at(store, offset_bytes, length_bytes);

	if (!at) {
		sim_queue_complete(queue, tag, -EIO);
		return;
	}
	sim_queue_copy(queue, tag, at, length_bytes);
	sim_queue_complete(queue, tag, (int)length_bytes);
}

static int ram_clear(const struct sim_store *store, const struct ublksrv_io_desc *iod)
{
	const uint64_t offset_bytes = (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
	const uint64_t length_bytes = (uint64_t)iod->nr_sectors << SIM_SECTOR_SHIFT;

	/* NOUNMAP: the caller wants zeroes that keep their room. */
	if (ublksrv_get_op(iod) == UBLK_IO_OP_WRITE_ZEROES &&
	    (iod->op_flags & UBLK_IO_F_NOUNMAP))
		return sim_store_zero(store, offset_bytes, length_bytes);
	return sim_store_discard(store, offset_bytes, length_bytes);
}

static void ram_submit(struct sim_queue *queue, unsigned int tag,
		       const struct ublksrv_io_desc *iod)
{
	switch (ublksrv_get_op(iod)) {
	case UBLK_IO_OP_READ:
	case UBLK_IO_OP_WRITE:
		ram_rw(queue, tag, iod);
		break;
	case UBLK_IO_OP_FLUSH:
		sim_queue_complete(queue, tag, 0);
		break;
	case UBLK_IO_OP_DISCARD:
	case UBLK_IO_OP_WRITE_ZEROES:
		sim_queue_complete(queue, tag, ram_clear(sim_queue_target(queue)->data, iod));
		break;
	default:
		sim_queue_complete(queue, tag, -EOPNOTSUPP);
	}
}

const struct sim_target_ops sim_target_ram = {
	.name = "ram",
	.summary = "a sparse disk in memory; gone with the server",
	.open = ram_open,
	.close = ram_close,
	.submit = ram_submit,
};
