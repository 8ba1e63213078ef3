// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the file target puts into its ring, read there entry by entry without a kernel. The ring may
 * hand a step on the file to a worker thread and run in that worker what is linked behind; so no copy
 * from or to the request and no answer may be, or a server killed at that moment leaves a request that
 * was sent again half copied, or answers it twice.
 */
#include "ublk-sim/queue.h"

#include "ublk-sim/layer.h"
#include "ublk-sim/options.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TAG		1u
#define DEPTH		2u
#define RING_ENTRIES	8u
#define START_SECTOR	72u
#define NR_SECTORS	16u
#define LENGTH_BYTES	(NR_SECTORS << SIM_SECTOR_SHIFT)
#define BUFFER_BYTES	65536u
/* No operation of the driver has this number. */
#define OP_UNKNOWN	0x7fu

/**
 * struct fixture - a queue on the file target whose ring nobody reads but the test
 * @queue: of @DEPTH tags
 * @target: the file target
 * @iods: what the driver would write
 * @counters: of the queue
 * @layer: put into @queue by the tests that want one
 * @slots: of @layer
 * @sqes: the ring
 * @head: what the kernel would have taken
 * @buffers: of the tags
 */
struct fixture {
	struct sim_queue queue;
	struct sim_target target;
	struct ublksrv_io_desc iods[DEPTH];
	struct sim_counters counters;
	struct sim_layer layer;
	struct sim_slot slots[DEPTH];
	struct io_uring_sqe sqes[RING_ENTRIES];
	unsigned int head;
	unsigned char buffers[DEPTH * BUFFER_BYTES];
};

static struct fixture fixture;

/* The layer's side of sim_queue_complete(). */
void sim_layer_complete(struct sim_queue *queue, unsigned int tag, int result)
{
	sim_queue_answer(queue, tag, result);
}

static int fixture_start(void **state)
{
	struct sim_queue *queue = &fixture.queue;

	memset(&fixture, 0, sizeof(fixture));
	fixture.target.ops = &sim_target_file;
	queue->ring.sq.khead = &fixture.head;
	queue->ring.sq.ring_mask = RING_ENTRIES - 1;
	queue->ring.sq.ring_entries = RING_ENTRIES;
	queue->ring.sq.sqes = fixture.sqes;
	queue->target = &fixture.target;
	queue->iods = fixture.iods;
	queue->counters = &fixture.counters;
	queue->buffers = fixture.buffers;
	queue->buffer_bytes = BUFFER_BYTES;
	queue->depth = DEPTH;
	queue->has_fixed_buffers = true;
	fixture.layer.slots = fixture.slots;
	*state = &fixture;
	return 0;
}

/* Between the tag and a file that may be slow. */
static int fixture_start_layered(void **state)
{
	fixture_start(state);
	fixture.slots[TAG].state = SIM_SLOT_BUSY;
	fixture.queue.layer = &fixture.layer;
	return 0;
}

/* As for an unprivileged user, who may lock no memory for the buffers either. */
static int fixture_start_page_copy(void **state)
{
	struct sim_queue *queue = &fixture.queue;

	fixture_start(state);
	queue->page_copy = true;
	queue->page_base = (uint64_t)(uintptr_t)fixture.buffers;
	queue->page_step = BUFFER_BYTES;
	queue->has_fixed_buffers = false;
	return 0;
}

/* Take what was queued: the kernel has it. */
static unsigned int taken(const struct io_uring_sqe **sqes)
{
	struct io_uring_sq *sq = &fixture.queue.ring.sq;
	const unsigned int nr = sq->sqe_tail;

	*sqes = fixture.sqes;
	sq->sqe_head = 0;
	sq->sqe_tail = 0;
	return nr;
}

static unsigned int submit(uint8_t op, uint32_t flags, const struct io_uring_sqe **sqes)
{
	fixture.iods[TAG] = (struct ublksrv_io_desc){
		.op_flags = op | flags,
		.nr_sectors = op == UBLK_IO_OP_FLUSH ? 0 : NR_SECTORS,
		.start_sector = START_SECTOR,
	};
	sim_target_file.submit(&fixture.queue, TAG, &fixture.iods[TAG]);
	return taken(sqes);
}

static unsigned int go_on(const struct io_uring_sqe **sqes)
{
	sim_target_file.go_on(&fixture.queue, TAG, &fixture.iods[TAG]);
	return taken(sqes);
}

static bool links(const struct io_uring_sqe *sqe)
{
	return sqe->flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK);
}

static void assert_nothing_behind_the_file(const struct io_uring_sqe *sqes, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		assert_true(sqes[i].flags & IOSQE_FIXED_FILE);
		if (sqes[i].fd == SIM_FILE_TARGET)
			assert_false(links(&sqes[i]));
	}
	assert_false(nr && links(&sqes[nr - 1]));
}

