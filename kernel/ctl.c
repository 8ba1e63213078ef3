// SPDX-License-Identifier: GPL-2.0
/*
 * The control device /dev/blki/control: the ioctls of <linux/blki.h>.
 *
 * libblki -> [this] -> origin.c. This file owns the ABI's rules: sizes, unknown flags, reserved fields and
 * the permission; what a call means is elsewhere. A command is told by its number, not by the size in it,
 * so that a structure can grow.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "blki.h"

/* 4096: far more than anybody attaches; bounds what a caller can make the kernel allocate */
#define CTL_LIST_MAX	4096

static_assert(sizeof(struct blki_version) == 24);
static_assert(sizeof(struct blki_attach) == 112);
static_assert(sizeof(struct blki_detach) == 40);
static_assert(sizeof(struct blki_list) == 24);
static_assert(sizeof(struct blki_entry) == 240);
static_assert(sizeof(struct blki_alias) == 64);
static_assert(sizeof(struct blki_alias_entry) == 96);
static_assert(offsetof(struct blki_attach, name) == 32);
static_assert(offsetof(struct blki_attach, id) == 80);
static_assert(offsetof(struct blki_entry, since_ns) == 40);
static_assert(offsetof(struct blki_entry, name) == 104);

void blki_say(struct blki_say *say, const char *fmt, ...)
{
	va_list args;

	if (!say || say->text[0])
		return;
	va_start(args, fmt);
	vsnprintf(say->text, sizeof(say->text), fmt, args);
	va_end(args);
}
EXPORT_SYMBOL_GPL(blki_say);

/* Give the sentence to the caller; a bad address is his loss, the errno says the rest */
static void say_copy(const struct blki_say *say, u64 msg, u32 msg_size)
{
	size_t n = min_t(size_t, strlen(say->text) + 1, msg_size);

	if (!msg || !n)
		return;
	if (copy_to_user(u64_to_user_ptr(msg), say->text, n))
		return;
	/* a cut sentence still ends */
	if (n <= strlen(say->text))
		put_user('\0', (char __user *)u64_to_user_ptr(msg) + n - 1);
}

/* Every structure starts with its size in the caller's eyes */
static int args_copy(void *args, size_t ksize, void __user *uargs)
{
	u32 usize;

	if (get_user(usize, (u32 __user *)uargs))
		return -EFAULT;
	if (usize < 2 * sizeof(u32))
		return -EINVAL;
	return copy_struct_from_user(args, ksize, uargs, usize);
}

/* Fields the kernel fills in, as far as the caller's structure reaches */
static int args_return(void __user *uargs, const void *args, size_t ksize, u32 usize)
{
	return copy_to_user(uargs, args, min_t(size_t, ksize, usize)) ? -EFAULT : 0;
}

static int ctl_version(void __user *uargs)
{
	struct blki_version v;
	int r = args_copy(&v, sizeof(v), uargs);

	if (r)
		return r;
	if (v.flags || v.reserved)
		return -EINVAL;
	v.abi = BLKI_ABI_VERSION;
	v.features = 0;
	return args_return(uargs, &v, sizeof(v), v.size);
}

static int fd_to_devt(int fd, dev_t *devt)
{
	struct fd f = fdget(fd);
	int r = 0;

	if (!fd_file(f))
		return -EBADF;
	if (S_ISBLK(file_inode(fd_file(f))->i_mode))
		*devt = file_inode(fd_file(f))->i_rdev;
	else
		r = -ENOTBLK;
	fdput(f);
	return r;
}

/* The fields that one kind uses must be unused in the others */
static bool attach_valid(const struct blki_attach *a)
{
	if (a->flags & ~BLKI_ATTACH_ALL || a->reserved || a->reserved2 ||
	    a->hook > BLKI_HOOK_FTRACE || a->class > BLKI_CLASS_TRANSFORMING)
		return false;
	if (strnlen(a->name, sizeof(a->name)) == sizeof(a->name))
		return false;
	if (a->kind == BLKI_KIND_FILTER)
		return a->acceptor_fd == -1 && a->name[0] && !a->class && !a->offset_sectors &&
		       !(a->flags & ~BLKI_ATTACH_FREEZE_FS);
	if (a->altitude || memchr_inv(a->name, 0, sizeof(a->name)))
		return false;
	if (a->kind == BLKI_KIND_REMAP)
		return !a->offset_sectors && !(a->flags & BLKI_ATTACH_FORCE);
	return a->kind == BLKI_KIND_NATIVE && !(a->flags & BLKI_ATTACH_LARGER);
}

