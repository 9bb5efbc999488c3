/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds who else sets what this plan sets: programs, files of sysctl.d(5), rules of udev(7), and
 * rpk in the container of Redpanda's chart. Nobody is in conflict with what is not planned, nor
 * with what he sets to the same value.
 */
#include "tuners/conflicts.h"

#include "base/sysctl_key.h"
#include "base/text.h"
#include "profile/redpanda.h"
#include "tuners/check.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

/* Values -------------------------------------------------------------------------------------- */

/* Element by element, as kind_resolve() does it: tcp_rmem and its like are lists. */
static bool is_within(struct arena *arena, enum rule rule, const char *have, const char *bound)
{
	names haves = text_words(arena, have), bounds = text_words(arena, bound);

	for (size_t i = 0; i < bounds.count && haves.count == bounds.count; i++) {
		uint64_t left, right;

		if (text_u64(haves.at[i], &left) < 0 || text_u64(bounds.at[i], &right) < 0)
			return false;
		if (rule == RULE_AT_LEAST ? left < right : left > right)
			return false;
	}
	return haves.count == bounds.count;
}

static bool satisfies(struct arena *arena, const struct wish *wish, const char *text)
{
	names words = text_words(arena, text);
	const char *folded = text_join(arena, &words, " ");

	if (!wish->operands.count)
		return true; /* no formula has an answer on this node */
	if (wish->rule == RULE_AT_LEAST || wish->rule == RULE_AT_MOST)
		return is_within(arena, wish->rule, folded, wish->operands.at[0]);
	vec_for_each (operand, &wish->operands) {
		if (text_equal(*operand, folded) || text_equal(*operand, text))
			return true;
	}
	return false;
}

/* Is it only wanted, since this node does not have it? */
static bool is_absent(const struct tuning *tuning, const struct wish *wish)
{
	return wish->path && text_in(wish->path, &tuning->request->absent);
}

/* Neither waived, nor switched off, nor of another network namespace, nor out of reach, nor
 * absent. */
static bool is_planned(const struct tuning *tuning, const struct setting *setting)
{
	if (setting->wish->waiver && !setting->wish->waiver->is_expired)
		return false;
	return (setting->state == STATE_PENDING || setting->state == STATE_MANUAL ||
		setting->state == STATE_FAILED) &&
	       !is_absent(tuning, setting->wish);
}

/* sysctl.d ------------------------------------------------------------------------------------ */

/* The assignment that counts for a key at the next boot: the one to the key itself, else the last
 * of the patterns, unless the key is exempt from them, else the last boot parameter. NULL: none. */
static const struct rival *assignment_of(const struct tuning *tuning, const char *key)
{
	const struct facts *facts = tuning->facts;
	const struct rival *pattern = NULL, *boot = NULL;

	vec_for_each (rival, &facts->rivals) {
		bool is_key = text_equal(rival->key, key);

		if (is_key && text_equal(rival->what, RIVAL_BOOT))
			boot = rival;
		if (!text_equal(rival->what, "sysctl.d"))
			continue;
		if (is_key)
			return rival;
		if (sysctl_key_is_pattern(rival->key) &&
		    sysctl_key_matches(tuning->plan->arena, rival->key, key))
			pattern = rival;
	}
	return pattern && !text_in(key, &facts->sysctl_exempt) ? pattern : boot;
}

/* A line of sysctl.d or a boot parameter; one with wildcards sets several keys. */
struct line {
	const struct rival *rival;
	names keys;
};

/* Sentences and who they are about. */
struct found {
	const struct tuning *tuning;
	names sentences, who;
	VEC(struct line) lines;
	const char *gap; /* why it is not known of a program what it leaves alone; NULL */
};

static void add(struct found *found, const char *who, const char *sentence)
{
	struct arena *arena = found->tuning->plan->arena;

	if (!text_in(who, &found->who))
		vec_push(arena, &found->who, who);
	vec_push(arena, &found->sentences, sentence);
}

