// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target file: a disk kept in a regular file or on a block device.
 *
 * queue.c → here → the queue's ring → the file. A read is two steps, file into the tag's buffer and
 * buffer into the request, of which page copy needs the first only; a write is the same the other way round; flush, discard and write-zeroes
 * are one step each (fdatasync, punch hole, zero range). All of it runs in the ring of the queue, so
 * a slow file keeps no other request waiting. The step on the file may run in a worker of the ring,
 * so the thread waits for it before it touches the request (sim_queue_return()). FUA is RWF_DSYNC. What the file
 * refuses fails that I/O with the file's own error, ENOSPC among them, and nothing else.
 *
 * The file is not grown: its size is the disk's, or larger.
 */
#include "target.h"

#include "options.h"
#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* The size of what is behind @fd, bytes; -EINVAL when it can hold no disk. */
static int file_size(int fd, uint64_t *size_bytes)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISBLK(st.st_mode))
		return ioctl(fd, BLKGETSIZE64, size_bytes) ? -errno : 0;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*size_bytes = (uint64_t)st.st_size;
	return 0;
}

/* Does the disk asked for fit into what is there? */
static int file_check(struct sim_target *target, const struct sim_options *opts,
		      struct sim_error *err)
{
	uint64_t there_bytes;
	int ret;

	ret = file_size(target->fd, &there_bytes);
	if (ret)
		return sim_error_set(err, ret,
				     "%s is neither a file nor a block device; give one of these with --file",
				     opts->file);
	target->size_bytes = opts->size_bytes ? opts->size_bytes : there_bytes;
	if (!there_bytes || there_bytes < target->size_bytes)
		return sim_error_set(err, -EINVAL,
				     "%s has %" PRIu64 " bytes, too few for a disk of %" PRIu64 "; make it larger with 'truncate -s %" PRIu64 " %s' or give a smaller size (-s)",
				     opts->file, there_bytes, target->size_bytes,
				     target->size_bytes ? target->size_bytes :
							  SIM_SIZE_BYTES_DEFAULT,
				     opts->file);
	if (target->size_bytes % opts->block_bytes)
		return sim_error_set(err, -EINVAL,
				     "%s has %" PRIu64 " bytes, no multiple of the block size %u; give a size (-s) or another block (-b)",
				     opts->file, target->size_bytes, opts->block_bytes);
	return 0;
}

/* Direct I/O must be possible in units of the disk's block. */
static int file_check_alignment(const struct sim_target *target, const struct sim_options *opts,
				struct sim_error *err)
{
	struct statx stx = { 0 };

	if (opts->buffered ||
	    statx(target->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &stx) ||
	    !(stx.stx_mask & STATX_DIOALIGN) || !stx.stx_dio_offset_align ||
	    opts->block_bytes % stx.stx_dio_offset_align == 0)
		return 0;
	return sim_error_set(err, -EINVAL,
			     "%s takes direct I/O in units of %u bytes, more than the block of %u; give -b %u or --buffered",
			     opts->file, stx.stx_dio_offset_align, opts->block_bytes,
			     stx.stx_dio_offset_align);
}

static int file_open(struct sim_target *target, const struct sim_options *opts,
		     struct sim_error *err)
{
	int ret;

	target->fd = open(opts->file, O_RDWR | O_CLOEXEC | (opts->buffered ? 0 : O_DIRECT));
	if (target->fd < 0 && errno == EINVAL)
		return sim_error_set(err, -EINVAL,
				     "%s takes no direct I/O; give --buffered or keep it on another file system",
				     opts->file);
	if (target->fd < 0 && errno == ENOENT)
		return sim_error_set(err, -ENOENT,
				     "%s does not exist; make it with 'truncate -s 1G %s'",
				     opts->file, opts->file);
	if (target->fd < 0)
		return sim_error_set(err, -errno,
				     "%s cannot be opened for reading and writing: %s; give another file with --file",
				     opts->file, strerror(errno));
	ret = file_check(target, opts, err);
	if (!ret)
		ret = file_check_alignment(target, opts, err);
	if (ret)
		close(target->fd);
	return ret;
}

static void file_close(struct sim_target *target)
{
	close(target->fd);
}

/* The request's side of a read or write. The driver takes no registered buffer for it. */
static void file_aim_at_request(const struct sim_queue *queue, struct io_uring_sqe *sqe,
				unsigned int tag)
{
	sim_queue_copy(queue, sqe, tag, sim_queue_buffer(queue, tag));
}

