/* SPDX-License-Identifier: Apache-2.0 */
/* The limits, CPUs and share of them that systemd gives redpanda.service: what the unit and its
 * drop-ins say, else the defaults of system.conf. What systemd cannot read it ignores, so the
 * assignment before it counts; that goes for an empty value, too (src/shared/conf-parser.c,
 * config_parse_rlimit()). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/gap.h"
#include "facts/unit.h"

#define BLANKS " \t\r\n"

/* Numbers ------------------------------------------------------------------------------------- */

/* 0x10, 010, 0b10 and 0o10 are no mistakes (src/basic/parse-util.c, safe_atou64(), mangle_base()).
 */
static bool read_count(const char *text, uint64_t *ret)
{
	char *end;
	int base;

	text += strspn(text, BLANKS);
	base = text_starts(text, "0b") || text_starts(text, "0B")   ? 2
	       : text_starts(text, "0o") || text_starts(text, "0O") ? 8
								    : 0;
	if (base)
		text += strlen("0b");
	errno = 0;
	*ret = strtoull(text, &end, base);
	return *text != '-' && end != text && !*end && !errno;
}

/* What follows the point, as a part of 1. */
static double read_fraction(char **at)
{
	double fraction = 0, weight = 1;

	for (++*at; **at >= '0' && **at <= '9'; ++*at) {
		weight /= 10;
		fraction += weight * (**at - '0');
	}
	return fraction;
}

/* "1.5G", "1G 512M": each unit once, the larger first (src/basic/parse-util.c, parse_size()). */
static bool read_size(const char *text, uint64_t *ret)
{
	static const char units[] = "EPTGMKB";
	const char *unit = units;
	uint64_t sum = 0;

	do {
		uint64_t number, factor, part;
		double fraction = 0;
		const char *found;
		char *end;

		text += strspn(text, BLANKS);
		errno = 0;
		number = strtoull(text, &end, 10);
		if (*text == '-' || end == text || errno)
			return false;
		if (*end == '.')
			fraction = read_fraction(&end);
		end += strspn(end, BLANKS);
		found = *end ? strchr(unit, *end) : "";
		if (!found)
			return false;
		factor = *found && *found != 'B' ? 1ULL << 10 * (units + 6 - found) : 1;
		if (number >= UINT64_MAX / factor)
			return false;
		part = number * factor + (uint64_t)(fraction * (double)factor);
		if (part > (uint64_t)INT64_MAX - sum)
			return false;
		sum += part;
		text = *found ? end + 1 : end;
		unit = *found ? found + 1 : "";
	} while (*text);
	*ret = sum;
	return true;
}

typedef bool reader(const char *text, uint64_t *ret);

/* UINT64_MAX: infinity. */
static bool read_one(reader *read, const char *text, uint64_t *ret)
{
	if (text_equal(text, "infinity")) {
		*ret = UINT64_MAX;
		return true;
	}
	return read(text, ret) && *ret != UINT64_MAX;
}

static const char *number_text(struct arena *arena, uint64_t number)
{
	return number == UINT64_MAX ? "infinity" : arena_printf(arena, "%" PRIu64, number);
}

/* "65536" or "soft:hard", written as systemd writes it; NULL: systemd cannot read it. */
static const char *limit_text(struct arena *arena, reader *read, const char *value)
{
	names parts = text_split(arena, value, ':');
	uint64_t soft, hard;

	if (parts.count > 2 || !read_one(read, parts.at[0], &soft))
		return NULL;
	hard = soft;
	if (parts.count == 2 && !read_one(read, parts.at[1], &hard))
		return NULL;
	if (soft > hard)
		return NULL;
	if (soft == hard)
		return number_text(arena, soft);
	return arena_printf(arena, "%s:%s", number_text(arena, soft), number_text(arena, hard));
}

/* Files --------------------------------------------------------------------------------------- */

static void take(struct arena *arena, const unit_lines *lines, const char *key, reader *read,
		 struct unit_limit *limit)
{
	vec_for_each (line, lines) {
		const char *text;

		if (!text_equal(line->key, key))
			continue;
		text = limit_text(arena, read, line->value);
		if (text)
			*limit = (struct unit_limit){.text = text, .where = line->path};
		else
			limit->ignored = arena_printf(arena, "%s:%u: %s=%s", line->path, line->line,
						      key, line->value);
	}
}

/* Of systemd itself: what holds where the unit does not say. */
struct defaults {
	unit_lines lines;
	names gaps;
};

