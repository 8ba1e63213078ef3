// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi: call /dev/blki/control with everything that include/uapi/linux/blki.h forbids, and with what it promises.
 *
 * It talks to the ioctls directly, beside libblki, because libblki never sends what must be refused. Every
 * error listed there that a caller alone can provoke has one case; the others (a hung or vanished disk) are
 * system tests of their own. Prints a line for each case that is wrong; exits 1 when there was one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/blki.h>

/* A user without rights. */
#define NOBODY_UID	65534

static int control_fd, origin_fd, acceptor_fd, regular_fd;
static int nr_wrong;

static void expect(const char *what, int wanted_errno, int result)
{
	int got = result < 0 ? errno : 0;

	if (got == wanted_errno)
		return;
	nr_wrong++;
	printf("abi: %s: wanted %s, got %s\n", what, wanted_errno ? strerror(wanted_errno) : "success",
	       got ? strerror(got) : "success");
}

static void expect_true(const char *what, bool holds)
{
	if (holds)
		return;
	nr_wrong++;
	printf("abi: %s: does not hold\n", what);
}

static struct blki_attach filter_args(void)
{
	return (struct blki_attach){
		.size = sizeof(struct blki_attach),
		.origin_fd = origin_fd,
		.acceptor_fd = -1,
		.kind = BLKI_KIND_FILTER,
		.name = "null",
	};
}

static struct blki_attach remap_args(void)
{
	return (struct blki_attach){
		.size = sizeof(struct blki_attach),
		.origin_fd = origin_fd,
		.acceptor_fd = acceptor_fd,
		.kind = BLKI_KIND_REMAP,
	};
}

static int attach(struct blki_attach *args)
{
	return ioctl(control_fd, BLKI_IOC_ATTACH, args);
}

static int detach(__u64 id)
{
	struct blki_detach args = { .size = sizeof(args), .id = id };

	return ioctl(control_fd, BLKI_IOC_DETACH, &args);
}

static void check_commands(void)
{
	struct blki_version args = { .size = sizeof(args) };

	expect("unknown command", ENOTTY, ioctl(control_fd, _IO(BLKI_IOC_TYPE, 0x7f), &args));
	expect("command of another type", ENOTTY, ioctl(control_fd, _IO('x', 0), &args));
	expect("bad address", EFAULT, ioctl(control_fd, BLKI_IOC_VERSION, NULL));
}

static void check_version(void)
{
	struct {
		struct blki_version args;
		__u64 tail;
	} longer = { .args.size = sizeof(longer) };
	struct blki_version args = { .size = sizeof(args) };

	expect("version", 0, ioctl(control_fd, BLKI_IOC_VERSION, &args));
	expect_true("version reports the ABI of its header", args.abi == BLKI_ABI_VERSION);
	expect("longer structure with zeros", 0, ioctl(control_fd, BLKI_IOC_VERSION, &longer));
	longer.tail = 1;
	expect("longer structure with an unknown field", E2BIG,
	       ioctl(control_fd, BLKI_IOC_VERSION, &longer));
	args = (struct blki_version){ .size = 4 };
	expect("structure too short", EINVAL, ioctl(control_fd, BLKI_IOC_VERSION, &args));
	args = (struct blki_version){ .size = sizeof(args), .flags = 1 };
	expect("unknown flag of version", EINVAL, ioctl(control_fd, BLKI_IOC_VERSION, &args));
	args = (struct blki_version){ .size = sizeof(args), .reserved = 1 };
	expect("reserved field of version", EINVAL, ioctl(control_fd, BLKI_IOC_VERSION, &args));
}

static void check_attach_fields(void)
{
	struct blki_attach args;

	args = filter_args();
	args.flags = 1U << 31;
	expect("unknown flag of attach", EINVAL, attach(&args));
	args.flags = BLKI_ATTACH_LARGER;
	expect("a remap's flag for a filter", EINVAL, attach(&args));
	args = filter_args();
	args.class = BLKI_CLASS_STATEFUL;
	expect("a class for a filter", EINVAL, attach(&args));
	args = filter_args();
	args.offset_sectors = 8;
	expect("an offset for a filter", EINVAL, attach(&args));
	args = filter_args();
	args.reserved = 1;
	expect("reserved field of attach", EINVAL, attach(&args));
	args = filter_args();
	args.kind = 0;
	expect("kind 0", EINVAL, attach(&args));
	args.kind = BLKI_KIND_NATIVE + 1;
	expect("unknown kind", EINVAL, attach(&args));
	args = filter_args();
	args.hook = BLKI_HOOK_FTRACE + 1;
	expect("unknown hook", EINVAL, attach(&args));
	args = filter_args();
	args.acceptor_fd = acceptor_fd;
	expect("filter with an acceptor", EINVAL, attach(&args));
	args = filter_args();
	args.name[0] = '\0';
	expect("filter without a name", EINVAL, attach(&args));
	args = filter_args();
	memset(args.name, 'x', sizeof(args.name));
	expect("name without an end", EINVAL, attach(&args));
	args = remap_args();
	args.altitude = 1;
	expect("remap with an altitude", EINVAL, attach(&args));
	args = remap_args();
	args.name[0] = 'x';
	expect("remap with a name", EINVAL, attach(&args));
}