static int attach(struct blki_attach *a, struct blki_say *say)
{
	struct blki_interposer *ip;
	dev_t origin, acceptor = 0;
	int r = fd_to_devt(a->origin_fd, &origin);

	if (!r && a->kind != BLKI_KIND_FILTER)
		r = fd_to_devt(a->acceptor_fd, &acceptor);
	if (r)
		return r;
	ip = blki_interposer_alloc(a->kind, a->altitude);
	if (!ip)
		return -ENOMEM;
	ip->flags = a->flags;
	ip->remap.devt = acceptor;
	ip->remap.offset_sectors = a->offset_sectors;
	ip->remap.class = a->class;
	if (a->kind == BLKI_KIND_FILTER)
		r = blki_filter_get(ip, a->name, say);
	if (r)
		goto err_free;
	r = blki_attach(ip, origin, a, &a->id, &a->pause_ns, say);
	if (!r)
		return 0;
	if (a->kind == BLKI_KIND_FILTER)
		blki_filter_put(ip);
err_free:
	blki_interposer_free(ip);
	return r;
}

static int ctl_attach(void __user *uargs)
{
	struct blki_say say = {};
	struct blki_attach a;
	int r = args_copy(&a, sizeof(a), uargs);

	if (r)
		return r;
	if (!attach_valid(&a))
		return -EINVAL;
	/* who can not be answered is refused before anything happens: after an error nothing is attached */
	r = args_return(uargs, &a, sizeof(a), a.size);
	if (r)
		return r;
	a.timeout_ms = a.timeout_ms ?: BLKI_TIMEOUT_DEFAULT_MS;
	r = attach(&a, &say);
	if (r) {
		say_copy(&say, a.msg, a.msg_size);
		return r;
	}
	/* when this fails the caller still finds the id with BLKI_IOC_LIST */
	return args_return(uargs, &a, sizeof(a), a.size);
}

/* One open control file, and the remap that it holds (BLKI_DETACH_HOLD), 0 for none; under @lock */
struct ctl_file {
	struct mutex lock;
	u64 held_id;
};

#define DETACH_STEPS	(BLKI_DETACH_CLEAN | BLKI_DETACH_HOLD | BLKI_DETACH_RESUME)

static int detach_locked(struct ctl_file *cf, struct blki_detach *d, struct blki_say *say)
{
	bool mine = cf->held_id && cf->held_id == d->id;
	int r = 0;

	lockdep_assert_held(&cf->lock);
	/* a freeze has to write, and what is written is held: it would wait for the end of the hold */
	if (d->flags & BLKI_DETACH_FREEZE_FS &&
	    (mine || d->flags & (BLKI_DETACH_HOLD | BLKI_DETACH_RESUME))) {
		blki_say(say, "interposer %llu: a detach in two steps can not freeze the file system, whose last writes would be held; freeze it before the hold (fsfreeze -f), or do without --freeze-fs",
			 d->id);
		return -EINVAL;
	}
	if (d->flags & BLKI_DETACH_RESUME) {
		if (!mine)
			return -EINVAL;
		blki_hold_resume(d->id);
		cf->held_id = 0;
		return 0;
	}
	if (d->flags & BLKI_DETACH_HOLD) {
		if (cf->held_id) {
			blki_say(say, "interposer %llu: this open file holds interposer %llu; resume or detach that first",
				 d->id, cf->held_id);
			return -EBUSY;
		}
		r = blki_hold(d, say);
		if (!r)
			cf->held_id = d->id;
		return r;
	}
	r = mine ? blki_hold_finish(d, say) : blki_detach(d, say);
	if (mine && !r)
		cf->held_id = 0;
	return r;
}

static int ctl_detach(struct ctl_file *cf, void __user *uargs)
{
	struct blki_say say = {};
	struct blki_detach d;
	int r = args_copy(&d, sizeof(d), uargs);

	if (r)
		return r;
	if (d.flags & ~BLKI_DETACH_ALL || hweight32(d.flags & DETACH_STEPS) > 1)
		return -EINVAL;
	/* as in ctl_attach() */
	r = args_return(uargs, &d, sizeof(d), d.size);
	if (r)
		return r;
	d.timeout_ms = d.timeout_ms ?: BLKI_TIMEOUT_DEFAULT_MS;
	mutex_lock(&cf->lock);
	r = detach_locked(cf, &d, &say);
	mutex_unlock(&cf->lock);
	if (r) {
		say_copy(&say, d.msg, d.msg_size);
		return r;
	}
	return args_return(uargs, &d, sizeof(d), d.size);
}

/* An array of @nr entries of @ksize bytes, in the caller's idea of their size */
static int list_copy(const struct blki_list *l, const void *entries, size_t ksize, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		char __user *to = u64_to_user_ptr(l->entries + (u64)i * l->entry_size);
		size_t n = min_t(size_t, ksize, l->entry_size);

		if (copy_to_user(to, entries + i * ksize, n) ||
		    clear_user(to + n, l->entry_size - n))
			return -EFAULT;
	}
	return 0;
}

