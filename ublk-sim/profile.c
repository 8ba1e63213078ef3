// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and judging a profile; see profile.h. The file → json-c → here (tables of keys, then what
 * the numbers must be to each other) → model.c.
 */
#include "profile.h"

#include "profile_json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE_SCHEMA		"ublk-sim-profile/1"
#define PROFILE_FILE_BYTES_MAX	(1u << 20)
/* Objects in objects: a profile has 3 levels. */
#define PROFILE_NESTING_MAX	8
/* SIM_SERVICE_NS_MAX as profiles write it. */
#define TIME_US_MAX		(SIM_SERVICE_NS_MAX / 1000)
/* 100 KB/s: the largest request, 512 KiB, then takes 5 s. */
#define SLOPE_NS_PER_KIB_MAX	10000000
/* 512 KiB in 8 s. */
#define BYTES_RATE_MIN		65536
/* 30 years: what a bucket may take to fill, so that its time fits into 64 bits. */
#define CREDIT_S_MAX		946080000ULL
/* 1 TB/s: no bucket's arithmetic comes near 64 bits. */
#define RATE_MAX		1000000000000ULL
/* A petabyte, or as many I/Os. */
#define CREDIT_MAX		1000000000000000ULL

#define FIELD(type_, key_, required_, min_, max_, struct_, member_) \
	{ key_, type_, required_, min_, max_, offsetof(struct_, member_) }
#define OTHER(key_, required_) { key_, PROFILE_OTHER, required_, 0, 0, 0 }

static const struct profile_field profile_fields[] = {
	OTHER("schema", true),
	OTHER("name", true),
	OTHER("summary", true),
	OTHER("sources", true),
	FIELD(PROFILE_U32, "lanes", true, 1, SIM_LANES_MAX, struct sim_profile, lanes),
	FIELD(PROFILE_U32, "stripe_bytes", false, 512, 1u << 30, struct sim_profile, stripe_bytes),
	OTHER("read", true),
	OTHER("write", true),
	OTHER("flush", true),
	OTHER("discard", false),
	OTHER("write_zeroes", false),
	OTHER("depth_scale", false),
	OTHER("program", false),
	OTHER("garbage_collection", false),
	OTHER("mechanics", false),
	OTHER("caps", false),
	{ 0 },
};

static const struct profile_field op_fields[] = {
	OTHER("quantiles_us", true),
	FIELD(PROFILE_U32, "base_bytes", false, 0, 1u << 30, struct sim_op_profile, base_bytes),
	FIELD(PROFILE_U32, "slope_ns_per_kib", false, 0, SLOPE_NS_PER_KIB_MAX,
	      struct sim_op_profile, slope_ns_per_kib),
	{ 0 },
};

static const struct profile_field program_fields[] = {
	FIELD(PROFILE_U64, "every_bytes", true, 512, 1ULL << 40, struct sim_profile, program_bytes),
	FIELD(PROFILE_US, "time_us", true, 1, TIME_US_MAX, struct sim_profile, program_ns),
	FIELD(PROFILE_US, "suspend_us", true, 0, TIME_US_MAX, struct sim_profile, suspend_ns),
	FIELD(PROFILE_U32, "buffered", true, 1, 65536, struct sim_profile, program_buffered),
	{ 0 },
};

static const struct profile_field gc_fields[] = {
	FIELD(PROFILE_U64, "every_bytes", true, 512, 1ULL << 40, struct sim_profile, gc_bytes),
	FIELD(PROFILE_US, "time_us", true, 1, TIME_US_MAX, struct sim_profile, gc_ns),
	{ 0 },
};

static const struct profile_field mechanics_fields[] = {
	FIELD(PROFILE_US, "seek_track_us", true, 0, TIME_US_MAX, struct sim_profile, seek_track_ns),
	FIELD(PROFILE_US, "seek_full_us", true, 1, TIME_US_MAX, struct sim_profile, seek_full_ns),
	FIELD(PROFILE_US, "rotation_us", true, 1, TIME_US_MAX, struct sim_profile, rotation_ns),
	{ 0 },
};

static const struct profile_field caps_fields[] = {
	OTHER("ios", false),
	OTHER("bytes", false),
	{ 0 },
};

static const struct profile_field ios_fields[] = {
	FIELD(PROFILE_U64, "rate_per_s", true, 1, RATE_MAX, struct sim_cap, rate_per_s),
	FIELD(PROFILE_U64, "burst_per_s", false, 1, RATE_MAX, struct sim_cap, burst_per_s),
	FIELD(PROFILE_U64, "credit", true, 0, CREDIT_MAX, struct sim_cap, credit),
	FIELD(PROFILE_U32, "unit_bytes", false, 512, 1u << 30, struct sim_cap, unit_bytes),
	{ 0 },
};

