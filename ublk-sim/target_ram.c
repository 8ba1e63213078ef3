// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target ram: a sparse disk in the server's memory.
 *
 * queue.c → here → store.c names the address → the kernel copies between that address and the
 * request's pages → queue.c. By page copy there is a second copy, here, between the address and the
 * tag's buffer. All queue threads share the store without a lock: a request
 * touches its own range only, and two requests to one range have no order on a real
 * disk either. A discard is one madvise(2), which gives the memory back. The data
 * are gone when the server ends, so a flush has nothing to do.
 */
#include "target.h"

#include "options.h"
#include "queue.h"
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int ram_open(struct sim_target *target, const struct sim_options *opts,
		    struct sim_error *err)
{
	struct sim_store *store = malloc(sizeof(*store));
	int ret = -ENOMEM;

	target->size_bytes = opts->size_bytes ? opts->size_bytes : SIM_SIZE_BYTES_DEFAULT;
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

/* READ and WRITE: between the request and its place in the store. */
static void ram_rw(struct sim_queue *queue, unsigned int tag, const struct ublksrv_io_desc *iod)
{
	const struct sim_store *store = sim_queue_target(queue)->data;
	const uint64_t offset_bytes = (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
	const uint32_t length_bytes = iod->nr_sectors << SIM_SECTOR_SHIFT;
	void *at = sim_store_at(store, offset_bytes, length_bytes);

	if (!at)
		sim_queue_complete(queue, tag, -EIO);
	else if (ublksrv_get_op(iod) == UBLK_IO_OP_READ)
		sim_queue_answer_read(queue, tag, at);
	else
		sim_queue_take_write(queue, tag, at);
}

static int ram_read(const struct sim_target *target, uint64_t offset_bytes, void *data,
		    uint64_t length_bytes)
{
	const void *at = sim_store_at(target->data, offset_bytes, length_bytes);

	if (!at)
		return -EIO;
	memcpy(data, at, length_bytes);
	return 0;
}

static int ram_write(const struct sim_target *target, uint64_t offset_bytes, const void *data,
		     uint64_t length_bytes, bool fua)
{
	void *at = sim_store_at(target->data, offset_bytes, length_bytes);

	(void)fua;
	if (!at)
		return -EIO;
	memcpy(at, data, length_bytes);
	return 0;
}

static int ram_clear(const struct sim_target *target, uint64_t offset_bytes,
		     uint64_t length_bytes, bool unmap)
{
	if (unmap)
		return sim_store_discard(target->data, offset_bytes, length_bytes);
	return sim_store_zero(target->data, offset_bytes, length_bytes);
}

static int ram_sync(const struct sim_target *target)
{
	(void)target;
	return 0;
}

/* DISCARD and WRITE_ZEROES. NOUNMAP: the caller wants zeroes that keep their room. */
static int ram_clear_request(const struct sim_target *target, const struct ublksrv_io_desc *iod)
{
	const bool unmap = ublksrv_get_op(iod) == UBLK_IO_OP_DISCARD ||
			   !(iod->op_flags & UBLK_IO_F_NOUNMAP);

	return ram_clear(target, (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT,
			 (uint64_t)iod->nr_sectors << SIM_SECTOR_SHIFT, unmap);
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
		sim_queue_complete(queue, tag, ram_clear_request(sim_queue_target(queue), iod));
		break;
	default:
		sim_queue_complete(queue, tag, -EOPNOTSUPP);
	}
}

const struct sim_target_ops sim_target_ram = {
	.name = "ram",
	.summary = "a sparse disk in memory; gone with the server",
	.nr_entries = 2,
	.open = ram_open,
	.close = ram_close,
	.submit = ram_submit,
	.read = ram_read,
	.write = ram_write,
	.clear = ram_clear,
	.sync = ram_sync,
};
