// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The built-in profiles; see builtin.h. The assembler takes the files as they are, so there is
 * no second copy of them; CMakeLists.txt names them as what this file depends on.
 */
#include "builtin.h"

#include <errno.h>
#include <string.h>

/* The text of profiles/@file between two labels. */
#define PROFILE_TEXT(symbol, file)                                                             \
	__asm__(".pushsection .rodata\n"                                                       \
		".global sim_builtin_" #symbol "\n"                                            \
		".global sim_builtin_" #symbol "_end\n"                                        \
		"sim_builtin_" #symbol ":\n"                                                   \
		".incbin \"profiles/" file "\"\n"                                              \
		"sim_builtin_" #symbol "_end:\n"                                               \
		".popsection\n");                                                              \
	extern const char sim_builtin_##symbol[], sim_builtin_##symbol##_end[]

PROFILE_TEXT(cloud_volume, "cloud-volume.json");
PROFILE_TEXT(hdd_7200, "hdd-7200.json");
PROFILE_TEXT(nvme_tlc, "nvme-tlc.json");
PROFILE_TEXT(sata_ssd, "sata-ssd.json");

/**
 * struct builtin - a profile
 * @name: of its file, without the ending
 * @text: its first byte
 * @end: behind its last
 */
struct builtin {
	const char *name;
	const char *text;
	const char *end;
};

static const struct builtin builtins[] = {
	{ "cloud-volume", sim_builtin_cloud_volume, sim_builtin_cloud_volume_end },
	{ "hdd-7200", sim_builtin_hdd_7200, sim_builtin_hdd_7200_end },
	{ "nvme-tlc", sim_builtin_nvme_tlc, sim_builtin_nvme_tlc_end },
	{ "sata-ssd", sim_builtin_sata_ssd, sim_builtin_sata_ssd_end },
};

#define NR_BUILTINS	(sizeof(builtins) / sizeof(builtins[0]))

const char *sim_builtin_name(size_t index)
{
	return index < NR_BUILTINS ? builtins[index].name : NULL;
}

const char *sim_builtin_text(size_t index, size_t *length_bytes)
{
	if (index >= NR_BUILTINS)
		return NULL;
	*length_bytes = (size_t)(builtins[index].end - builtins[index].text);
	return builtins[index].text;
}

bool sim_builtin_is_path(const char *name)
{
	const char *dot = strrchr(name, '.');

	return strchr(name, '/') || (dot && !strcmp(dot, ".json"));
}

int sim_builtin_load(const char *name, struct sim_profile *profile, struct sim_error *err)
{
	const char *text;
	size_t length;
	size_t i;

	if (sim_builtin_is_path(name))
		return sim_profile_load(name, profile, err);
	for (i = 0; (text = sim_builtin_text(i, &length)); i++)
		if (!strcmp(name, sim_builtin_name(i)))
			return sim_profile_parse(text, length, profile, err);
	return sim_error_set(err, -ENOENT,
			     "profile '%s' does not exist; give cloud-volume, hdd-7200, nvme-tlc, sata-ssd or the path of a file",
			     name);
}