static void look_for_assignment(struct found *found, const char *key, const struct wish *wish)
{
	struct arena *arena = found->tuning->plan->arena;
	const struct rival *rival = assignment_of(found->tuning, key);
	struct line *line = NULL;

	if (!rival || satisfies(arena, wish, rival->value))
		return;
	vec_for_each (one, &found->lines) {
		if (one->rival == rival)
			line = one;
	}
	if (!line) {
		vec_push(arena, &found->lines, (struct line){.rival = rival});
		line = &found->lines.at[found->lines.count - 1];
	}
	vec_push(arena, &line->keys, key);
}

static void tell_lines(struct found *found)
{
	struct arena *arena = found->tuning->plan->arena;

	vec_for_each (line, &found->lines) {
		const struct rival *rival = line->rival;

		add(found, rival->where,
		    arena_printf(
			arena, "%s sets %s = %s again %s%s", rival->where, rival->key, rival->value,
			text_starts(rival->where, "/run/") ? "when the sysctls are loaded anew"
							   : "at the next boot",
			text_in(rival->key, &line->keys)
			    ? ""
			    : arena_printf(arena, ", and with it %s",
					   text_join(arena, &line->keys, ", "))));
	}
}

/* The key of /proc/sys/net/core/somaxconn; NULL: another file. */
static const char *key_of(struct arena *arena, const char *path)
{
	static const char prefix[] = "/proc/sys/";

	return path && text_starts(path, prefix) ? sysctl_key(arena, path + strlen(prefix)) : NULL;
}

static void look_at_sysctl_d(struct found *found)
{
	const struct tuning *tuning = found->tuning;

	vec_for_each (entry, &tuning->profile->entries) {
		struct wish wish;

		if (text_equal(entry->section, "sysctl") && sysctl_wish(tuning, entry, &wish) &&
		    !wish.is_elsewhere && !wish_is_off(tuning, wish.rpk_key) &&
		    !is_absent(tuning, &wish))
			look_for_assignment(found, entry->key, &wish);
	}
	/* What other tuners set there. */
	vec_for_each (setting, &tuning->plan->settings) {
		const char *key = key_of(tuning->plan->arena, setting->wish->path);

		if (key && is_planned(tuning, setting) &&
		    !text_equal(setting->wish->tuner, "sysctl"))
			look_for_assignment(found, key, setting->wish);
	}
	tell_lines(found);
}

/* udev ---------------------------------------------------------------------------------------- */

/* A character against "x", "?" or a set such as "[0-9]" or "[!ab]"; *at moves past it. A set
 * without an end is none. */
static bool takes(const char **at, const char *end, char c)
{
	const char *set = *at + 1, *close;
	bool is_negated, found = false;

	if (**at != '[') {
		++*at;
		return set[-1] == '?' || set[-1] == c;
	}
	is_negated = set < end && (*set == '!' || *set == '^');
	set += is_negated;
	for (close = set + 1; close < end && *close != ']';)
		close++;
	if (close >= end)
		return false;
	for (; set < close; set++) {
		bool is_range = set + 2 < close && set[1] == '-';

		found |= is_range ? *set <= c && c <= set[2] : *set == c;
		set += is_range ? 2 : 0;
	}
	*at = close + 1;
	return found != is_negated;
}

