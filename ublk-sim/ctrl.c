// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control commands; see ctrl.h. Used by device.c for the life of a device and by
 * cmd_del.c and cmd_features.c; nothing here is on the path of an I/O.
 */
#include "ctrl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CTRL_NODE		"/dev/ublk-control"
#define CTRL_RING_ENTRIES	4
/* Whoever waits longer than this for a command sees a broken system, not a slow one. */
#define CTRL_WAIT_S		120

/* Send the frame as @op and wait for its result at most @wait_s seconds. */
static int ctrl_run(struct sim_ctrl *ctrl, unsigned int op, unsigned int wait_s)
{
	struct __kernel_timespec deadline = { .tv_sec = wait_s };
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ctrl->ring);
	struct io_uring_cqe *cqe;
	int ret;

	if (!sqe)
		return -EBUSY;
	memset(sqe, 0, 2 * sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = ctrl->fd;
	sqe->cmd_op = op;
	memcpy(sqe->cmd, &ctrl->frame.cmd, sizeof(ctrl->frame.cmd));
	ret = io_uring_submit(&ctrl->ring);
	if (ret < 0)
		return ret;
	do {
		ret = io_uring_wait_cqe_timeout(&ctrl->ring, &cqe, &deadline);
	} while (ret == -EINTR);
	if (ret)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(&ctrl->ring, cqe);
	return ret;
}

/* A command that only sends: @bytes at @payload, or none. */
static int ctrl_put(struct sim_ctrl *ctrl, unsigned int op, uint32_t id, const void *payload,
		    size_t bytes)
{
	sim_ctrl_frame_pack(&ctrl->frame, id, ctrl->unprivileged, payload, bytes);
	return ctrl_run(ctrl, op, CTRL_WAIT_S);
}

/* A command that also brings something back, to the same place. */
static int ctrl_get(struct sim_ctrl *ctrl, unsigned int op, uint32_t id, bool with_path,
		    void *payload, size_t bytes)
{
	int ret;

	sim_ctrl_frame_pack(&ctrl->frame, id, with_path, payload, bytes);
	ret = ctrl_run(ctrl, op, CTRL_WAIT_S);
	if (!ret)
		sim_ctrl_frame_unpack(&ctrl->frame, payload, bytes);
	return ret;
}

