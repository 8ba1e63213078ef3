/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verb `bench profile`: where the instructions of an I/O go.
 *
 * In the guest it measures (profile_guest.h); on the host, with --reduce, it
 * joins what the guest and the TCG plugin left (profile_reduce.h).
 */
#ifndef BLKI_PROFILE_H
#define BLKI_PROFILE_H

/**
 * profile_main() - run the verb
 * @argc: number of arguments
 * @argv: the verb itself, then its options
 *
 * Return: exit status: 0; 1 something was not measured or a check failed; 2
 * usage or environment.
 */
int profile_main(int argc, char **argv);

/**
 * profile_check() - read the arguments of the verb and do nothing else
 * @argc: as for profile_main()
 * @argv: as for profile_main()
 *
 * Return: 0; wrong ones end the process with exit status 2 and a sentence.
 */
int profile_check(int argc, char **argv);

#endif
