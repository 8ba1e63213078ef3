/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command lines of several commands have in common: a lone --json, one device, or no argument at all.
 */
#ifndef UBLK_SIM_CMD_PARSE_H
#define UBLK_SIM_CMD_PARSE_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * cmd_parse_json - read a command line that may have --json and nothing else
 * @argc: number of words, the command's name included
 * @argv: the words
 * @schema: of the object that --json prints, for --help
 * @doc: argp's: what the command does, and examples behind a vertical tab
 * @json: set to whether --json was given
 *
 * What is wrong ends the program with SIM_EXIT_USAGE, --help with 0.
 *
 * Return: 0, or argp's errno when memory is short.
 */
int cmd_parse_json(int argc, char **argv, const char *schema, const char *doc, bool *json);

/**
 * cmd_parse_none - an argp parser's default for a command that takes options only
 * @key: the parser's
 * @arg: the parser's
 * @state: the parser's
 *
 * An argument ends the program with SIM_EXIT_USAGE.
 *
 * Return: ARGP_ERR_UNKNOWN for what is no argument.
 */
error_t cmd_parse_none(int key, char *arg, struct argp_state *state);

/**
 * cmd_parse_device - an argp parser's default for a command that takes exactly one device
 * @key: the parser's
 * @arg: the parser's
 * @state: the parser's
 * @node: NULL at first; set to the device as typed
 *
 * None at all, or one more, ends the program with SIM_EXIT_USAGE.
 *
 * Return: 0, or ARGP_ERR_UNKNOWN for what is no argument.
 */
error_t cmd_parse_device(int key, char *arg, struct argp_state *state, const char **node);

#endif
