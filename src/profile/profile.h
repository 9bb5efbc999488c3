/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile says how the node should be. It is read from YAML, merged along `extends`, with the
 * overlays that apply to this node; nobody changes it afterwards. Every value knows the profile,
 * line and overlay it comes from. A mistake in any file of the chain is -EINVAL with
 * `file:line:column: message`.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/facts.h"

enum rule {
	RULE_LEAVE,    /* leave it alone: no setting is planned */
	RULE_AUTO,     /* the tuner computes it (docs/tuners.md) */
	RULE_EXACT,    /* operands.at[0] */
	RULE_AT_LEAST, /* operands.at[0] or "auto"; lists of numbers compare item by item */
	RULE_AT_MOST,
	RULE_ONE_OF,   /* any of them is right; else the first one that is offered is wanted */
	RULE_FIRST_OF, /* plain list: the first one that is offered is wanted */
};

enum severity { SEVERITY_ADVISED, SEVERITY_REQUIRED };

enum gate_mode { GATE_REQUIRED_ONLY, GATE_STRICT, GATE_REPORT };

/* One statement that had a part in a value. */
struct merge_step {
	const char *profile, *file; /* "site", "/etc/thintune/profiles/site.yaml" as in sources */
	unsigned line;
	const char *overlay; /* the condition of the overlay that it is in; NULL: in none */
	const char *value;   /* "1", "at-least 4096"; NULL: it states none */
	bool has_severity;   /* it states that one */
	enum severity severity;
	const struct merge_step *earlier; /* what it took the place of, or added to; NULL: first */
};
typedef VEC(const struct merge_step *) merge_steps;

/* The first one first. last: NULL: none. */
merge_steps merge_steps_of(struct arena *arena, const struct merge_step *last);

struct value {
	enum rule rule;
	names operands; /* canonical texts: sizes in bytes, times in microseconds, numbers decimal,
			 * lists of numbers joined by one blank */
	bool auto_operand; /* {at-least: auto} */
	enum severity severity;
	const char *why;    /* the profile's reason; NULL: the tuner's */
	const char *source; /* "site:12" or "site:40 (overlay cloud=azure), instead of 1 at
			     * redpanda:12, severity redpanda:8" */
	const struct merge_step *merged; /* the last one; NULL: not known, as of a test's value */
};

struct profile_entry {
	const char *section; /* "sysctl", "cpu", "memory", "disk", "storage", "irq", "net",
				"checks", "probe" */
	const char *key;     /* "vm.swappiness", "scheduler", "floors.fsync-p99" */
	struct value value;
	size_t
	    stated; /* of two entries the larger one was stated later, in a later layer or line */
	/* Section disk, in an overlay with such a condition: globs. The value is for disks that
	 * match one glob of each non-empty list. Both empty: for all disks. */
	names disk_models, disk_drivers;
};

/* An overlay of the chain, and what it came to. */
struct overlay_result {
	const char *profile; /* whose it is */
	unsigned line;
	const char *when; /* "cloud=azure, disk-model=MSFT*" */
	bool is_applied;
	const char *fact;  /* the key of `when` that decided: the first that does not hold, else
			    * the last */
	const char *value; /* what the node has of it; NULL unknown */
};

/* What an overlay states of one key, whether it applies to this node or not. */
struct overlay_said {
	const char *profile; /* whose it is */
	unsigned line;
	const char *when, *section, *key;
	struct value value;          /* without a source */
	bool has_rule, has_severity; /* else it leaves that as it is */
};

/* An exception that somebody has accepted until a day. */
struct waiver {
	const char *what;  /* as it is written there: "sysctl vm.swappiness", "check filesystem" */
	const char *scope; /* its first word: a tuner, or "check" */
	const char *glob;  /* the rest: a pattern of names of settings, or the check's id */
	const char *reason, *owner;
	const char *until;  /* "2027-01-31", a day of UTC, the last one on which it counts */
	int64_t last_day;   /* the same (base/day.h) */
	const char *source; /* "site:12" */
	/* Of `what` and of `until`, for messages: "/etc/.../site.yaml:12:40". */
	const char *where, *until_where;
	unsigned line;
};
typedef VEC(struct waiver) waiver_list;

/* No waiver may last longer from the day on which it is read; so many are in a chain at most. */
#define WAIVER_MOST_DAYS 400
#define WAIVERS_MOST     64

/* Something required that a profile (or an overlay) no longer requires; also a gate that keeps the
 * broker from less than the inherited one, which has the section and the key "gate". */
struct lowered {
	const char *section, *key;
	const char *required_by;         /* source of what required it */
	const char *profile;             /* who lowered it */
	unsigned line;                   /* there */
	const char *overlay;             /* the condition under which; NULL: always */
	const char *now;                 /* "leave", "advised"; of a gate its new name */
	names disk_models, disk_drivers; /* as of an entry */
};
typedef VEC(struct lowered) lowered_list;

struct profile {
	const char *name, *summary;
	const char *sha256; /* in hexadecimal, over the texts of the chain in order */
	names sources;      /* "thin-ledger (built in)", "/etc/thintune/profiles/x.yaml" */
	enum gate_mode gate;
	lowered_list lowered; /* what is not required again by a later layer; without facts also
			       * what an overlay would lower; of a pinned profile also what was
			       * lowered in the chain that it was made of */
	VEC(struct overlay_result)
	overlays; /* in the order in which they were merged; empty without facts */
	VEC(struct overlay_said) said; /* of all overlays, in the order in which they count */
	waiver_list waivers;           /* of the whole chain, those of the extended profile first */
	VEC(struct profile_entry)
	entries; /* sections in the schema's order; keys in natural order */
};