static const struct profile_field bytes_fields[] = {
	FIELD(PROFILE_U64, "rate_per_s", true, BYTES_RATE_MIN, RATE_MAX, struct sim_cap,
	      rate_per_s),
	FIELD(PROFILE_U64, "burst_per_s", false, 1, RATE_MAX, struct sim_cap, burst_per_s),
	FIELD(PROFILE_U64, "credit", true, 0, CREDIT_MAX, struct sim_cap, credit),
	{ 0 },
};

static const struct profile_field source_fields[] = {
	OTHER("figures", true),
	OTHER("source", true),
	{ 0 },
};

static const char *const op_keys[SIM_OP_COUNT] = {
	[SIM_OP_READ] = "read",
	[SIM_OP_WRITE] = "write",
	[SIM_OP_FLUSH] = "flush",
	[SIM_OP_DISCARD] = "discard",
	[SIM_OP_WRITE_ZEROES] = "write_zeroes",
};

/* Points of (percent, microseconds) that are a distribution. */
static int quantiles_judge(const char *path, double (*points)[2], int nr,
			   struct sim_quantiles *quantiles, struct sim_error *err)
{
	int i;

	if (nr < 2 || points[0][0] != 0 || points[nr - 1][0] != 100)
		return sim_error_set(err, -EINVAL,
				     "%s.quantiles_us does not go from 0 to 100 percent; give the shortest time at 0 and the longest at 100",
				     path);
	for (i = 0; i < nr; i++) {
		if (!(points[i][1] >= 0 && points[i][1] <= (double)TIME_US_MAX))
			return sim_error_set(err, -EINVAL,
					     "%s.quantiles_us: point %d takes %g µs; give 0 to %llu",
					     path, i + 1, points[i][1], TIME_US_MAX);
		quantiles->p[i] = points[i][0] / 100;
		quantiles->ns[i] = (uint64_t)llround(points[i][1] * 1000);
		/* Judged as stored: numbers too close to tell apart have become equal. */
		if (i && quantiles->p[i] <= quantiles->p[i - 1])
			return sim_error_set(err, -EINVAL,
					     "%s.quantiles_us: point %d is at %g percent, not above the %g before it; let percents rise",
					     path, i + 1, points[i][0], points[i - 1][0]);
		if (i && points[i][1] < points[i - 1][1])
			return sim_error_set(err, -EINVAL,
					     "%s.quantiles_us: point %d takes %g µs, less than the %g µs before it; a quantile never falls",
					     path, i + 1, points[i][1], points[i - 1][1]);
	}
	quantiles->nr = (uint32_t)nr;
	return 0;
}

static int op_read(const struct profile_object *top, enum sim_op op, struct sim_profile *profile,
		   struct sim_error *err)
{
	struct sim_op_profile *into = &profile->ops[op];
	double points[SIM_QUANTILES_MAX][2];
	struct profile_object object;
	int ret;

	ret = profile_object_get(top, op_keys[op], &object, err);
	if (ret)
		return ret;
	if (!object.json) {
		*into = profile->ops[op == SIM_OP_DISCARD ? SIM_OP_FLUSH : SIM_OP_DISCARD];
		return 0;
	}
	into->base_bytes = 4096;
	ret = profile_fields_read(&object, op_fields, into, err);
	if (ret)
		return ret;
	ret = profile_pairs_get(&object, "quantiles_us", SIM_QUANTILES_MAX, points, err);
	if (ret < 0)
		return ret;
	return quantiles_judge(op_keys[op], points, ret, &into->base, err);
}

static int depth_read(const struct profile_object *top, struct sim_profile *profile,
		      struct sim_error *err)
{
	double steps[SIM_DEPTHS_MAX][2];
	int nr = profile_pairs_get(top, "depth_scale", SIM_DEPTHS_MAX, steps, err);
	int i;

	if (nr < 0)
		return nr;
	for (i = 0; i < nr; i++) {
		const bool first_right = i || (steps[i][0] == 1 && steps[i][1] == 1);

		if (!first_right || steps[i][0] != floor(steps[i][0]) || steps[i][0] > 65536 ||
		    (i && steps[i][0] <= steps[i - 1][0]))
			return sim_error_set(err, -EINVAL,
					     "depth_scale: step %d is at depth %g, times %g; begin with [1, 1] and let whole depths rise to at most 65536",
					     i + 1, steps[i][0], steps[i][1]);
		if (!(steps[i][1] > 0 && steps[i][1] <= 100))
			return sim_error_set(err, -EINVAL,
					     "depth_scale: step %d has the factor %g; give one above 0 and at most 100",
					     i + 1, steps[i][1]);
		profile->depth[i] = (uint32_t)steps[i][0];
		profile->depth_scale[i] = steps[i][1];
	}
	profile->nr_depths = (uint32_t)nr;
	return 0;
}