/* The file's side: the tag's buffer, if registered then under its number, and the place on the disk. */
static void file_aim_at_disk(const struct sim_queue *queue, struct io_uring_sqe *sqe,
			     unsigned int tag, const struct ublksrv_io_desc *iod)
{
	sim_queue_copy(queue, sqe, tag, sim_queue_buffer(queue, tag));
	sqe->off = (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
	/* Not looked at when no buffers are registered. */
	sqe->buf_index = queue->has_fixed_buffers ? (__u16)tag : 0;
	if (iod->op_flags & UBLK_IO_F_FUA)
		sqe->rw_flags = RWF_DSYNC;
}

static void file_read_request(struct sim_queue *queue, unsigned int tag,
			      const struct ublksrv_io_desc *iod)
{
	const uint8_t op = queue->has_fixed_buffers ? IORING_OP_READ_FIXED : IORING_OP_READ;
	struct io_uring_sqe *sqe = sim_queue_return(queue, op, SIM_FILE_TARGET, tag);

	file_aim_at_disk(queue, sqe, tag, iod);
}

static void file_write_request(struct sim_queue *queue, unsigned int tag,
			       const struct ublksrv_io_desc *iod)
{
	const uint8_t op = queue->has_fixed_buffers ? IORING_OP_WRITE_FIXED : IORING_OP_WRITE;
	struct io_uring_sqe *sqe;

	if (!queue->page_copy) {
		/* The copy is done when the entry is submitted, here; only its failure is told. */
		sqe = sim_queue_return(queue, IORING_OP_READ, SIM_FILE_CHAR, tag);
		sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
		file_aim_at_request(queue, sqe, tag);
	}
	sqe = sim_queue_return(queue, op, SIM_FILE_TARGET, tag);
	file_aim_at_disk(queue, sqe, tag, iod);
}

/* The file has done its part. */
static void file_go_on(struct sim_queue *queue, unsigned int tag,
		       const struct ublksrv_io_desc *iod)
{
	switch (ublksrv_get_op(iod)) {
	case UBLK_IO_OP_READ:
		sim_queue_answer_read(queue, tag, sim_queue_buffer(queue, tag));
		break;
	case UBLK_IO_OP_WRITE:
		sim_queue_complete(queue, tag, (int)(iod->nr_sectors << SIM_SECTOR_SHIFT));
		break;
	default:
		sim_queue_complete(queue, tag, 0);
	}
}

static int clear_mode(bool unmap)
{
	return FALLOC_FL_KEEP_SIZE | (unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE);
}

/* Write-zeroes may give room back unless NOUNMAP; a file system without zero range can do that. */
static void file_clear_request(struct sim_queue *queue, unsigned int tag,
			       const struct ublksrv_io_desc *iod)
{
	struct io_uring_sqe *sqe;

	sqe = sim_queue_return(queue, IORING_OP_FALLOCATE, SIM_FILE_TARGET, tag);
	sqe->off = (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
	sqe->addr = (uint64_t)iod->nr_sectors << SIM_SECTOR_SHIFT;
	sqe->len = (uint32_t)clear_mode(ublksrv_get_op(iod) == UBLK_IO_OP_DISCARD ||
					!(iod->op_flags & UBLK_IO_F_NOUNMAP));
	sqe->addr3 = 0;
	sqe->__pad2[0] = 0;
}

static void file_flush(struct sim_queue *queue, unsigned int tag)
{
	struct io_uring_sqe *sqe;

	sqe = sim_queue_return(queue, IORING_OP_FSYNC, SIM_FILE_TARGET, tag);
	sqe->off = 0;
	sqe->addr = 0;
	sqe->len = 0;
	sqe->fsync_flags = IORING_FSYNC_DATASYNC;
	sqe->addr3 = 0;
	sqe->__pad2[0] = 0;
}

static void file_submit(struct sim_queue *queue, unsigned int tag,
			const struct ublksrv_io_desc *iod)
{
	switch (ublksrv_get_op(iod)) {
	case UBLK_IO_OP_READ:
		file_read_request(queue, tag, iod);
		break;
	case UBLK_IO_OP_WRITE:
		file_write_request(queue, tag, iod);
		break;
	case UBLK_IO_OP_FLUSH:
		file_flush(queue, tag);
		break;
	case UBLK_IO_OP_DISCARD:
	case UBLK_IO_OP_WRITE_ZEROES:
		file_clear_request(queue, tag, iod);
		break;
	default:
		sim_queue_complete(queue, tag, -EOPNOTSUPP);
	}
}

static int file_read(const struct sim_target *target, uint64_t offset_bytes, void *data,
		     uint64_t length_bytes)
{
	const ssize_t got = pread(target->fd, data, length_bytes, (off_t)offset_bytes);

	if (got < 0)
		return -errno;
	return (uint64_t)got == length_bytes ? 0 : -EIO;
}

static int file_write_aligned(const struct sim_target *target, uint64_t offset_bytes,
			      const void *data, uint64_t length_bytes, bool fua)
{
	const struct iovec all = { (void *)data, length_bytes };
	const ssize_t put = pwritev2(target->fd, &all, 1, (off_t)offset_bytes,
				     fua ? RWF_DSYNC : 0);

	if (put < 0)
		return -errno;
	return (uint64_t)put == length_bytes ? 0 : -EIO;
}

/* Direct I/O wants aligned memory, which a cache's entries are not. */
static int file_write(const struct sim_target *target, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes, bool fua)
{
	void *aligned;
	int ret;

	if ((uintptr_t)data % SIM_BLOCK_BYTES_MAX == 0)
		return file_write_aligned(target, offset_bytes, data, length_bytes, fua);
	if (posix_memalign(&aligned, SIM_BLOCK_BYTES_MAX, length_bytes))
		return -ENOMEM;
	memcpy(aligned, data, length_bytes);
	ret = file_write_aligned(target, offset_bytes, aligned, length_bytes, fua);
	free(aligned);
	return ret;
}

static int file_clear(const struct sim_target *target, uint64_t offset_bytes,
		      uint64_t length_bytes, bool unmap)
{
	if (fallocate(target->fd, clear_mode(unmap), (off_t)offset_bytes, (off_t)length_bytes))
		return -errno;
	return 0;
}

static int file_sync(const struct sim_target *target)
{
	return fdatasync(target->fd) ? -errno : 0;
}

const struct sim_target_ops sim_target_file = {
	.name = "file",
	.summary = "a file or block device, by direct or buffered I/O",
	.nr_entries = 2,
	.buffered = true,
	.open = file_open,
	.close = file_close,
	.submit = file_submit,
	.go_on = file_go_on,
	.read = file_read,
	.write = file_write,
	.clear = file_clear,
	.sync = file_sync,
};