/* The address that a command hands to the driver: the tag's buffer by page copy, none by user copy. */
static void assert_address(const struct io_uring_sqe *sqe, const void *address)
{
	const struct ublksrv_io_cmd *cmd = (const struct ublksrv_io_cmd *)sqe->cmd;

	assert_ptr_equal((void *)(uintptr_t)cmd->addr, address);
}

static void assert_answer(const struct io_uring_sqe *sqe, int result)
{
	const struct ublksrv_io_cmd *cmd = (const struct ublksrv_io_cmd *)sqe->cmd;

	assert_int_equal(sqe->opcode, IORING_OP_URING_CMD);
	assert_int_equal(sqe->cmd_op, UBLK_U_IO_COMMIT_AND_FETCH_REQ);
	assert_int_equal(cmd->tag, TAG);
	assert_int_equal(cmd->result, result);
}

static void submit_any_operation_links_nothing_behind_the_file(void **state)
{
	static const uint8_t ops[] = {
		UBLK_IO_OP_READ,    UBLK_IO_OP_WRITE,	     UBLK_IO_OP_FLUSH,
		UBLK_IO_OP_DISCARD, UBLK_IO_OP_WRITE_ZEROES,
	};
	static const uint32_t flags[] = { 0, UBLK_IO_F_FUA, UBLK_IO_F_NOUNMAP };
	const struct io_uring_sqe *sqes;
	unsigned int nr;
	size_t op;
	size_t flag;

	(void)state;
	for (op = 0; op < sizeof(ops); op++) {
		for (flag = 0; flag < sizeof(flags) / sizeof(flags[0]); flag++) {
			nr = submit(ops[op], flags[flag], &sqes);
			assert_in_range(nr, 1, sim_target_file.nr_entries);
			/* the file's step is last, and the thread is told when it is done */
			assert_int_equal(sqes[nr - 1].fd, SIM_FILE_TARGET);
			assert_int_equal(sqes[nr - 1].user_data, SIM_QUEUE_RETURN | TAG);
			assert_false(sqes[nr - 1].flags & IOSQE_CQE_SKIP_SUCCESS);
			assert_nothing_behind_the_file(sqes, nr);
			nr = go_on(&sqes);
			assert_in_range(nr, 1, sim_target_file.nr_entries);
			assert_nothing_behind_the_file(sqes, nr);
		}
	}
}

static void read_waits_for_the_file_then_copies_and_answers(void **state)
{
	const struct io_uring_sqe *sqes;

	(void)state;
	assert_int_equal(submit(UBLK_IO_OP_READ, 0, &sqes), 1);
	assert_int_equal(sqes[0].opcode, IORING_OP_READ_FIXED);
	assert_int_equal(sqes[0].off, START_SECTOR << SIM_SECTOR_SHIFT);
	assert_int_equal(sqes[0].len, LENGTH_BYTES);
	assert_int_equal(sqes[0].buf_index, TAG);
	assert_int_equal(go_on(&sqes), 2);
	assert_int_equal(sqes[0].opcode, IORING_OP_WRITE);
	assert_int_equal(sqes[0].fd, SIM_FILE_CHAR);
	assert_int_equal(sqes[0].len, LENGTH_BYTES);
	assert_ptr_equal((void *)(uintptr_t)sqes[0].addr, sim_queue_buffer(&fixture.queue, TAG));
	assert_true(links(&sqes[0]));
	assert_answer(&sqes[1], LENGTH_BYTES);
	assert_address(&sqes[1], NULL);
	assert_int_equal(fixture.counters.nr_ios[UBLK_IO_OP_READ], 1);
}

static void read_by_page_copy_answers_from_its_buffer(void **state)
{
	const struct io_uring_sqe *sqes;

	(void)state;
	assert_int_equal(submit(UBLK_IO_OP_READ, 0, &sqes), 1);
	assert_int_equal(sqes[0].opcode, IORING_OP_READ);
	assert_int_equal(sqes[0].fd, SIM_FILE_TARGET);
	assert_int_equal(sqes[0].buf_index, 0);
	assert_ptr_equal((void *)(uintptr_t)sqes[0].addr, sim_queue_buffer(&fixture.queue, TAG));
	assert_int_equal(go_on(&sqes), 1);
	assert_answer(&sqes[0], LENGTH_BYTES);
	assert_address(&sqes[0], sim_queue_buffer(&fixture.queue, TAG));
}

