// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The environment of a result.
 *
 * host.json, /proc and /sys -> this -> result.json -> gate. What the host knows (QEMU,
 * accelerator, CPU model, commit) comes in by a file; what the guest can see it looks up itself.
 */
#include "environment.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arms.h"
#include "load.h"
#include "module.h"
#include "sys.h"

static void put_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static void put_number(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void put_vulnerabilities(struct json_object *environment)
{
	static const char dir_path[] = "/sys/devices/system/cpu/vulnerabilities";
	struct json_object *all = json_object_new_object();
	struct dirent *entry;
	DIR *dir = opendir(dir_path);
	char value[256];

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    !sys_read(value, sizeof(value), "%s/%s", dir_path, entry->d_name))
			put_string(all, entry->d_name, value);
	if (dir)
		closedir(dir);
	json_object_object_add(environment, "vulnerabilities", all);
}

static void put_cpu_model(struct json_object *environment)
{
	char line[512], *value;
	FILE *file = fopen("/proc/cpuinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", 10) || !(value = strchr(line, ':')))
			continue;
		value[strcspn(value, "\n")] = '\0';
		put_string(environment, "cpu_name", value + 2);
		break;
	}
	if (file)
		fclose(file);
}

static void put_guest(struct json_object *environment)
{
	struct utsname uts;
	char text[2048];

	uname(&uts);
	put_string(environment, "kernel", uts.release);
	put_string(environment, "kernel_build", uts.version);
	if (!sys_read(text, sizeof(text), "/proc/cmdline"))
		put_string(environment, "cmdline", text);
	put_vulnerabilities(environment);
	put_cpu_model(environment);
	put_number(environment, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	put_number(environment, "memory_mib",
		   sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) / 1024) / 1024);
	if (!sys_read(text, sizeof(text),
		      "/sys/devices/system/clocksource/clocksource0/current_clocksource"))
		put_string(environment, "clocksource", text);
}

static void put_clock(struct json_object *environment, const struct bench_clock *clock)
{
	struct json_object *o = json_object_new_object();
	char text[32];

	put_string(o, "unit", bench_clock_unit(clock));
	put_string(o, "source", clock->instructions ? "rdtsc" : "CLOCK_MONOTONIC_RAW");
	put_string(o, "proof", clock->detail);
	snprintf(text, sizeof(text), "%.4f", clock->ticks_per_us);
	json_object_object_add(o, "tsc_ticks_per_us",
			       json_object_new_double_s(clock->ticks_per_us, text));
	put_number(o, "read_cost", (int64_t)clock->read_cost);
	json_object_object_add(environment, "clock", o);
}

static void put_loader(struct json_object *environment, const struct bench_run *run)
{
	struct json_object *o = json_object_new_object();

	put_string(o, "engine", "io_uring, O_DIRECT, registered buffers and file, DEFER_TASKRUN");
	put_number(o, "block_bytes", BENCH_BLOCK_BYTES);
	put_number(o, "window", BENCH_WINDOW);
	put_number(o, "ios", (int64_t)run->nr_ios);
	put_number(o, "warmup", (int64_t)run->nr_warmup);
	put_number(o, "repetitions", run->nr_reps);
	put_number(o, "seed", (int64_t)run->seed);
	json_object_object_add(environment, "loader", o);
}

/* Everything the host says is taken over; the gate knows which of it must be equal. */
static int put_host(struct json_object *environment, const struct bench_run *run)
{
	struct json_object *host, *clock;
	int err = 0;

	if (access(BENCH_HOST_FACTS, R_OK)) {
		put_string(environment, "host", "unknown: " BENCH_HOST_FACTS " is missing");
		return 0;
	}
	host = json_object_from_file(BENCH_HOST_FACTS);
	if (!host) {
		bench_error("%s: it is not JSON; run bench through ./x", BENCH_HOST_FACTS);
		return -EINVAL;
	}
	json_object_object_foreach(host, key, value)
		if (strcmp(key, "clock") && strcmp(key, "schema"))
			json_object_object_add(environment, key, json_object_get(value));
	if (json_object_object_get_ex(host, "clock", &clock) &&
	    !strcmp(json_object_get_string(clock), "instructions") && !run->clock.instructions) {
		bench_error("clock: the host promised one tick per instruction, but %s; "
			    "run under -icount shift=0,sleep=off with one CPU", run->clock.detail);
		err = -EINVAL;
	}
	json_object_put(host);
	return err;
}

int bench_environment_fill(struct json_object *environment, const struct bench_run *run)
{
	int err = put_host(environment, run);

	put_guest(environment);
	put_clock(environment, &run->clock);
	put_loader(environment, run);
	json_object_object_add(environment, "devices", json_object_new_object());
	return err;
}

void bench_environment_disk(struct json_object *environment, const struct bench_disk *disk)
{
	struct json_object *devices;

	if (json_object_object_get_ex(environment, "devices", &devices))
		json_object_object_add(devices, disk->label, bench_disk_config(disk));
}

void bench_environment_arm(struct json_object *environment, int arm)
{
	struct json_object *module;
	char id[96];

	if (!bench_arm_needs_module((enum bench_arm)arm))
		return;
	bench_module_id(id, sizeof(id));
	module = json_object_new_object();
	put_string(module, "name", "blki");
	put_string(module, "srcversion", id);
	json_object_object_add(environment, "module", module);
}