static int cap_read(const struct profile_object *caps, const char *key,
		    const struct profile_field *fields, struct sim_cap *cap,
		    struct sim_error *err)
{
	struct profile_object object;
	int ret;

	ret = profile_object_get(caps, key, &object, err);
	if (ret || !object.json)
		return ret;
	ret = profile_fields_read(&object, fields, cap, err);
	if (!ret && cap->credit / CREDIT_S_MAX >= cap->rate_per_s)
		return sim_error_set(err, -EINVAL,
				     "%s.credit is %" PRIu64 ", which a rate of %" PRIu64 " a second takes more than 30 years to fill; give less",
				     object.path, cap->credit, cap->rate_per_s);
	if (!ret && cap->burst_per_s && cap->burst_per_s < cap->rate_per_s)
		return sim_error_set(err, -EINVAL,
				     "%s.burst_per_s is %" PRIu64 ", below the rate of %" PRIu64 "; give at least the rate",
				     object.path, cap->burst_per_s, cap->rate_per_s);
	return ret;
}

static int caps_read(const struct profile_object *top, struct sim_profile *profile,
		     struct sim_error *err)
{
	struct profile_object caps;
	int ret;

	ret = profile_object_get(top, "caps", &caps, err);
	if (ret || !caps.json)
		return ret;
	ret = profile_fields_read(&caps, caps_fields, NULL, err);
	if (!ret)
		ret = cap_read(&caps, "ios", ios_fields, &profile->ios, err);
	if (!ret)
		ret = cap_read(&caps, "bytes", bytes_fields, &profile->bytes, err);
	return ret;
}

/* Parts that are one object each, all of whose members are numbers. */
static int parts_read(const struct profile_object *top, struct sim_profile *profile,
		      struct sim_error *err)
{
	static const struct {
		const char *key;
		const struct profile_field *fields;
	} parts[] = {
		{ "program", program_fields },
		{ "garbage_collection", gc_fields },
		{ "mechanics", mechanics_fields },
	};
	struct profile_object object;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ret = profile_object_get(top, parts[i].key, &object, err);
		if (!ret && object.json)
			ret = profile_fields_read(&object, parts[i].fields, profile, err);
		if (ret)
			return ret;
	}
	if (profile->seek_track_ns > profile->seek_full_ns)
		return sim_error_set(err, -EINVAL,
				     "mechanics.seek_full_us is below seek_track_us; a longer way takes longer");
	return 0;
}

/* Each figure must say where it is from; nobody computes with that. */
static int sources_check(const struct profile_object *top, struct sim_error *err)
{
	struct json_object *json;
	char text[1024];
	size_t i;
	int ret = 0;

	if (!json_object_object_get_ex(top->json, "sources", &json) ||
	    !json_object_is_type(json, json_type_array) || !json_object_array_length(json))
		return sim_error_set(err, -EINVAL,
				     "sources is no list; write [{\"figures\": …, \"source\": …}, …]");
	for (i = 0; i < json_object_array_length(json) && !ret; i++) {
		struct profile_object source = { .json = json_object_array_get_idx(json, i) };

		snprintf(source.path, sizeof(source.path), "sources[%zu]", i);
		if (!json_object_is_type(source.json, json_type_object))
			return sim_error_set(err, -EINVAL,
					     "%s is no object; write {\"figures\": …, \"source\": …}",
					     source.path);
		ret = profile_fields_read(&source, source_fields, NULL, err);
		if (!ret)
			ret = profile_text_get(&source, "figures", text, sizeof(text), err);
		if (!ret)
			ret = profile_text_get(&source, "source", text, sizeof(text), err);
	}
	return ret;
}

static int names_read(const struct profile_object *top, struct sim_profile *profile,
		      struct sim_error *err)
{
	char schema[32];
	int ret;

