// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the windows of a profile in the guest; see profile_guest.h. The
 * exact window comes first and perf only afterwards, in a run of its own,
 * because its interrupts would be counted.
 */
#include "profile_guest.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "arms.h"
#include "check.h"
#include "clock.h"
#include "device_peer.h"
#include "devices.h"
#include "environment.h"
#include "load.h"
#include "module.h"
#include "names.h"
#include "profile_meta.h"
#include "profile_sample.h"
#include "profile_save.h"
#include "quiet.h"
#include "result.h"
#include "stack.h"
#include "sys.h"
#include "verify.h"

#define STATUS_FAILED 1
#define STATUS_ENVIRONMENT 2

/* The kernel's own work after boot spoils the first seconds. */
#define SETTLE_MS 5000
/* The sampled run is longer: perf sees one instruction in 50,000. */
#define SAMPLED_FACTOR 4

struct profile_run {
	const struct profile_options *options;
	struct bench_clock clock;
	struct profile_meta meta;
};

static bool wanted(unsigned int mask, unsigned int bit)
{
	return mask & (1u << bit);
}

/* Run the load once. @mark 0: unmarked. @clock_insns: out, may be NULL. */
static int run_load(const struct profile_run *run, const struct bench_stack *stack,
		    struct bench_load_spec *spec, uint64_t *clock_insns)
{
	size_t nr_samples = bench_load_nr_samples(spec);
	double *samples = calloc(nr_samples, sizeof(*samples));
	double sum = 0;
	unsigned int nr_workers = 0;
	int err;

	if (!samples)
		return -ENOMEM;
	spec->clock = &run->clock;
	spec->target = stack->target;
	spec->extent_bytes = stack->disk->origin_bytes;
	spec->seed = run->options->seed;
	err = bench_load_run(spec, samples, &nr_workers);
	if (!err && nr_workers) {
		bench_error("%s: %u io_uring workers appeared; the profile would be theirs",
			    stack->target, nr_workers);
		err = -EIO;
	}
	/* Samples are whole counts by a power of two: the sum is exact. */
	for (size_t i = 0; i < nr_samples; i++)
		sum += samples[i] * bench_load_window(spec->load);
	if (clock_insns)
		*clock_insns = (uint64_t)sum;
	free(samples);
	return err;
}

/* Judge the counts of an arm's window. Return: 0, or -EIO with every failure printed. */
static int judge(const struct profile_run *run, const struct bench_proof *proof)
{
	struct bench_result result;
	int err = bench_result_init(&result, run->options->scenario, "instructions");

	if (err)
		return err;
	err = bench_proof_judge(proof, &result);
	for (size_t i = 0; i < result.nr_checks; i++) {
		if (result.checks[i].ok)
			continue;
		bench_error("%s: %s; the arm is not what it says", result.checks[i].name,
			    result.checks[i].detail);
		err = -EIO;
	}
	bench_result_free(&result);
	return err;
}

/* Run the marked load between two readings of all counts and run times. */
static int run_proved(struct profile_run *run, const struct bench_stack *stack,
		      struct bench_load_spec *spec, uint64_t *clock_insns)
{
	struct bench_proof proof = {
		.arm = stack->arm,
		.has_stat = stack->disk->has_stat,
		.has_server = stack->disk->ublk_sim,
		.issued = spec->nr_warmup + spec->nr_ios,
		.large = bench_load_io_bytes(spec->load) > BENCH_BLOCK_BYTES ?
				 spec->nr_warmup + spec->nr_ios : 0,
		.requests = (spec->nr_warmup + spec->nr_ios) *
			    bench_disk_requests(stack->disk, spec->load),
	};
	struct bench_quiet quiet_before = { 0 }, quiet_after = { 0 };
	struct bench_counts before, after;
	int err;

