// SPDX-License-Identifier: GPL-2.0
/*
 * Start and end of the module.
 *
 * Every attached interposer and every blki-linear table pins the module, and so does an open control file,
 * so at the end there is nothing to detach; aliases that nobody has open are removed. What may still be looked
 * at afterwards is in shadow.c.
 */
#include <linux/module.h>

#include "blki.h"

static int __init blki_init(void)
{
	int r = blki_remap_init();

	if (r)
		return r;
	blki_hook_fast_init();
	if (BLKI_HAS_FTRACE_HOOK)
		blki_hook_ftrace_init();
	r = blki_filter_register(&blki_filter_null);
	if (r)
		goto err_remap;
	r = blki_linear_init();
	if (r)
		goto err_filter;
	r = blki_alias_init();
	if (r)
		goto err_linear;
	r = blki_ctl_init();
	if (r)
		goto err_alias;
	return 0;

err_alias:
	blki_alias_exit();
err_linear:
	blki_linear_exit();
err_filter:
	blki_filter_unregister(&blki_filter_null);
err_remap:
	blki_remap_exit();
	return r;
}

static void __exit blki_exit(void)
{
	blki_ctl_exit();
	blki_alias_exit();
	blki_linear_exit();
	blki_filter_unregister(&blki_filter_null);
	blki_remap_exit();
	blki_tasks_exit();
}

module_init(blki_init);
module_exit(blki_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Interposes on the bios of one live block device: remap and filter");
MODULE_VERSION("0.1");
MODULE_SOFTDEP("pre: dm-mod");