	ret = profile_text_get(top, "schema", schema, sizeof(schema), err);
	if (!ret && strcmp(schema, PROFILE_SCHEMA))
		return sim_error_set(err, -EINVAL, "schema is '%s'; give '%s'", schema,
				     PROFILE_SCHEMA);
	if (!ret)
		ret = profile_text_get(top, "name", profile->name, sizeof(profile->name), err);
	if (!ret && profile->name[strspn(profile->name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return sim_error_set(err, -EINVAL,
				     "name is '%s'; give small letters, digits and dashes",
				     profile->name);
	if (!ret)
		ret = profile_text_get(top, "summary", profile->summary, sizeof(profile->summary),
				       err);
	return ret;
}

static int profile_read(struct json_object *json, struct sim_profile *profile,
			struct sim_error *err)
{
	const struct profile_object top = { .json = json };
	int op;
	int ret;

	memset(profile, 0, sizeof(*profile));
	profile->bytes.unit_bytes = 1;
	if (!json_object_is_type(json, json_type_object))
		return sim_error_set(err, -EINVAL, "a profile is an object; write {…}");
	ret = names_read(&top, profile, err);
	if (!ret)
		ret = profile_fields_read(&top, profile_fields, profile, err);
	for (op = 0; op < SIM_OP_COUNT && !ret; op++)
		ret = op_read(&top, (enum sim_op)op, profile, err);
	if (!ret)
		ret = depth_read(&top, profile, err);
	if (!ret)
		ret = parts_read(&top, profile, err);
	if (!ret)
		ret = caps_read(&top, profile, err);
	if (!ret)
		ret = sources_check(&top, err);
	return ret;
}

int sim_profile_parse(const char *text, size_t length, struct sim_profile *profile,
		      struct sim_error *err)
{
	struct json_tokener *tokener;
	struct json_object *json;
	enum json_tokener_error code;
	int ret;

	if (length > PROFILE_FILE_BYTES_MAX)
		return sim_error_set(err, -EINVAL, "%zu bytes are no profile; give at most %u",
				     length, PROFILE_FILE_BYTES_MAX);
	tokener = json_tokener_new_ex(PROFILE_NESTING_MAX);
	if (!tokener)
		return sim_error_set(err, -ENOMEM, "there is no memory to read it; close programs");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, text, (int)length);
	code = json_tokener_get_error(tokener);
	if (code == json_tokener_success)
		ret = profile_read(json, profile, err);
	else
		ret = sim_error_set(err, -EINVAL, "it is no JSON (%s at byte %zu); correct it",
				    code == json_tokener_continue ? "it ends too early" :
								    json_tokener_error_desc(code),
				    json_tokener_get_parse_end(tokener));
	json_object_put(json);
	json_tokener_free(tokener);
	return ret;
}

/* Read an open file and parse it; @cause is the sentence without the path. */
static int file_parse(FILE *file, char *text, struct sim_profile *profile, struct sim_error *cause)
{
	const size_t length = fread(text, 1, PROFILE_FILE_BYTES_MAX + 1, file);

	if (ferror(file))
		return sim_error_set(cause, -EIO, "it cannot be read; give a regular file");
	if (length > PROFILE_FILE_BYTES_MAX)
		return sim_error_set(cause, -EFBIG, "it is longer than %u bytes; give a profile",
				     PROFILE_FILE_BYTES_MAX);
	return sim_profile_parse(text, length, profile, cause);
}

int sim_profile_load(const char *path, struct sim_profile *profile, struct sim_error *err)
{
	struct sim_error cause = { "there is no memory to read it; close programs" };
	int ret = -ENOMEM;
	char *text;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return sim_error_set(err, -errno,
				     "profile %s cannot be opened: %s; give a profile's name or file",
				     path, strerror(errno));
	text = malloc(PROFILE_FILE_BYTES_MAX + 1);
	if (text)
		ret = file_parse(file, text, profile, &cause);
	free(text);
	fclose(file);
	return ret ? sim_error_set(err, ret, "profile %s: %.400s", path, cause.text) : 0;
}

uint64_t sim_quantiles_at(const struct sim_quantiles *quantiles, double p)
{
	uint32_t i = 1;
	double share;

	while (i < quantiles->nr - 1 && quantiles->p[i] < p)
		i++;
	share = (p - quantiles->p[i - 1]) / (quantiles->p[i] - quantiles->p[i - 1]);
	return quantiles->ns[i - 1] +
	       (uint64_t)(share * (double)(quantiles->ns[i] - quantiles->ns[i - 1]) + 0.5);
}

double sim_quantiles_share(const struct sim_quantiles *quantiles, double ns)
{
	uint32_t i = quantiles->nr - 1;
	double below_ns;
	double above_ns;

	if (ns >= (double)quantiles->ns[i])
		return 1;
	while (i && (double)quantiles->ns[i] > ns)
		i--;
	below_ns = (double)quantiles->ns[i];
	above_ns = (double)quantiles->ns[i + 1];
	if (ns < below_ns)
		return 0;
	return quantiles->p[i] + (ns - below_ns) / (above_ns - below_ns) *
					 (quantiles->p[i + 1] - quantiles->p[i]);
}

uint64_t sim_profile_floor_ns(const struct sim_profile *profile)
{
	const uint64_t read_ns = profile->ops[SIM_OP_READ].base.ns[0];
	const uint64_t write_ns = profile->ops[SIM_OP_WRITE].base.ns[0];

	return read_ns < write_ns ? read_ns : write_ns;
}