	snprintf(proof.device, sizeof(proof.device), "%s", stack->disk->label);
	err = bench_stack_count(stack, &before);
	if (!err)
		err = bench_quiet_take(&quiet_before);
	if (!err)
		err = run_load(run, stack, spec, clock_insns);
	if (!err)
		err = bench_quiet_take(&quiet_after);
	if (!err)
		err = bench_stack_count(stack, &after);
	if (!err) {
		proof.other_ns = bench_quiet_between(&quiet_before, &quiet_after,
						     stack->disk->server_pid, proof.busiest,
						     sizeof(proof.busiest));
		proof.elapsed_ns = quiet_after.at_ns - quiet_before.at_ns;
		bench_proof_add(&proof, &before, &after);
		err = judge(run, &proof);
	}
	bench_quiet_free(&quiet_before);
	bench_quiet_free(&quiet_after);
	return err;
}

/* The marked window, after a whole run of the same length that warms up. */
static int run_exact(struct profile_run *run, const struct bench_stack *stack,
		     struct profile_meta_window *window, enum bench_load load)
{
	const struct profile_options *options = run->options;
	struct bench_load_spec spec = {
		.load = load,
		.nr_warmup = options->nr_warmup,
		.nr_ios = options->nr_ios,
	};
	int err = run_load(run, stack, &spec, NULL);

	spec.mark = window->id;
	window->nr_ios = options->nr_ios;
	return err ? err : run_proved(run, stack, &spec, &window->clock_insns);
}

static int run_sampled(struct profile_run *run, const struct bench_stack *stack,
		       struct profile_meta_window *window, enum bench_load load)
{
	struct bench_load_spec spec = {
		.load = load,
		.nr_ios = run->options->nr_ios * SAMPLED_FACTOR,
	};
	struct profile_sample sample;
	char *path;
	int err;

	err = profile_out_path(run->options->out, PROFILE_PERF_FILE, window->id, &path);
	if (err)
		return err;
	err = profile_sample_begin(&sample);
	if (!err) {
		err = run_load(run, stack, &spec, NULL);
		if (err)
			profile_sample_abort(&sample);
		else
			err = profile_sample_end(&sample, path);
	}
	free(path);
	window->sampled = true;
	window->sampled_nr_ios = spec.nr_ios;
	return err;
}

static int run_window(struct profile_run *run, const struct bench_stack *stack,
		      enum bench_load load)
{
	struct profile_meta_window window = { .id = run->meta.nr_windows + 1 };
	int err;

	snprintf(window.device, sizeof(window.device), "%s", stack->disk->label);
	snprintf(window.load, sizeof(window.load), "%s", bench_loads.names[load].name);
	snprintf(window.arm, sizeof(window.arm), "%s", bench_arms.names[stack->arm].name);
	bench_progress("%s, %s, %s", window.device, window.load, window.arm);
	err = run_exact(run, stack, &window, load);
	if (!err)
		err = profile_save_symbols(run->options->out, window.id);
	if (!err)
		err = profile_save_spaces(run->options->out, window.id, stack->disk->server_pid);
	if (!err && run->options->sample)
		err = run_sampled(run, stack, &window, load);
	return err ? err : profile_meta_add(&run->meta, &window);
}

/* Remember which module was measured; the arms without one leave it as it is. */
static int note_module(struct profile_run *run)
{
	char id[128];

	bench_module_id(id, sizeof(id));
	if (!id[0])
		return 0;
	free(run->meta.module);
	run->meta.module = strdup(id);
	return run->meta.module ? 0 : -ENOMEM;
}

static int run_arm(struct profile_run *run, const struct bench_disk *disk, enum bench_arm arm)
{
	struct bench_stack stack;
	int err, down;

	err = bench_stack_up(&stack, arm, disk, run->options->module);
	if (err)
		return err;
	err = note_module(run);
	for (unsigned int load = 0; load < BENCH_NR_LOADS && !err; load++)
		if (wanted(run->options->loads, load))
			err = run_window(run, &stack, (enum bench_load)load);
	down = bench_stack_down(&stack);
	return err ? err : down;
}

