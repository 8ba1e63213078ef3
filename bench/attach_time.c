// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long attach and detach take.
 *
 * cmd_run -> this -> hyperfine -> blki. The commands a user types are timed, their start
 * included; before every run the origin is put into the state that the command expects.
 */
#include "attach_time.h"

#include <blki.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "devices.h"
#include "module.h"
#include "sys.h"

#define DM_NAME "bench-noexcl"

/* An attach or detach under way takes some 250 ms. */
#define REMOVE_TRIES 50
#define REMOVE_INTERVAL_MS 100

static int run_hyperfine(const struct bench_disk *disk, const char *out_dir)
{
	char path[512], clean[64], attached[256], remapped[256];
	char attach[128], detach[128], start[128], stop[128];
	const char *const argv[] = {
		"hyperfine", "--shell=none", "--style=basic", "--warmup=2", "--runs=10",
		"--export-json", path,
		"--prepare", clean, attach, "--prepare", attached, detach,
		"--prepare", clean, start, "--prepare", remapped, stop, NULL,
	};

	snprintf(path, sizeof(path), "%s/%s", out_dir, BENCH_ATTACH_FILE);
	snprintf(clean, sizeof(clean), "blki detach --all");
	snprintf(attach, sizeof(attach), "blki filter attach null %s", disk->origin);
	snprintf(detach, sizeof(detach), "blki filter detach null %s", disk->origin);
	snprintf(start, sizeof(start), "blki remap start %s %s", DM_NAME, disk->origin);
	snprintf(stop, sizeof(stop), "blki remap stop %s", DM_NAME);
	snprintf(attached, sizeof(attached), "sh -c '%s && %s'", clean, attach);
	snprintf(remapped, sizeof(remapped), "sh -c '%s && %s'", clean, start);
	return sys_run(NULL, 0, argv);
}

/*
 * An interrupted hyperfine may leave its last command running: what that still attaches is detached
 * again, until the mapping is free.
 */
static int remove_mapping(struct blki *blki)
{
	const char *const clean[] = { "blki", "detach", "--all", NULL };
	int tries, err = 0;

	for (tries = 0; tries < REMOVE_TRIES; tries++) {
		err = sys_run(NULL, 0, clean);
		if (!err)
			err = blki_dm_remove(blki, DM_NAME);
		if (err != -EBUSY)
			break;
		sys_sleep_ms(REMOVE_INTERVAL_MS);
	}
	if (err)
		bench_error("%s: %s", DM_NAME, blki_message(blki));
	return err;
}

static int with_mapping(const struct bench_disk *disk, const char *out_dir)
{
	struct blki *blki = NULL;
	char table[160], node[64];
	int err, down;

	snprintf(table, sizeof(table), "0 %" PRIu64 " linear %s 0 noexcl",
		 disk->origin_bytes / 512, disk->origin);
	err = blki_open(&blki);
	if (!err)
		err = blki_dm_create(blki, DM_NAME, table, node, sizeof(node));
	if (err) {
		bench_error("%s: %s", DM_NAME, blki ? blki_message(blki) : strerror(-err));
		blki_close(blki);
		return err;
	}
	err = run_hyperfine(disk, out_dir);
	if (!err && bench_signal())
		err = -EINTR;
	down = remove_mapping(blki);
	blki_close(blki);
	return err ? err : down;
}

int bench_attach_time(const char *module, const char *out_dir)
{
	struct bench_disk_options options = { .device = BENCH_NULL_BLK };
	struct bench_disk disk;
	int err, down;

	bench_progress("attach and detach: timing with hyperfine");
	err = bench_disk_up(&disk, &options);
	if (err)
		return err;
	err = bench_module_load(module);
	if (!err)
		err = with_mapping(&disk, out_dir);
	down = bench_module_unload();
	err = err ? err : down;
	down = bench_disk_down(&disk);
	return err ? err : down;
}