static void check_attach_objects(void)
{
	struct blki_attach args;

	args = filter_args();
	args.origin_fd = -1;
	expect("origin that is no open file", EBADF, attach(&args));
	args = filter_args();
	args.origin_fd = regular_fd;
	expect("origin that is no block device", ENOTBLK, attach(&args));
	args = remap_args();
	args.acceptor_fd = regular_fd;
	expect("acceptor that is no block device", ENOTBLK, attach(&args));
	args = filter_args();
	strcpy(args.name, "no-such-filter");
	expect("unknown filter", ENOENT, attach(&args));
	args = filter_args();
	args.hook = BLKI_HOOK_WRAP;
	expect("hook of bio-based devices on a blk-mq one", EOPNOTSUPP, attach(&args));
	args = remap_args();
	args.acceptor_fd = origin_fd;
	expect("acceptor that is no device-mapper device", EOPNOTSUPP, attach(&args));
}

static void check_message(void)
{
	struct blki_attach args = filter_args();
	char msg[BLKI_MSG_MAX];

	memset(msg, 'x', sizeof(msg));
	args.hook = BLKI_HOOK_WRAP;
	args.msg = (__u64)(unsigned long)msg;
	args.msg_size = sizeof(msg);
	expect("refusal with a message", EOPNOTSUPP, attach(&args));
	expect_true("the message ends inside its buffer", memchr(msg, '\0', sizeof(msg)));
	expect_true("the message says something", msg[0] && strlen(msg) > 10);
	memset(msg, 'x', sizeof(msg));
	args.msg_size = 8;
	expect("refusal with a short buffer", EOPNOTSUPP, attach(&args));
	expect_true("a cut message ends inside its buffer", msg[7] == '\0');
	expect_true("nothing is written behind the buffer", msg[8] == 'x');
}

static unsigned int nr_attached(void)
{
	struct blki_list args = { .size = sizeof(args), .entry_size = sizeof(struct blki_entry) };

	expect("list without room", 0, ioctl(control_fd, BLKI_IOC_LIST, &args));
	return args.nr;
}

/* After an error nothing has changed, also when the answer can not be written. */
static void check_unwritable(void)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	struct blki_attach filter = filter_args();
	void *page = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct blki_detach args = { .size = sizeof(args) };

	if (page == MAP_FAILED) {
		expect_true("a page can be mapped", false);
		return;
	}
	memcpy(page, &filter, sizeof(filter));
	mprotect(page, page_bytes, PROT_READ);
	expect("attach by a structure that can not be written", EFAULT,
	       ioctl(control_fd, BLKI_IOC_ATTACH, page));
	expect_true("nothing is attached after that", nr_attached() == 0);
	expect("attach for the detach", 0, attach(&filter));
	args.id = filter.id;
	mprotect(page, page_bytes, PROT_READ | PROT_WRITE);
	memcpy(page, &args, sizeof(args));
	mprotect(page, page_bytes, PROT_READ);
	expect("detach by a structure that can not be written", EFAULT,
	       ioctl(control_fd, BLKI_IOC_DETACH, page));
	expect_true("it is still attached after that", nr_attached() == 1);
	expect("detach it", 0, detach(filter.id));
	munmap(page, page_bytes);
}

static void check_life(void)
{
	struct blki_attach first = filter_args(), second = filter_args(), remap = remap_args();
	struct blki_attach remap_again = remap_args();
	struct blki_detach args = { .size = sizeof(args), .flags = 1U << 31 };
	int claimed;

	expect("attach a filter", 0, attach(&first));
	expect("the same filter twice", EEXIST, attach(&second));
	expect("attach a remap", 0, attach(&remap));
	expect("a second remap", EEXIST, attach(&remap_again));
	expect_true("ids differ", first.id != remap.id && first.id);
	args.id = first.id;
	expect("unknown flag of detach", EINVAL, ioctl(control_fd, BLKI_IOC_DETACH, &args));
	expect("detach the filter", 0, detach(first.id));
	expect("detach it again", ENOENT, detach(first.id));
	expect("detach the remap", 0, detach(remap.id));
	second = filter_args();
	expect("attach again", 0, attach(&second));
	expect_true("an id is not used again", second.id != first.id && second.id != remap.id);
	expect("detach again", 0, detach(second.id));
	claimed = open("/dev/mapper/abi", O_RDWR | O_EXCL);
	expect_true("the acceptor can be claimed after detach", claimed >= 0);
	remap = remap_args();
	expect("acceptor claimed by somebody else", EBUSY, attach(&remap));
	close(claimed);
}

/* True: refused, and the kernel says why */
static bool freeze_refused(__u64 id, __u32 flags)
{
	char why[BLKI_MSG_MAX] = "";
	struct blki_detach args = { .size = sizeof(args), .id = id,
				    .flags = flags | BLKI_DETACH_FREEZE_FS,
				    .msg = (__u64)(unsigned long)why, .msg_size = sizeof(why) };

	return ioctl(control_fd, BLKI_IOC_DETACH, &args) < 0 && errno == EINVAL &&
	       strstr(why, "can not freeze the file system");
}

