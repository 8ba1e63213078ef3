// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters: attach one to a live block device, detach it.
 *
 * devref.c (which device) -> [this] -> control.c. Which filters exist only the kernel knows; here
 * a name is checked for its length alone.
 */
#include "blki.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/libblki/control.h"
#include "tools/libblki/devref.h"

int blki_filter_attach(struct blki *h, const char *origin, const char *filter,
		       const struct blki_opts *opts, uint64_t *id)
{
	struct blki_attach a = { .kind = BLKI_KIND_FILTER, .acceptor_fd = -1 };
	struct devref ref;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h);
	if (ret)
		return ret;
	if (!*filter || strlen(filter) >= sizeof(a.name))
		return blki_fail(h, EINVAL,
				 "filter \"%s\": a name has 1 to %zu bytes; give the name "
				 "of a registered filter, such as null",
				 filter, sizeof(a.name) - 1);
	strcpy(a.name, filter);
	a.origin_fd = devref_open_origin(h, origin, &ref);
	if (a.origin_fd < 0)
		return a.origin_fd;
	ret = control_attach(h, &a, opts, origin, id);
	close(a.origin_fd);
	return ret;
}

int blki_filter_detach(struct blki *h, const char *origin, const char *filter,
		       const struct blki_detach_opts *opts)
{
	const struct blki_entry *found;
	struct blki_entry *entries;
	struct devref ref;
	size_t nr;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h) ?: control_list(h, &entries, &nr);
	if (ret)
		return ret;
	ret = devref_resolve(h, origin, &ref);
	found = devref_find_filter(entries, nr, &ref, filter);
	if (found && (!ret || ret == -ENOENT))
		ret = control_detach(h, found->id, opts, origin);
	else if (!ret)
		ret = blki_fail(h, ENOENT,
				"%s: filter \"%s\" is not attached here; see blki status", origin,
				filter);
	free(entries);
	return ret;
}