/* key: "LimitNOFILE". */
static struct unit_limit limit_of(struct arena *arena, const struct unit *unit,
				  const struct defaults *defaults, const char *key, reader *read)
{
	struct unit_limit own = {0}, limit = {0};

	take(arena, &unit->lines, key, read, &own);
	limit.gap = gap_words(arena, &unit->gaps);
	if (!limit.gap && !own.text)
		limit.gap = gap_words(arena, &defaults->gaps);
	if (limit.gap)
		return limit;
	take(arena, &defaults->lines, arena_printf(arena, "Default%s", key), read, &limit);
	take(arena, &unit->lines, key, read, &limit);
	return limit;
}

/* CPUs ---------------------------------------------------------------------------------------- */

/* "0-3 8,9"; systemd ignores an assignment that is no list, and "numa" is none of CPUs. */
static void add_cpus(struct arena *arena, const char *value, struct cpuset *to)
{
	char *text = arena_strdup(arena, value);
	struct cpuset set = {0};
	names words;

	for (char *at = text; *at; at++)
		*at = *at == ',' ? ' ' : *at;
	words = text_words(arena, text);
	vec_for_each (word, &words) {
		struct cpuset part;

		if (cpuset_parse_list(arena, *word, &part) < 0)
			return;
		set = cpuset_or(arena, &set, &part);
	}
	*to = cpuset_or(arena, to, &set);
}

/* Lists add up, and an empty one takes the earlier ones back (systemd.exec(5), CPUAffinity=;
 * systemd.resource-control(5), AllowedCPUs=). Our own drop-in is no bound of the next placement. */
static struct cpuset cpus_of(struct arena *arena, const struct unit *unit, const char *key)
{
	struct cpuset cpus = {0};

	vec_for_each (line, &unit->lines) {
		if (!text_equal(line->key, key) || text_equal(line->path, OWN_DROP_IN))
			continue;
		if (*line->value)
			add_cpus(arena, line->value, &cpus);
		else
			cpus = (struct cpuset){0};
	}
	return cpus;
}

static struct cpuset unit_cpus(struct arena *arena, const struct unit *unit)
{
	struct cpuset affinity = cpus_of(arena, unit, "CPUAffinity");
	struct cpuset allowed = cpus_of(arena, unit, "AllowedCPUs");

	if (cpuset_weight(&affinity) && cpuset_weight(&allowed))
		return cpuset_and(arena, &affinity, &allowed);
	return cpuset_weight(&affinity) ? affinity : allowed;
}

/* "150%", "12.5%"; 1000 and 10000 parts of a CPU have signs of their own, and 0 is none
 * (src/core/load-fragment.c, config_parse_cpu_quota()). */
static bool is_quota(const char *text)
{
	static const char *const signs[] = {"%", "\xe2\x80\xb0", "\xe2\x80\xb1"};
	size_t digits = strspn(text, "0123456789"), parts = 0;
	bool is_positive = strspn(text, "0.") < strspn(text, "0123456789.");
	const char *sign = text + digits;

	if (*sign == '.') {
		parts = strspn(sign + 1, "0123456789");
		sign += 1 + parts;
		if (!parts || parts > 2)
			return false;
	}
	for (size_t i = 0; digits && i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (text_equal(sign, signs[i]))
			return is_positive && parts <= 2 - i;
	}
	return false;
}

/* An empty one takes the earlier ones back. */
static struct unit_limit unit_quota(struct arena *arena, const struct unit *unit)
{
	struct unit_limit quota = {.gap = gap_words(arena, &unit->gaps)};

	if (quota.gap)
		return quota;

	vec_for_each (line, &unit->lines) {
		if (!text_equal(line->key, "CPUQuota"))
			continue;
		if (!*line->value)
			quota = (struct unit_limit){0};
		else if (is_quota(line->value))
			quota = (struct unit_limit){.text = line->value, .where = line->path};
	}
	return quota;
}

void facts_limits(struct root *root, struct arena *arena, struct facts *facts)
{
	struct limits *limits = &facts->limits;
	struct unit unit = unit_read(root, arena, "redpanda.service");
	struct defaults defaults = {0};

	if (!unit.path || unit.is_masked)
		return;
	limits->unit = unit.path;
	if (unit.gaps.count)
		limits->cpus_problem =
		    arena_printf(arena, "it is not known which CPUs redpanda.service may use: %s",
				 gap_words(arena, &unit.gaps));
	else
		limits->cpus = unit_cpus(arena, &unit);
	limits->quota = unit_quota(arena, &unit);
	defaults.lines = unit_settings(root, arena, "system.conf", "Manager", &defaults.gaps);
	limits->nofile = limit_of(arena, &unit, &defaults, "LimitNOFILE", read_count);
	limits->memlock = limit_of(arena, &unit, &defaults, "LimitMEMLOCK", read_size);
}
