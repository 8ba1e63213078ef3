// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout of a control command; see ctrl_frame.h. ctrl.c sends it.
 */
#include "ctrl_frame.h"

#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static_assert(sizeof(cpu_set_t) + SIM_CHAR_PATH_CHARS <= SIM_FRAME_BYTES, "the longest fits");
static_assert(sizeof(struct sim_ublk_params) <= sizeof(cpu_set_t), "the set is the longest");

void sim_char_path(char path[SIM_CHAR_PATH_CHARS], uint32_t id)
{
	snprintf(path, SIM_CHAR_PATH_CHARS, "/dev/ublkc%u", id);
}

void sim_ctrl_frame_pack(struct sim_ctrl_frame *frame, uint32_t id, bool with_path,
			 const void *payload, size_t bytes)
{
	char path[SIM_CHAR_PATH_CHARS];
	size_t path_bytes = 0;

	assert(bytes <= SIM_FRAME_BYTES - SIM_CHAR_PATH_CHARS);
	memset(frame, 0, sizeof(*frame));
	if (with_path) {
		sim_char_path(path, id);
		path_bytes = strlen(path);
		memcpy(frame->bytes, path, path_bytes);
	}
	if (payload)
		memcpy(frame->bytes + path_bytes, payload, bytes);
	frame->cmd.dev_id = id;
	frame->cmd.queue_id = SIM_CTRL_NO_QUEUE;
	frame->cmd.len = (__u16)(path_bytes + bytes);
	frame->cmd.dev_path_len = (__u16)path_bytes;
	if (frame->cmd.len)
		frame->cmd.addr = (__u64)(uintptr_t)frame->bytes;
}

void sim_ctrl_frame_unpack(const struct sim_ctrl_frame *frame, void *payload, size_t bytes)
{
	memcpy(payload, frame->bytes + frame->cmd.dev_path_len, bytes);
}

void sim_ctrl_owner(const struct ublksrv_ctrl_dev_info *info, uint32_t *uid, uint32_t *gid)
{
	const unsigned char *at = (const unsigned char *)info + SIM_UBLK_OWNER_OFFSET;

	memcpy(uid, at, sizeof(*uid));
	memcpy(gid, at + sizeof(*uid), sizeof(*gid));
}