/* A shell glob with sets, as udev has it; up to `end` of the pattern. */
static bool name_matches(const char *at, const char *end, const char *name)
{
	const char *star = NULL, *resume = NULL;

	while (*name) {
		if (at < end && *at == '*') {
			star = ++at;
			resume = name;
		} else if (at < end && takes(&at, end, *name)) {
			name++;
		} else if (star) {
			at = star;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (at < end && *at == '*')
		at++;
	return at == end;
}

/* "sd*|nvme*" */
static bool one_matches(const char *patterns, const char *name)
{
	for (;;) {
		size_t length = strcspn(patterns, "|");

		if (name_matches(patterns, patterns + length, name))
			return true;
		if (!patterns[length])
			return false;
		patterns += length + 1;
	}
}

static bool is_device(const struct facts *facts, const char *name)
{
	vec_for_each (disk, &facts->disks) {
		if (text_equal(disk->name, name))
			return true;
	}
	vec_for_each (nic, &facts->nics) {
		if (text_equal(nic->name, name))
			return true;
	}
	return false;
}

static bool is_for(const struct tuning *tuning, const struct device_match *match, const char *name)
{
	if (!is_device(tuning->facts, name))
		return false;
	vec_for_each (patterns, &match->names) {
		if (!one_matches(*patterns, name))
			return false;
	}
	vec_for_each (patterns, &match->others) {
		if (one_matches(*patterns, name))
			return false;
	}
	vec_for_each (disk, &tuning->facts->disks) {
		if (text_equal(disk->name, name) && match->rotational != TRI_UNKNOWN &&
		    disk->rotational != TRI_UNKNOWN && disk->rotational != match->rotational)
			return false;
	}
	return true;
}

/* Does the rule's attribute end in this path, for the device that it is of? A CPU's frequency is
 * that of its policy. */
static bool is_of_rule(const struct tuning *tuning, const struct rival *rule, const char *path)
{
	static const char frequency[] = "cpufreq/";
	struct arena *arena = tuning->plan->arena;
	const char *key = rule->key, *slash;
	char *device;

	if (text_starts(key, "proc/sys/"))
		return text_equal(path + 1, key);
	if (text_starts(key, frequency))
		return strstr(path, "/cpufreq/policy") &&
		       text_ends(path, arena_printf(arena, "/%s", key + strlen(frequency)));
	if (!text_ends(path, arena_printf(arena, "/%s", key)))
		return false;
	device = arena_strndup(arena, path, strlen(path) - strlen(key) - 1);
	slash = strrchr(device, '/');
	return is_for(tuning, &rule->match, slash ? slash + 1 : device);
}

static void look_at_rules(struct found *found)
{
	const struct tuning *tuning = found->tuning;
	struct arena *arena = tuning->plan->arena;

	vec_for_each (rule, &tuning->facts->rivals) {
		if (!text_equal(rule->what, "udev"))
			continue;
		vec_for_each (setting, &tuning->plan->settings) {
			const struct wish *wish = setting->wish;

			if (!wish->path || !is_planned(tuning, setting) ||
			    !is_of_rule(tuning, rule, wish->path) ||
			    satisfies(arena, wish, rule->value))
				continue;
			add(found, rule->where,
			    arena_printf(arena, "%s writes %s (%s) at each event of its device",
					 rule->where, rule->key, rule->value));
			break;
		}
	}
}

/* Programs ------------------------------------------------------------------------------------ */

/* What a program sets of ours. No row: it may set all, as TuneD. */
static const struct reach {
	const char *what;
	const char *tuners[4];
	const char *names; /* glob of settings; NULL: all of these tuners */
} reaches[] = {
    {.what = "auto-cpufreq", .tuners = {"governor"}},
    /* Buffers, tables and congestion control of the network alone (its docs, bpftune-*.rst). */
    {.what = "bpftune", .tuners = {"sysctl"}, .names = "net.*"},
    {.what = "cpufrequtils", .tuners = {"governor"}},
    {.what = "cpupower", .tuners = {"governor"}},
    {.what = "google_optimize_local_ssd", .tuners = {"disk-queue", "disk-irq"}},
    {.what = "google_set_multiqueue", .tuners = {"net-queues", "net-irq", "net-steering"}},
    /* It moves processes and their memory, and sets how khugepaged scans (numad.c). */
    {.what = "numad", .tuners = {"pinning", "irq-default", "hugepages"}},
    {.what = "power-profiles-daemon", .tuners = {"governor"}},
    {.what = "tlp", .tuners = {"governor", "disk-queue"}},
};

static bool is_in_reach(const struct reach *reach, const struct wish *wish)
{
	if (reach->names && !text_glob(reach->names, wish->name))
		return false;
	for (size_t i = 0; i < 4 && reach->tuners[i]; i++) {
		if (text_equal(reach->tuners[i], wish->tuner))
			return true;
	}
	return false;
}

/* An interrupt that irqbalance would move. */
static bool is_moved(const struct tuning *tuning, const struct wish *wish)
{
	static const char irq[] = "/proc/irq/";
	const char *number;
	uint64_t value;

	if (!wish->path || !text_starts(wish->path, irq) || wish->managed)
		return false;
	number = wish->path + strlen(irq);
	return text_u64(arena_strndup(tuning->plan->arena, number, strcspn(number, "/")), &value) ==
		   0 &&
	       !numbers_has(&tuning->facts->irqbalance.in_force, (unsigned)value);
}

static bool sets(const struct tuning *tuning, const struct rival *rival, const struct wish *wish)
{
	if (text_equal(rival->what, "irqbalance"))
		return is_moved(tuning, wish);
	if (text_equal(rival->what, "redpanda-tuner"))
		return wish->rpk_key;
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++) {
		if (text_equal(reaches[i].what, rival->what))
			return is_in_reach(&reaches[i], wish);
	}
	return true;
}

/* Its socket is not asked here: some old versions write past their buffer when they answer. */
static const char *unasked(const struct tuning *tuning, const struct rival *rival)
{
	return rival->active && tuning->facts->irqbalance.has_socket &&
		       text_equal(rival->what, "irqbalance")
		   ? "; what only its socket was told to leave alone is not known"
		   : "";
}

/* What irqbalance was told to leave alone may be all that is planned. */
static const char *gap_of(const struct tuning *tuning, const struct rival *rival)
{
	return text_equal(rival->what, "irqbalance") ? tuning->facts->irqbalance.gap : NULL;
}

static void look_at_programs(struct found *found)
{
	const struct tuning *tuning = found->tuning;
	struct arena *arena = tuning->plan->arena;

	vec_for_each (rival, &tuning->facts->rivals) {
		if (rival->key || (!rival->active && !rival->enabled))
			continue;
		vec_for_each (setting, &tuning->plan->settings) {
			if (!is_planned(tuning, setting) || !sets(tuning, rival, setting->wish))
				continue;
			if (gap_of(tuning, rival)) {
				found->gap = gap_of(tuning, rival);
				break;
			}
			add(found, rival->what,
			    arena_printf(arena,
					 rival->active
					     ? "%s runs (%s) and may write the same settings%s"
					     : "%s (%s) starts at boot and may write the same "
					       "settings%s",
					 rival->what, rival->where, unasked(tuning, rival)));
			break;
		}
	}
}

/* In a pod rpk.tune_* is for the containers of Redpanda's chart, which run rpk's tuners before the
 * broker: `tuning` in the values, and with apply_host_tuners on the node itself. */
static void look_at_chart(struct found *found)
{
	const struct tuning *tuning = found->tuning;
	struct arena *arena = tuning->plan->arena;

	if (!tuning->plan->ignores_switches || !tuning->request->redpanda)
		return;
	vec_for_each (key, &tuning->request->redpanda->on) {
		vec_for_each (setting, &tuning->plan->settings) {
			if (!is_planned(tuning, setting) ||
			    !text_equal(setting->wish->rpk_key, key->key))
				continue;
			add(found, "the chart's tuning",
			    arena_printf(arena,
					 "redpanda.yaml:%u says %s: true, so a container of the "
					 "chart (tuning.tune_aio_events, tuning.apply_host_tuners) "
					 "sets %s as well",
					 key->line, redpanda_key_name(arena, key),
					 setting->wish->name));
			break;
		}
	}
}

void check_conflicts(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	const struct facts *facts = tuning->facts;
	struct check *check = check_begin(tuning, "conflicts", "no other tool sets the same");
	struct found found = {.tuning = tuning};

	if (!check)
		return;
	look_at_programs(&found);
	look_at_sysctl_d(&found);
	look_at_rules(&found);
	look_at_chart(&found);
	if (found.who.count)
		check_end(check, CHECK_FAIL, text_join(arena, &found.who, ", "),
			  text_join(arena, &found.sentences, "; "));
	else if (!facts->sees_etc || !facts->sees_services)
		check_end(check, CHECK_SKIPPED, NULL,
			  facts->sees_etc
			      ? "the node's services are not visible below --root: bind its "
				"/run/systemd there, read-only"
			      : "the node's /etc is not visible below --root: bind it there, "
				"read-only");
	else if (found.gap)
		check_end(check, CHECK_UNKNOWN, NULL, found.gap);
	else if (facts->rival_gaps.count)
		check_end(check, CHECK_UNKNOWN, NULL, text_join(arena, &facts->rival_gaps, "; "));
	else
		check_end(check, CHECK_PASS, "nobody", NULL);
}