static void write_by_page_copy_finds_its_data(void **state)
{
	const struct io_uring_sqe *sqes;

	(void)state;
	assert_int_equal(submit(UBLK_IO_OP_WRITE, UBLK_IO_F_FUA, &sqes), 1);
	assert_int_equal(sqes[0].opcode, IORING_OP_WRITE);
	assert_int_equal(sqes[0].fd, SIM_FILE_TARGET);
	assert_int_equal(sqes[0].rw_flags, RWF_DSYNC);
	assert_ptr_equal((void *)(uintptr_t)sqes[0].addr, sim_queue_buffer(&fixture.queue, TAG));
	assert_int_equal(go_on(&sqes), 1);
	assert_answer(&sqes[0], LENGTH_BYTES);
	assert_address(&sqes[0], sim_queue_buffer(&fixture.queue, TAG));
}

/* With a layer the answer is the layer's, and the copy's end is told. */
static void read_with_a_layer_waits_for_the_copy_too(void **state)
{
	const struct io_uring_sqe *sqes;

	(void)state;
	assert_int_equal(submit(UBLK_IO_OP_READ, 0, &sqes), 1);
	assert_int_equal(go_on(&sqes), 1);
	assert_int_equal(sqes[0].fd, SIM_FILE_CHAR);
	assert_int_equal(sqes[0].user_data, SIM_QUEUE_STEP | TAG);
	assert_false(sqes[0].flags & (IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS));
}

static void write_copies_first_and_answers_when_the_file_has_it(void **state)
{
	const struct io_uring_sqe *sqes;

	(void)state;
	assert_int_equal(submit(UBLK_IO_OP_WRITE, UBLK_IO_F_FUA, &sqes), 2);
	assert_int_equal(sqes[0].opcode, IORING_OP_READ);
	assert_int_equal(sqes[0].fd, SIM_FILE_CHAR);
	assert_true(links(&sqes[0]));
	assert_int_equal(sqes[1].opcode, IORING_OP_WRITE_FIXED);
	assert_int_equal(sqes[1].rw_flags, RWF_DSYNC);
	assert_int_equal(fixture.counters.nr_ios[UBLK_IO_OP_WRITE], 0);
	assert_int_equal(go_on(&sqes), 1);
	assert_answer(&sqes[0], LENGTH_BYTES);
	assert_int_equal(fixture.counters.nr_ios[UBLK_IO_OP_WRITE], 1);
}

static void flush_discard_zeroes_answer_when_the_file_is_done(void **state)
{
	static const struct {
		uint8_t op;
		uint32_t flags;
		uint8_t opcode;
		uint32_t len;
	} cases[] = {
		{ UBLK_IO_OP_FLUSH, 0, IORING_OP_FSYNC, 0 },
		{ UBLK_IO_OP_DISCARD, 0, IORING_OP_FALLOCATE,
		  FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE },
		{ UBLK_IO_OP_WRITE_ZEROES, 0, IORING_OP_FALLOCATE,
		  FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE },
		{ UBLK_IO_OP_WRITE_ZEROES, UBLK_IO_F_NOUNMAP, IORING_OP_FALLOCATE,
		  FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE },
	};
	const struct io_uring_sqe *sqes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(submit(cases[i].op, cases[i].flags, &sqes), 1);
		assert_int_equal(sqes[0].opcode, cases[i].opcode);
		assert_int_equal(sqes[0].len, cases[i].len);
		if (cases[i].opcode == IORING_OP_FALLOCATE) {
			assert_int_equal(sqes[0].off, START_SECTOR << SIM_SECTOR_SHIFT);
			assert_int_equal(sqes[0].addr, LENGTH_BYTES);
		}
		assert_int_equal(go_on(&sqes), 1);
		assert_answer(&sqes[0], 0);
	}
}

static void unknown_operation_is_refused(void **state)
{
	const struct io_uring_sqe *sqes;

	(void)state;
	assert_int_equal(submit(OP_UNKNOWN, 0, &sqes), 1);
	assert_answer(&sqes[0], -EOPNOTSUPP);
	assert_int_equal(fixture.counters.nr_failed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(submit_any_operation_links_nothing_behind_the_file,
				       fixture_start),
		cmocka_unit_test_setup(submit_any_operation_links_nothing_behind_the_file,
				       fixture_start_layered),
		cmocka_unit_test_setup(read_waits_for_the_file_then_copies_and_answers,
				       fixture_start),
		cmocka_unit_test_setup(read_with_a_layer_waits_for_the_copy_too,
				       fixture_start_layered),
		cmocka_unit_test_setup(submit_any_operation_links_nothing_behind_the_file,
				       fixture_start_page_copy),
		cmocka_unit_test_setup(read_by_page_copy_answers_from_its_buffer,
				       fixture_start_page_copy),
		cmocka_unit_test_setup(write_by_page_copy_finds_its_data, fixture_start_page_copy),
		cmocka_unit_test_setup(write_copies_first_and_answers_when_the_file_has_it,
				       fixture_start),
		cmocka_unit_test_setup(flush_discard_zeroes_answer_when_the_file_is_done,
				       fixture_start),
		cmocka_unit_test_setup(unknown_operation_is_refused, fixture_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
