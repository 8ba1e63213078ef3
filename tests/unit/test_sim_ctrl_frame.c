// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control commands as the driver takes them: without a path as they always were, with one in front of the payload
 * for devices of unprivileged users; what comes back is found behind it; owner and char device.
 */
#include "ublk-sim/ctrl_frame.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void frame_without_path_is_the_payload(void **state)
{
	const unsigned char payload[4] = { 1, 2, 3, 4 };
	struct sim_ctrl_frame frame;

	(void)state;
	sim_ctrl_frame_pack(&frame, 7, false, payload, sizeof(payload));
	assert_int_equal(frame.cmd.dev_id, 7);
	assert_int_equal(frame.cmd.queue_id, 0xffff);
	assert_int_equal(frame.cmd.len, 4);
	assert_int_equal(frame.cmd.dev_path_len, 0);
	assert_int_equal(frame.cmd.data, 0);
	assert_true(frame.cmd.addr == (uintptr_t)frame.bytes);
	assert_memory_equal(frame.bytes, payload, sizeof(payload));
}

static void frame_without_anything_has_no_address(void **state)
{
	struct sim_ctrl_frame frame;

	(void)state;
	sim_ctrl_frame_pack(&frame, 7, false, NULL, 0);
	assert_int_equal(frame.cmd.len, 0);
	assert_true(frame.cmd.addr == 0);
}

static void frame_with_path_has_the_payload_behind_it(void **state)
{
	const unsigned char payload[4] = { 1, 2, 3, 4 };
	struct sim_ctrl_frame frame;
	unsigned char back[4];

	(void)state;
	sim_ctrl_frame_pack(&frame, 12, true, payload, sizeof(payload));
	assert_int_equal(frame.cmd.dev_path_len, strlen("/dev/ublkc12"));
	assert_int_equal(frame.cmd.len, strlen("/dev/ublkc12") + 4);
	assert_memory_equal(frame.bytes, "/dev/ublkc12\1\2\3\4", 16);
	frame.bytes[frame.cmd.dev_path_len] = 9;
	sim_ctrl_frame_unpack(&frame, back, sizeof(back));
	assert_memory_equal(back, "\11\2\3\4", 4);
}

static void frame_with_path_alone(void **state)
{
	struct sim_ctrl_frame frame;

	(void)state;
	sim_ctrl_frame_pack(&frame, 0, true, NULL, 0);
	assert_int_equal(frame.cmd.len, frame.cmd.dev_path_len);
	assert_memory_equal(frame.bytes, "/dev/ublkc0", frame.cmd.dev_path_len);
	assert_true(frame.cmd.addr == (uintptr_t)frame.bytes);
}

static void frame_takes_the_longest_of_both(void **state)
{
	struct sim_ctrl_frame frame;
	cpu_set_t cpus;
	cpu_set_t back;

	(void)state;
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	CPU_SET(CPU_SETSIZE - 1, &cpus);
	sim_ctrl_frame_pack(&frame, UINT32_MAX, true, &cpus, sizeof(cpus));
	assert_true(frame.cmd.len <= SIM_FRAME_BYTES);
	sim_ctrl_frame_unpack(&frame, &back, sizeof(back));
	assert_true(CPU_EQUAL(&cpus, &back));
}

static void owner_is_where_the_kernel_puts_it(void **state)
{
	struct ublksrv_ctrl_dev_info info = { .ublksrv_flags = UINT64_MAX };
	uint32_t words[16];
	uint32_t uid;
	uint32_t gid;

	(void)state;
	memcpy(words, &info, sizeof(words));
	/* owner_uid and owner_gid follow ublksrv_flags. */
	words[offsetof(struct ublksrv_ctrl_dev_info, ublksrv_flags) / 4 + 2] = 1234;
	words[offsetof(struct ublksrv_ctrl_dev_info, ublksrv_flags) / 4 + 3] = 5678;
	memcpy(&info, words, sizeof(info));
	sim_ctrl_owner(&info, &uid, &gid);
	assert_int_equal(uid, 1234);
	assert_int_equal(gid, 5678);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_without_path_is_the_payload),
		cmocka_unit_test(frame_without_anything_has_no_address),
		cmocka_unit_test(frame_with_path_has_the_payload_behind_it),
		cmocka_unit_test(frame_with_path_alone),
		cmocka_unit_test(frame_takes_the_longest_of_both),
		cmocka_unit_test(owner_is_where_the_kernel_puts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
