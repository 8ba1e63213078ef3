/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handle behind <blki.h> and the sentence it carries.
 *
 * Private to tools/: control.c, devref.c, loop.c and dm.c share it, the unit tests build one by
 * hand to point it at a made-up sysfs. It owns the rule that every failure leaves exactly one
 * sentence: the last blki_fail() wins, blki_begin() at each public entry clears the one before.
 */
#ifndef BLKI_HANDLE_H
#define BLKI_HANDLE_H

#include "blki.h"

/** BLKI_SENTENCE_BYTES - room for a kernel sentence (BLKI_MSG_MAX) with two paths around it */
#define BLKI_SENTENCE_BYTES	1024

/**
 * struct blki - a connection to the module
 * @fd: the control device, or -1 when the module could not be reached
 * @sysfs: where sysfs is mounted, never NULL
 * @sentence: the last failure, "" if there was none
 */
struct blki {
	int fd;
	const char *sysfs;
	char sentence[BLKI_SENTENCE_BYTES];
};

/** blki_begin - forget the sentence of the call before */
void blki_begin(struct blki *h);

/**
 * blki_fail - leave a sentence and an error
 * @h: a handle
 * @err: errno value, positive
 * @fmt: the sentence: object, cause, remedy; no newline
 *
 * Return: -@err, so that callers can return it.
 */
int blki_fail(struct blki *h, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * blki_need_module - refuse with a remedy when the module is not there
 * @h: a handle
 *
 * Return: 0, or -ENOENT with the sentence set.
 */
int blki_need_module(struct blki *h);

#endif /* BLKI_HANDLE_H */