static int ctrl_open_node(struct sim_ctrl *ctrl, struct sim_error *err)
{
	ctrl->fd = open(CTRL_NODE, O_RDWR | O_CLOEXEC);
	if (ctrl->fd >= 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return sim_error_set(err, -errno, "%s may not be opened by this user; run it as root, or have root allow it with 'chmod 0666 %s' (docs/ublk-sim.md, Without root)",
				     CTRL_NODE, CTRL_NODE);
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return sim_error_set(err, -errno,
				     "%s does not exist: the kernel's ublk driver is not loaded; load it with 'modprobe ublk_drv' (Linux 6.5 or newer)",
				     CTRL_NODE);
	return sim_error_set(err, -errno, "%s cannot be opened: %s; look at the kernel log (dmesg)",
			     CTRL_NODE, strerror(errno));
}

static int ctrl_open_ring(struct sim_ctrl *ctrl, struct sim_error *err)
{
	const int ret = io_uring_queue_init(CTRL_RING_ENTRIES, &ctrl->ring, IORING_SETUP_SQE128);

	if (!ret)
		return 0;
	if (ret == -EPERM)
		return sim_error_set(err, ret,
				     "io_uring is switched off for this user; set 'sysctl kernel.io_uring_disabled=0'");
	return sim_error_set(err, ret,
			     "io_uring with 128-byte entries is not available: %s; Linux 6.5 or newer is needed",
			     strerror(-ret));
}

int sim_ctrl_open(struct sim_ctrl *ctrl, struct sim_error *err)
{
	int ret;

	ctrl->unprivileged = false;
	ret = ctrl_open_node(ctrl, err);
	if (ret)
		return ret;
	ret = ctrl_open_ring(ctrl, err);
	if (ret)
		goto err_close_node;
	ret = ctrl_get(ctrl, UBLK_U_CMD_GET_FEATURES, UINT32_MAX, false, &ctrl->features,
		       UBLK_FEATURES_LEN);
	if (ret) {
		sim_error_set(err, ret,
			      "the ublk driver of this kernel does not tell its features: %s; Linux 6.5 or newer is needed",
			      strerror(-ret));
		goto err_exit_ring;
	}
	return 0;

err_exit_ring:
	io_uring_queue_exit(&ctrl->ring);
err_close_node:
	close(ctrl->fd);
	return ret;
}

void sim_ctrl_close(struct sim_ctrl *ctrl)
{
	io_uring_queue_exit(&ctrl->ring);
	close(ctrl->fd);
}

int sim_ctrl_add(struct sim_ctrl *ctrl, struct ublksrv_ctrl_dev_info *info)
{
	const int ret = ctrl_get(ctrl, UBLK_U_CMD_ADD_DEV, info->dev_id, false, info, sizeof(*info));

	if (!ret)
		ctrl->unprivileged = info->flags & UBLK_F_UNPRIVILEGED_DEV;
	return ret;
}

int sim_ctrl_set_params(struct sim_ctrl *ctrl, uint32_t id, const struct sim_ublk_params *params)
{
	return ctrl_put(ctrl, UBLK_U_CMD_SET_PARAMS, id, params, sizeof(*params));
}

int sim_ctrl_get_devt(struct sim_ctrl *ctrl, uint32_t id, struct sim_ublk_devt *devt)
{
	struct sim_ublk_params params = { .len = sizeof(params), .types = UBLK_PARAM_TYPE_DEVT };
	const int ret = ctrl_get(ctrl, UBLK_U_CMD_GET_PARAMS, id, ctrl->unprivileged, &params,
				 sizeof(params));

	*devt = params.devt;
	return ret;
}

int sim_ctrl_affinity(struct sim_ctrl *ctrl, uint32_t id, uint32_t queue, cpu_set_t *cpus)
{
	int ret;

	CPU_ZERO(cpus);
	sim_ctrl_frame_pack(&ctrl->frame, id, ctrl->unprivileged, cpus, sizeof(*cpus));
	ctrl->frame.cmd.data = queue;
	ret = ctrl_run(ctrl, UBLK_U_CMD_GET_QUEUE_AFFINITY, CTRL_WAIT_S);
	if (!ret)
		sim_ctrl_frame_unpack(&ctrl->frame, cpus, sizeof(*cpus));
	return ret;
}

/* A command that tells the kernel who the server is. */
static int ctrl_put_pid(struct sim_ctrl *ctrl, unsigned int op, uint32_t id, int pid)
{
	sim_ctrl_frame_pack(&ctrl->frame, id, ctrl->unprivileged, NULL, 0);
	ctrl->frame.cmd.data = (__u64)pid;
	return ctrl_run(ctrl, op, CTRL_WAIT_S);
}

int sim_ctrl_start(struct sim_ctrl *ctrl, uint32_t id, int pid)
{
	return ctrl_put_pid(ctrl, UBLK_U_CMD_START_DEV, id, pid);
}

int sim_ctrl_start_recovery(struct sim_ctrl *ctrl, uint32_t id)
{
	return ctrl_put(ctrl, UBLK_U_CMD_START_USER_RECOVERY, id, NULL, 0);
}

int sim_ctrl_end_recovery(struct sim_ctrl *ctrl, uint32_t id, int pid)
{
	return ctrl_put_pid(ctrl, UBLK_U_CMD_END_USER_RECOVERY, id, pid);
}

int sim_ctrl_stop(struct sim_ctrl *ctrl, uint32_t id)
{
	return ctrl_put(ctrl, UBLK_U_CMD_STOP_DEV, id, NULL, 0);
}

int sim_ctrl_del(struct sim_ctrl *ctrl, uint32_t id, unsigned int wait_s)
{
	sim_ctrl_frame_pack(&ctrl->frame, id, ctrl->unprivileged, NULL, 0);
	return ctrl_run(ctrl, UBLK_U_CMD_DEL_DEV, wait_s);
}

int sim_ctrl_del_async(struct sim_ctrl *ctrl, uint32_t id)
{
	/* The driver's list of what an unprivileged user may do with a device lacks it. */
	if (ctrl->unprivileged)
		return -EOPNOTSUPP;
	return ctrl_put(ctrl, UBLK_U_CMD_DEL_DEV_ASYNC, id, NULL, 0);
}

int sim_ctrl_info(struct sim_ctrl *ctrl, uint32_t id, struct ublksrv_ctrl_dev_info *info)
{
	int ret;

	ret = ctrl_get(ctrl, UBLK_U_CMD_GET_DEV_INFO2, id, true, info, sizeof(*info));
	/* Without its node the driver still tells root of root's. */
	if (ret == -ENOENT &&
	    !ctrl_get(ctrl, UBLK_U_CMD_GET_DEV_INFO, id, false, info, sizeof(*info)))
		ret = 0;
	if (!ret)
		ctrl->unprivileged = info->flags & UBLK_F_UNPRIVILEGED_DEV;
	return ret;
}
