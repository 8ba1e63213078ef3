/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The word noexcl on a line of any target: which of its devices become aliases.
 *
 * table.c takes the word off -> dm.c -> [this] -> alias.c. The rule, for every target but linear:
 *
 *   A device is a word that is the path of a block device or MAJOR:MINOR. Those that somebody holds for
 *   himself, that have an interposer or that have an alias already are replaced by their aliases, which are
 *   made when they are missing. When there is none such, those that device-mapper holds are (a table could
 *   share them, but would stand above the hook); when there is none of these either, all are. Of snapshot and
 *   snapshot-merge the COW device is never replaced: two snapshots that are handed over must name the same.
 *   An alias stays what it is.
 *
 * "linear DEV OFFSET noexcl" becomes "blki-linear DEV OFFSET" instead (table.c): it needs no alias. The rewriting
 * is pure; what it has to know about devices it asks struct noexcl_host.
 */
#ifndef BLKI_NOEXCL_H
#define BLKI_NOEXCL_H

#include <stdbool.h>
#include <sys/types.h>

#include "tools/libblki/alias.h"
#include "tools/libblki/handle.h"

/**
 * enum noexcl_use - how urgently a device needs its alias; the highest of a line decides
 * @NOEXCL_ALIAS: not at all, it is an alias
 * @NOEXCL_FREE: nobody is in the way
 * @NOEXCL_SHARED: device-mapper holds it
 * @NOEXCL_HELD: somebody holds it who shares with nobody, or it has an interposer or an alias
 */
enum noexcl_use {
	NOEXCL_ALIAS,
	NOEXCL_FREE,
	NOEXCL_SHARED,
	NOEXCL_HELD,
};

/**
 * struct noexcl_host - what the rewriting asks
 * @find: is @word a block device? Return: 0 with its number, or -errno when it is none
 * @use: who uses it. Return: enum noexcl_use
 * @alias: make its alias. Return: 0 with its number, or -errno, which ends the rewriting
 * @user: first argument of all three
 */
struct noexcl_host {
	int (*find)(void *user, const char *word, dev_t *dev);
	enum noexcl_use (*use)(void *user, dev_t dev);
	int (*alias)(void *user, dev_t dev, const char *word, dev_t *alias);
	void *user;
};

/**
 * noexcl_rewrite - replace devices of a line by their aliases
 * @target: name of the target
 * @params: its arguments, without the word noexcl
 * @host: what to ask
 * @rewritten: out: the arguments, to be freed with free(3)
 *
 * Return: 0; -ENODEV none of the words is a device; -ENOMEM; or of @host->alias.
 */
int noexcl_rewrite(const char *target, const char *params, const struct noexcl_host *host,
		   char **rewritten);

/**
 * noexcl_params - the same with the devices of this machine
 * @h: a handle, connected; its sentence is set on failure
 * @target: see noexcl_rewrite()
 * @params: see noexcl_rewrite()
 * @made: in and out: aliases that did not exist before are added, on failure too
 * @rewritten: out: see noexcl_rewrite()
 *
 * Return: as noexcl_rewrite(); -EBUSY snapshot-merge into a device that is in use.
 */
int noexcl_params(struct blki *h, const char *target, const char *params, struct alias_made *made,
		  char **rewritten);

#endif /* BLKI_NOEXCL_H */
