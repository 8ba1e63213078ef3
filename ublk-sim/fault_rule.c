// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a fault rule, "KIND:KEY=VALUE,…"; see fault.h. Text from the command line, a script or
 * the configuration file → here → fault.c.
 */
#include "fault.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The longest value is two 64-bit numbers with a dash. */
#define VALUE_CHARS	48u

/* Which I/O a kind looks at when the rule does not say; 0: it may not say. */
static const struct {
	const char *name;
	uint32_t ops;
	bool ops_free;
} kinds[SIM_FAULT_KINDS] = {
	[SIM_FAULT_BAD] = { "bad", SIM_FAULT_READS, false },
	[SIM_FAULT_FLIP] = { "flip", SIM_FAULT_READS, true },
	[SIM_FAULT_LOST] = { "lost", SIM_FAULT_WRITES, false },
	[SIM_FAULT_MISDIRECT] = { "misdirect", SIM_FAULT_WRITES, false },
	[SIM_FAULT_TORN] = { "torn", SIM_FAULT_WRITES, false },
	[SIM_FAULT_HANG] = { "hang", SIM_FAULT_READS | SIM_FAULT_WRITES, true },
};

const char *sim_fault_kind_name(enum sim_fault_kind kind)
{
	return kinds[kind].name;
}

/* Digits, all of them; *@end is set behind. False when there are none or too many. */
static bool number_parse(const char *text, uint64_t *value, const char **end)
{
	char *stop;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &stop, 10);
	*end = stop;
	return !errno;
}

/* "N", "N-M" or "N-" (up to @open). */
static bool range_parse(const char *text, uint64_t open, uint64_t *first, uint64_t *last)
{
	const char *end;

	if (!number_parse(text, first, &end))
		return false;
	*last = *first;
	if (!*end)
		return true;
	if (*end++ != '-')
		return false;
	*last = open;
	if (!*end)
		return true;
	return number_parse(end, last, &end) && !*end && *last >= *first;
}

static int lba_set(struct sim_fault_rule *rule, const char *value, const char *text,
		   struct sim_error *err)
{
	if (!strcmp(value, "all"))
		return 0;
	if (!range_parse(value, UINT64_MAX, &rule->lba_first, &rule->lba_last))
		return sim_error_set(err, -EINVAL,
				     "fault rule '%s': lba=%s is no range of blocks; give N, N-M, N- or all",
				     text, value);
	return 0;
}

static int touch_set(struct sim_fault_rule *rule, const char *value, const char *text,
		     struct sim_error *err)
{
	uint64_t first;
	uint64_t last;

	if (!range_parse(value, SIM_FAULT_TOUCH_MAX, &first, &last) || !first ||
	    last > SIM_FAULT_TOUCH_MAX)
		return sim_error_set(err, -EINVAL,
				     "fault rule '%s': touch=%s is no range of touches; give N, N-M or N-, counted from 1",
				     text, value);
	rule->touch_first = (uint32_t)first;
	rule->touch_last = (uint32_t)last;
	return 0;
}

static int probability_set(struct sim_fault_rule *rule, const char *value, const char *text,
			   struct sim_error *err)
{
	char *end;
	const double p = strtod(value, &end);

	if (end == value || *end || !isfinite(p) || p <= 0 || p > 1)
		return sim_error_set(err, -EINVAL,
				     "fault rule '%s': p=%s is no probability; give a number above 0 and at most 1",
				     text, value);
	rule->probability = p;
	return 0;
}

static int ops_set(struct sim_fault_rule *rule, const char *value, const char *text,
		   struct sim_error *err)
{
	if (!kinds[rule->kind].ops_free)
		return sim_error_set(err, -EINVAL,
				     "fault rule '%s': %s is for %s only; leave op out", text,
				     kinds[rule->kind].name,
				     kinds[rule->kind].ops == SIM_FAULT_READS ? "reads" : "writes");
	if (!strcmp(value, "read"))
		rule->ops = SIM_FAULT_READS;
	else if (!strcmp(value, "write"))
		rule->ops = SIM_FAULT_WRITES;
	else if (!strcmp(value, "both"))
		rule->ops = SIM_FAULT_READS | SIM_FAULT_WRITES;
	else
		return sim_error_set(err, -EINVAL,
				     "fault rule '%s': op=%s does not exist; give read, write or both",
				     text, value);
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct sim_fault_rule *rule, const char *value, const char *text,
		   struct sim_error *err);
} keys[] = {
	{ "lba", lba_set },
	{ "touch", touch_set },
	{ "p", probability_set },
	{ "op", ops_set },
};

/* One "KEY=VALUE" of @length characters. */
static int setting_parse(struct sim_fault_rule *rule, const char *setting, size_t length,
			 const char *text, struct sim_error *err)
{
	char value[VALUE_CHARS];
	size_t name_length;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		name_length = strlen(keys[i].name);
		if (length <= name_length || strncmp(setting, keys[i].name, name_length) ||
		    setting[name_length] != '=')
			continue;
		length -= name_length + 1;
		if (length >= sizeof(value))
			break;
		memcpy(value, setting + name_length + 1, length);
		value[length] = '\0';
		return keys[i].set(rule, value, text, err);
	}
	return sim_error_set(err, -EINVAL,
			     "fault rule '%s': '%.*s' is no setting; give lba=, touch=, p= or op=",
			     text, (int)(length < VALUE_CHARS ? length : VALUE_CHARS), setting);
}

static int kind_find(const char *text, size_t length)
{
	int kind;

	for (kind = 0; kind < SIM_FAULT_KINDS; kind++)
		if (strlen(kinds[kind].name) == length && !strncmp(text, kinds[kind].name, length))
			return kind;
	return -EINVAL;
}

int sim_fault_rule_parse(const char *text, struct sim_fault_rule *rule, struct sim_error *err)
{
	struct sim_fault_rule parsed = {
		.lba_last = UINT64_MAX,
		.touch_first = 1,
		.touch_last = SIM_FAULT_TOUCH_MAX,
		.probability = 1,
	};
	const char *at = text + strcspn(text, ":");
	const int kind = kind_find(text, (size_t)(at - text));
	int ret;

	if (kind < 0)
		return sim_error_set(err, -EINVAL,
				     "fault rule '%s' names no kind of fault; begin with bad, flip, lost, misdirect, torn or hang",
				     text);
	parsed.kind = (enum sim_fault_kind)kind;
	parsed.ops = kinds[kind].ops;
	while (*at) {
		const char *setting = at + 1;
		const size_t length = strcspn(setting, ",");

		ret = setting_parse(&parsed, setting, length, text, err);
		if (ret)
			return ret;
		at = setting + length;
	}
	*rule = parsed;
	return 0;
}