static int run_device(struct profile_run *run, enum bench_device device)
{
	struct bench_disk_options disk_options = {
		.device = device,
		.ublk_sim = run->options->ublk_sim,
	};
	struct bench_disk disk;
	int err, down;

	if (device == BENCH_PEER_UBLKSRV && run->options->skip_absent_peer &&
	    !bench_peer_installed()) {
		bench_progress("peer-ublksrv: ublksrv is not installed, it is left out");
		return 0;
	}
	err = bench_disk_up(&disk, &disk_options);
	if (err)
		return err;
	if (disk.keeps_data)
		err = bench_prefill(&disk);
	for (unsigned int arm = 0; arm < BENCH_NR_ARMS && !err; arm++) {
		if (!wanted(run->options->arms, arm) ||
		    !bench_arm_applies((enum bench_arm)arm, device))
			continue;
		err = bench_signal() ? -EINTR : run_arm(run, &disk, (enum bench_arm)arm);
	}
	/* The next disk starts without our module. */
	down = bench_module_unload();
	err = err ? err : down;
	down = bench_disk_down(&disk);
	return err ? err : down;
}

/* Return: malloc'ed JSON text of the host's facts, "{}" without any; NULL without memory. */
static char *host_facts(void)
{
	struct json_object *json = json_object_from_file(BENCH_HOST_FACTS);
	char *text;

	text = strdup(json ? json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN) : "{}");
	json_object_put(json);
	return text;
}

static int note_environment(struct profile_run *run)
{
	char cmdline[2048];
	struct utsname name;
	int err = sys_read(cmdline, sizeof(cmdline), "/proc/cmdline");

	if (err || uname(&name))
		return err ? err : -errno;
	run->meta.scenario = strdup(run->options->scenario);
	run->meta.kernel = strdup(name.release);
	run->meta.cmdline = strdup(cmdline);
	run->meta.host = host_facts();
	run->meta.module = strdup("");
	run->meta.locks_counted = strstr(cmdline, "noreplace-smp");
	if (!run->meta.scenario || !run->meta.kernel || !run->meta.cmdline || !run->meta.host ||
	    !run->meta.module)
		return -ENOMEM;
	return 0;
}

/* Make the directory for the files, and settle. */
static int prepare(struct profile_run *run)
{
	const char *const dm[] = { "modprobe", "dm-mod", NULL };
	char *dir;
	int err;

	if (asprintf(&dir, "%s/profile", run->options->out) < 0)
		return -ENOMEM;
	err = mkdir(dir, 0777) && errno != EEXIST ? -errno : 0;
	if (err)
		bench_error("%s: cannot be made: %s; give another --out", dir, strerror(-err));
	free(dir);
	if (!err)
		err = note_environment(run);
	if (!err)
		err = profile_save_symbols(run->options->out, 0);
	if (!err)
		err = sys_run(NULL, 0, dm);
	if (!err)
		err = bench_module_unload();
	return err ? err : sys_sleep_ms(SETTLE_MS);
}

static int run_all(struct profile_run *run)
{
	char *path;
	int err = prepare(run);

	for (unsigned int device = 0; device < BENCH_NR_DEVICES && !err; device++)
		if (wanted(run->options->devices, device))
			err = run_device(run, (enum bench_device)device);
	if (err)
		return err;
	err = profile_out_path(run->options->out, PROFILE_META_FILE, 0, &path);
	if (err)
		return err;
	err = profile_meta_write(&run->meta, path);
	if (err)
		bench_error("%s: cannot be written: %s", path, strerror(-err));
	free(path);
	return err;
}

int profile_guest_run(const struct profile_options *options)
{
	struct profile_run run = { .options = options };
	int err;

	bench_signals_catch();
	bench_clock_find(&run.clock);
	if (!run.clock.instructions) {
		bench_error("the clock does not count instructions (%s); a profile needs a guest "
			    "with the instruction clock and the plugin: ./x bench profile",
			    run.clock.detail);
		return STATUS_ENVIRONMENT;
	}
	err = run_all(&run);
	profile_meta_free(&run.meta);
	return err ? STATUS_FAILED : 0;
}