static void check_hold(void)
{
	struct blki_attach remap = remap_args();
	struct blki_detach args = { .size = sizeof(args), .flags = BLKI_DETACH_HOLD };

	expect("attach a remap to hold", 0, attach(&remap));
	args.id = remap.id;
	expect_true("no freeze with a hold", freeze_refused(remap.id, BLKI_DETACH_HOLD));
	expect("hold it", 0, ioctl(control_fd, BLKI_IOC_DETACH, &args));
	expect_true("no freeze in the second half of a detach", freeze_refused(remap.id, 0));
	expect_true("nor when the caller calls it clean",
		    freeze_refused(remap.id, BLKI_DETACH_CLEAN));
	expect_true("nor with a resume", freeze_refused(remap.id, BLKI_DETACH_RESUME));
	expect_true("the remap is still there", nr_attached() == 1);
	args.flags = BLKI_DETACH_RESUME;
	expect("it is still held, and resumes", 0, ioctl(control_fd, BLKI_IOC_DETACH, &args));
	args.flags = BLKI_DETACH_FREEZE_FS;
	expect("detach it, in one, with a freeze", 0, ioctl(control_fd, BLKI_IOC_DETACH, &args));
}

static void check_list(void)
{
	struct {
		struct blki_entry entry;
		__u64 tail;
	} longer;
	struct blki_list args = { .size = sizeof(args), .entry_size = sizeof(longer), .nr = 1,
				  .entries = (__u64)(unsigned long)&longer };
	struct blki_attach filter = filter_args();
	__u64 id = 0;

	expect("attach for the list", 0, attach(&filter));
	memset(&longer, 0xff, sizeof(longer));
	expect("list with longer entries", 0, ioctl(control_fd, BLKI_IOC_LIST, &args));
	expect_true("the list has one entry", args.nr == 1 && longer.entry.id == filter.id);
	expect_true("a longer entry is filled with zeros", longer.tail == 0);
	expect_true("a filter's entry", longer.entry.kind == BLKI_KIND_FILTER &&
		    !strcmp(longer.entry.name, "null") && longer.entry.hook == BLKI_HOOK_LIST &&
		    longer.entry.state == BLKI_STATE_LIVE && !longer.entry.acceptor_major);
	args = (struct blki_list){ .size = sizeof(args), .entry_size = sizeof(id), .nr = 1,
				   .entries = (__u64)(unsigned long)&id };
	expect("list with shorter entries", 0, ioctl(control_fd, BLKI_IOC_LIST, &args));
	expect_true("a shorter entry is a prefix", id == filter.id);
	args = (struct blki_list){ .size = sizeof(args), .entry_size = sizeof(id) };
	expect("list without room", 0, ioctl(control_fd, BLKI_IOC_LIST, &args));
	expect_true("it tells how many there are", args.nr == 1);
	args = (struct blki_list){ .size = sizeof(args), .nr = 1, .entry_size = sizeof(id) };
	expect("list to a bad address", EFAULT, ioctl(control_fd, BLKI_IOC_LIST, &args));
	args = (struct blki_list){ .size = sizeof(args), .entry_size = 0 };
	expect("list with entries of no size", EINVAL, ioctl(control_fd, BLKI_IOC_LIST, &args));
	args = (struct blki_list){ .size = sizeof(args), .entry_size = sizeof(id), .flags = 1 };
	expect("unknown flag of list", EINVAL, ioctl(control_fd, BLKI_IOC_LIST, &args));
	expect("detach for the list", 0, detach(filter.id));
}

/* In a child, because rights do not come back. The node was opened with them. */
static void check_rights(void)
{
	struct blki_version args = { .size = sizeof(args) };
	pid_t child = fork();
	int status;

	if (!child) {
		if (setuid(NOBODY_UID))
			_exit(2);
		_exit(ioctl(control_fd, BLKI_IOC_VERSION, &args) == -1 && errno == EPERM ? 0 : 1);
	}
	waitpid(child, &status, 0);
	expect_true("a call without CAP_SYS_ADMIN is refused with EPERM",
		    WIFEXITED(status) && !WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: abi ORIGIN REGULAR-FILE; the acceptor is /dev/mapper/abi\n");
		return 2;
	}
	control_fd = open("/dev/" BLKI_CONTROL_NODE, O_RDWR);
	origin_fd = open(argv[1], O_RDONLY);
	acceptor_fd = open("/dev/mapper/abi", O_RDONLY);
	regular_fd = open(argv[2], O_RDONLY);
	if (control_fd < 0 || origin_fd < 0 || acceptor_fd < 0 || regular_fd < 0) {
		fprintf(stderr, "abi: the control node, %s, /dev/mapper/abi or %s: %s\n", argv[1],
			argv[2], strerror(errno));
		return 2;
	}
	check_commands();
	check_version();
	check_attach_fields();
	check_attach_objects();
	check_message();
	check_unwritable();
	check_life();
	check_hold();
	check_list();
	check_rights();
	return nr_wrong ? 1 : 0;
}
