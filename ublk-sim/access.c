// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Privilege, and the host's side of going without; see access.h. device.c asks before it makes a
 * device, cmd_doctor.c shows.
 */
#include "access.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UDEV_CONTROL	"/run/udev/control"

/* udev(7), "RULES FILES"; /lib is where it is not /usr/lib. */
static const char *const rule_dirs[] = {
	"/etc/udev/rules.d",	 "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
	"/usr/lib/udev/rules.d", "/lib/udev/rules.d", NULL,
};

bool sim_access_is_privileged(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return !syscall(SYS_capget, &header, data) &&
	       data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

/* Does a line that is no comment name the char devices? */
static bool file_has_rule(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = line[strspn(line, " \t")] != '#' && strstr(line, "ublkc");
	fclose(file);
	return found;
}

static bool dir_find_rule(const char *name, char *path, size_t room)
{
	DIR *dir = opendir(name);
	struct dirent *entry;
	bool found = false;
	const char *dot;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		dot = strrchr(entry->d_name, '.');
		if (!dot || strcmp(dot, ".rules") ||
		    snprintf(path, room, "%s/%s", name, entry->d_name) >= (int)room)
			continue;
		found = file_has_rule(path);
	}
	closedir(dir);
	return found;
}

bool sim_access_find_rule(const char *const *dirs, char *path, size_t room)
{
	for (; *dirs; dirs++)
		if (dir_find_rule(*dirs, path, room))
			return true;
	path[0] = 0;
	return false;
}

void sim_access_look(struct sim_access *access)
{
	struct stat st;

	access->control = !stat(SIM_ACCESS_CONTROL, &st) && (st.st_mode & 0006) == 0006;
	access->udev = !faccessat(AT_FDCWD, UDEV_CONTROL, F_OK, 0);
	sim_access_find_rule(rule_dirs, access->rule, sizeof(access->rule));
}

const char *sim_access_lacks(const struct sim_access *access)
{
	if (!access->udev)
		return "no udev runs here to give them their nodes; start systemd-udevd";
	if (!access->rule[0])
		return "no udev rule gives them their nodes; install 59-ublk-sim.rules to /etc/udev/rules.d and run 'udevadm control --reload'";
	if (!access->control)
		return SIM_ACCESS_CONTROL " is not open to them; run 'chmod 0666 " SIM_ACCESS_CONTROL "'";
	return NULL;
}
