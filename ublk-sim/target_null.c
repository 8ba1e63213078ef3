// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target null: every I/O succeeds at once and no data moves.
 *
 * queue.c → here → queue.c. What is left is the price of the path itself: the block layer, the
 * driver, the wake-up of the server and back. As with null_blk, a read does not touch the
 * caller's pages: what stood in them stays, so nothing may be expected of what is read.
 */
#include "target.h"

#include "options.h"
#include "queue.h"

#include <errno.h>

static int null_open(struct sim_target *target, const struct sim_options *opts,
		     struct sim_error *err)
{
	(void)err;
	target->size_bytes = opts->size_bytes ? opts->size_bytes : SIM_SIZE_BYTES_DEFAULT;
	return 0;
}

static void null_close(struct sim_target *target)
{
	(void)target;
}

static void null_submit(struct sim_queue *queue, unsigned int tag,
			const struct ublksrv_io_desc *iod)
{
	switch (ublksrv_get_op(iod)) {
	case UBLK_IO_OP_READ:
	case UBLK_IO_OP_WRITE:
		sim_queue_complete(queue, tag, (int)(iod->nr_sectors << SIM_SECTOR_SHIFT));
		break;
	case UBLK_IO_OP_FLUSH:
	case UBLK_IO_OP_DISCARD:
	case UBLK_IO_OP_WRITE_ZEROES:
		sim_queue_complete(queue, tag, 0);
		break;
	default:
		sim_queue_complete(queue, tag, -EOPNOTSUPP);
	}
}

const struct sim_target_ops sim_target_null = {
	.name = "null",
	.summary = "answers at once, keeps nothing: the price of the path itself",
	.nr_entries = 1,
	.open = null_open,
	.close = null_close,
	.submit = null_submit,
};