/* "required-only", as a profile has it. */
const char *profile_gate_name(enum gate_mode mode);

/* Where profiles of the site are. */
#define PROFILE_FILES_DIR "/etc/thintune/profiles"
/* It names a file, not a profile of the program or of that directory. */
bool profile_is_path(const char *name);
/* name_or_path: a path (it has a "/" or ends in ".yaml" or ".yml"), or a name that is looked for in
 * /etc/thintune/profiles, then among the built-in ones. facts: they decide which overlays apply;
 * NULL: none does, but all are checked. */
_must_check_ int profile_load(struct arena *arena, const char *name_or_path,
			      const struct facts *facts, struct profile *ret, struct err *err);

/* A built-in profile as it was built, whatever this machine has in /etc; no overlay applies. */
_must_check_ int profile_load_builtin(struct arena *arena, const char *name, struct profile *ret,
				      struct err *err);

/* The same from a text, which must not extend another profile; `where` names it in messages. */
_must_check_ int profile_load_text(struct arena *arena, const char *where, const char *text,
				   const struct facts *facts, struct profile *ret, struct err *err);

/* Whether the waiver ends soon enough, seen from today (DAY_UNKNOWN: it does); else -EINVAL. */
_must_check_ int waiver_check_day(struct arena *arena, const struct waiver *waiver, int64_t today,
				  struct err *err);

/* One mistake: `file:line:column: message`, and the line with a mark below the place; "": none. */
struct mistake {
	const char *text, *line, *mark;
};
typedef VEC(struct mistake) mistake_list;

/* All that is wrong with it, and what can only be told on a node. */
struct profile_sysctl {
	const char *key, *where; /* "vm.swappiness", "/etc/thintune/profiles/site.yaml:12" */
};
struct profile_check {
	struct profile profile;             /* if there is no mistake */
	mistake_list mistakes;              /* file by file */
	VEC(struct profile_sysctl) sysctls; /* each that is stated, overlays included */
};
/* today: for waivers, base/day.h. -EINVAL: there are mistakes. */
_must_check_ int profile_check(struct arena *arena, const char *name_or_path, int64_t today,
			       struct profile_check *ret);

/* Whether a built-in profile speaks of this kernel setting, so that its name is no slip. */
bool profile_names_sysctl(const char *key);

/* NULL: the profile does not mention it. In section disk: the value for all disks. */
const struct value *profile_get(const struct profile *profile, const char *section,
				const char *key);

/* Section disk, for one disk: the value of the last overlay that is for this disk, else the value
 * for all disks; NULL as above. */
const struct value *profile_get_disk(const struct profile *profile, const char *key,
				     const struct disk *disk);

/* The known profiles: the built-in ones and those in /etc/thintune/profiles. */
struct profile_name {
	const char *name, *summary, *where;
};
typedef VEC(struct profile_name) profile_names;
_must_check_ int profile_list(struct arena *arena, profile_names *ret, struct err *err);

/* Speaks of everything that the schema has a row for, for a record; the sysctl keys without a row
 * of their own are left out. steers: packets are steered where that is any use, which concerns
 * other files than to switch it off. */
struct profile profile_widest(struct arena *arena, bool steers);

/* The merged profile as YAML that profile_load accepts. has_sources: with `# source` after each
 * value. */
char *profile_yaml(struct arena *arena, const struct profile *profile, bool has_sources);

/* The profile with all that it inherits as one text, which profile_load takes for the same on every
 * node, whatever becomes of the profiles that it extends. -EINVAL: a mistake; -ENOTSUP: no one text
 * says the same. */
_must_check_ int profile_pin(struct arena *arena, const char *name_or_path, char **ret,
			     struct err *err);

/* JSON Schema (draft 2020-12) for editors, made from the schema table. */
char *profile_schema(struct arena *arena);

/* What the schema says about one key; for readers, tuners and documentation. */
struct schema_key {
	const char *section, *key; /* key "*" in sysctl: any key of the allowed form */
	enum value_type {
		TYPE_NUMBER,   /* unsigned */
		TYPE_NUMBERS,  /* one or more unsigned, e.g. tcp_rmem */
		TYPE_SYSCTL,   /* number, numbers or text */
		TYPE_CHOICE,   /* one word of `choices`, or any word when that is NULL */
		TYPE_SIZE,     /* bytes with unit */
		TYPE_DURATION, /* time with unit */
		TYPE_BOOL,
		TYPE_VERSION, /* "5.10" */
		TYPE_CPUS,    /* list of CPUs "0-3,8", not empty */
	} type;
	unsigned rules;      /* bit (1 << enum rule) for each rule it accepts; LEAVE always is */
	const char *choices; /* "write back|write through"; NULL: any word */
	uint64_t min, max;   /* of numbers, bytes, microseconds; max 0: no limit */
	uint64_t step;       /* sizes and durations are multiples of it; 0: any */
	bool may_auto;
	enum severity severity; /* if the profile states none */
	const char *help;
};
extern const struct schema_key profile_schema_keys[];
extern const size_t profile_schema_count;

#endif
