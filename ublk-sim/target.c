// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of targets; see target.h.
 */
#include "target.h"

#include <string.h>

static const struct sim_target_ops *const targets[] = {
	&sim_target_file,
	&sim_target_null,
	&sim_target_ram,
};

const struct sim_target_ops *sim_target_get(size_t index)
{
	return index < sizeof(targets) / sizeof(targets[0]) ? targets[index] : NULL;
}

const struct sim_target_ops *sim_target_find(const char *name)
{
	const struct sim_target_ops *ops;
	size_t i;

	for (i = 0; (ops = sim_target_get(i)); i++)
		if (!strcmp(ops->name, name))
			return ops;
	return NULL;
}

const char *sim_target_names(void)
{
	return "file, null or ram";
}