static unsigned int list_interposers(void *entries, unsigned int room)
{
	return blki_list(entries, room);
}

static unsigned int list_aliases(void *entries, unsigned int room)
{
	return blki_alias_list(entries, room);
}

static int ctl_list(void __user *uargs, size_t ksize,
		    unsigned int (*list)(void *entries, unsigned int room))
{
	struct blki_list l;
	void *entries;
	unsigned int room;
	int r = args_copy(&l, sizeof(l), uargs);

	if (r)
		return r;
	if (l.flags || l.entry_size < sizeof(u64) || l.entry_size > PAGE_SIZE)
		return -EINVAL;
	room = min_t(unsigned int, l.nr, CTL_LIST_MAX);
	/* allocated before the registry is locked: reclaim may need an origin that is being attached */
	entries = kvmalloc_array(max(room, 1U), ksize, GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	l.nr = list(entries, room);
	r = list_copy(&l, entries, ksize, min(l.nr, room));
	kvfree(entries);
	return r ?: args_return(uargs, &l, sizeof(l), l.size);
}

/* An alias is not opened to name it, because an open one can not be removed: an O_PATH file will do */
static int path_fd_to_devt(int fd, dev_t *devt)
{
	struct file *file = fget_raw(fd);
	int r = 0;

	if (!file)
		return -EBADF;
	if (S_ISBLK(file_inode(file)->i_mode))
		*devt = file_inode(file)->i_rdev;
	else
		r = -ENOTBLK;
	fput(file);
	return r;
}

static int ctl_alias(void __user *uargs,
		     int (*change)(dev_t devt, struct blki_alias *a, struct blki_say *say))
{
	struct blki_say say = {};
	struct blki_alias a;
	dev_t devt;
	int r = args_copy(&a, sizeof(a), uargs);

	if (r)
		return r;
	if (a.flags)
		return -EINVAL;
	r = path_fd_to_devt(a.origin_fd, &devt);
	if (r)
		return r;
	r = change(devt, &a, &say);
	if (!r)
		return args_return(uargs, &a, sizeof(a), a.size);
	say_copy(&say, a.msg, a.msg_size);
	return r;
}

static long ctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uargs = (void __user *)arg;

	if (_IOC_TYPE(cmd) != BLKI_IOC_TYPE)
		return -ENOTTY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(BLKI_IOC_VERSION):
		return ctl_version(uargs);
	case _IOC_NR(BLKI_IOC_ATTACH):
		return ctl_attach(uargs);
	case _IOC_NR(BLKI_IOC_DETACH):
		return ctl_detach(file->private_data, uargs);
	case _IOC_NR(BLKI_IOC_LIST):
		return ctl_list(uargs, sizeof(struct blki_entry), list_interposers);
	case _IOC_NR(BLKI_IOC_ALIAS_ADD):
		return ctl_alias(uargs, blki_alias_add);
	case _IOC_NR(BLKI_IOC_ALIAS_DEL):
		return ctl_alias(uargs, blki_alias_del);
	case _IOC_NR(BLKI_IOC_ALIAS_LIST):
		return ctl_list(uargs, sizeof(struct blki_alias_entry), list_aliases);
	}
	return -ENOTTY;
}

static int ctl_open(struct inode *inode, struct file *file)
{
	struct ctl_file *cf = kzalloc(sizeof(*cf), GFP_KERNEL);

	if (!cf)
		return -ENOMEM;
	mutex_init(&cf->lock);
	file->private_data = cf;
	return 0;
}

/* Nobody is inside a call any more. A holder that is gone must not leave bios held. */
static int ctl_release(struct inode *inode, struct file *file)
{
	struct ctl_file *cf = file->private_data;

	if (cf->held_id)
		blki_hold_resume(cf->held_id);
	kfree(cf);
	return 0;
}

static const struct file_operations ctl_fops = {
	.owner = THIS_MODULE,
	.open = ctl_open,
	.release = ctl_release,
	.unlocked_ioctl = ctl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice ctl_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "blki",
	.nodename = BLKI_CONTROL_NODE,
	.mode = 0600,
	.fops = &ctl_fops,
};

/** blki_ctl_kobj - the kobject that uevents are sent from; Context: after blki_ctl_init() */
struct kobject *blki_ctl_kobj(void)
{
	return &ctl_device.this_device->kobj;
}

/** blki_ctl_init - make the control device; Context: may sleep; Return: 0 or -errno */
int __init blki_ctl_init(void)
{
	return misc_register(&ctl_device);
}

/** blki_ctl_exit - remove it; an open file pins the module, so nobody is inside. Context: may sleep */
void blki_ctl_exit(void)
{
	misc_deregister(&ctl_device);
}
