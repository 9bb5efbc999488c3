/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: settings and checks in stable order. build_plan() (tuners/build.h) makes it from facts
 * and profile, without any I/O: each tuner adds its wishes. look_plan() (apply/look.h) fills in
 * what the node has now, and apply changes states. Audit, apply, verify and restore all work on
 * this one list.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/facts.h"
#include "plan/placement.h"
#include "plan/start_options.h"
#include "profile/advisories.h"
#include "profile/io_config.h"
#include "profile/profile.h"

/* How a value reads and when two are equal; one row each in plan/kind.c. */
enum kind {
	KIND_TEXT,       /* as it is; blanks around it, and between numbers, do not count */
	KIND_NUMBER,     /* unsigned decimal */
	KIND_NUMBERS,    /* unsigned, blanks or tabs between */
	KIND_CHOICE,     /* "[none] mq-deadline": the one in brackets; the others are offered */
	KIND_WORD_OF,    /* a word; another file lists what is offered (offered_path) */
	KIND_JIFFIES_MS, /* milliseconds the kernel rounds to jiffies */
	KIND_CPULIST,    /* "0-3,8" */
	KIND_CPUMASK,    /* "ff,00000000": leading zeroes and groups do not count */
	KIND_FILE,       /* a whole file, or FILE_ABSENT */
	KIND_LINK,       /* the text of a symbolic link, or FILE_ABSENT */
	KIND_SPACE,      /* a file that only takes space (plan/space.h), or FILE_ABSENT */
	KIND_MANUAL,     /* never written: decided by the tuner, with the instruction in note */
	KIND_COUNT,
};

/* Value of a file or link that is not there. A file that holds just this cannot be told from it and
 * is left alone. */
#define FILE_ABSENT "(absent)"

enum state {
	STATE_PENDING, /* not looked at yet; never reported */
	STATE_SAME,
	STATE_DIFFERS,
	STATE_CHANGED,
	STATE_FAILED,
	STATE_MANAGED,
	STATE_UNSUPPORTED,
	STATE_SKIPPED,
	STATE_MANUAL,
	STATE_CONTESTED,
	STATE_LEFT_OVER, /* nobody wants what we wrote any more: the original is to come back */
	STATE_WAIVED,    /* does not have its value, which somebody has accepted until a day */
	STATE_COUNT,
};

/* Rights that a write needs besides uid 0 and a writable mount. */
enum need {
	NEED_NONE = 0,
	NEED_SYS_ADMIN = 1 << 0,
	NEED_NET_ADMIN = 1 << 1,
	NEED_INITIAL_NETNS = 1 << 2, /* the key exists in the node's own network namespace only */
	NEED_OWNER = 1 << 3, /* to act as the data directory's owner: CAP_SETUID, CAP_SETGID */
};

enum phase {
	PHASE_STRUCTURAL, /* creates or destroys objects; facts are read again after it */
	PHASE_VALUES,
	PHASE_COUNT,
};

/* A tuner's answer where it needs no look at the node. */
struct decision {
	enum state state;        /* STATE_PENDING: none, so the look decides */
	const char *have, *want; /* of a wish without a path: as the facts say */
	const char *note;
	bool is_switched_off; /* by redpanda.yaml */
};

/* What an owner (apply/owner.h) wants of a path, as the journal keeps it. */
struct claim {
	const char *owner;
	const char *profile_sha256; /* NULL unknown */
	enum rule rule;             /* EXACT, AT_LEAST, AT_MOST, ONE_OF */
	names operands;             /* canonical */
};
typedef VEC(struct claim) claim_list;

/* An entry of the journal, as far as the plan needs it (apply/claims.h). */
struct holding {
	const char *tuner, *setting, *path; /* setting: NULL where only the kernel changed it */
	const char *reset_by;               /* path whose write makes the kernel reset it; NULL */
	enum kind kind;
	const char *had;
	names ours;
	bool is_settled;   /* a value neither `had` nor in `ours` is somebody else's */
	bool is_refused;   /* the kernel manages it, and refused the write: nothing to undo */
	bool is_anew;      /* the kernel has made the device anew: `had` is another one's */
	bool is_here;      /* the device is known to be the one of then, whatever its name */
	bool is_claimed;   /* by the owner whom the plan is for */
	claim_list others; /* claims of other owners */
};
typedef VEC(struct holding) holding_list;

/* A waiver of the profile, on the day that the plan is made for. */
struct waiving {
	const struct waiver *waiver;
	int64_t days_left; /* 0: ends today; negative: so many days ago; DAY_UNKNOWN: not known */
	bool is_expired;
	unsigned covers; /* settings and checks that it names */
};

/* What is wanted. Made by a tuner; nobody changes it once it is in the plan. */
struct wish {
	const char *tuner; /* name of the row in the tuner table */
	const char *name;  /* stable id within the tuner: "vm.swappiness", "nvme0n1 scheduler" */
	enum kind kind;
	const char *path;         /* as seen from the root; NULL for KIND_MANUAL */
	const char *offered_path; /* KIND_WORD_OF */
	const char *offered_by;   /* whose list that is; NULL: this node's */
	enum rule rule;           /* EXACT, AT_LEAST, AT_MOST, ONE_OF, FIRST_OF */
	names operands;
	enum severity severity;
	const char *why;
	const char *measured; /* what `want` was computed from and varies over time; NULL */
	const char *source;   /* where the profile sets the value */
	const struct merge_step *merged; /* what the profile merged it from; NULL: not known */
	const char *rpk_key;             /* rpk.tune_* key whose false switches it off; NULL none */
	unsigned needs;                  /* enum need */
	enum phase phase;
	names after;  /* paths that must be written before this one, if they are in the plan */
	names resets; /* files that the kernel changes on this write: journalled before, put
		       * back after; a name that ends in "/" is a directory of such files */
	names
	    carries; /* files that change as part of what this write means: journalled before, left
		      * as the kernel makes them, put back by a restore (plan/counterparts.h) */
	bool disruptive;
	const char *managed; /* prediction that the kernel sets this itself and refuses a write: a
			      * sentence with what would change it; NULL: none */
	const char *managed_spanning; /* what is said instead if the kernel has it on CPUs of
				       * `spared` and on others; NULL: the same */
	const struct cpuset *spared;
	const char *effective_path; /* of such a wish: the file with what is in force now */
	const char *gist;           /* of a file or link: what is wanted, in a few words; NULL */
	const char *command;  /* of one: what tells its reader, as a person would type it; NULL */
	bool is_elsewhere;    /* of another network namespace than --netns says */
	bool is_of_placement; /* reports on the placement, for all tuners that need one */
	bool is_left_over;    /* made of the journal: the original is wanted back */
	const struct waiving *waiver; /* in force or expired; NULL: none names it */
	/* With a path, only SKIPPED: a value that is right already is SAME anyway. Or PENDING with
	 * a note: a remark on what is wanted, in force until the look has something to say. */
	struct decision decided;
};

struct space_maker;

/* What came of a wish: filled by look, apply and restore. */
struct setting {
	const struct wish *wish;
	const struct holding *holding; /* of its path; NULL: none */
	const char *have;              /* canonical; NULL: could not be read */
	const char *want;              /* canonical; NULL: cannot be resolved on this node */
	const char *before;            /* CHANGED, FAILED: what have was before the write */
	enum state state;
	int code; /* negative errno that led to FAILED, UNSUPPORTED, SKIPPED; else 0 */
	const char *note;
	const char *effective;    /* of a managed one: what is in force now; NULL unknown */
	struct space_maker *made; /* of KIND_SPACE: what is to get its name; NULL: nothing */
	bool is_managed;          /* by prediction, or since the kernel refused an earlier write */
	bool is_unproven;         /* MANAGED by prediction only: apply tries a write once a boot */
	bool is_overruled;        /* CONTESTED: what another owner claims cannot be had as well */
	bool lacks_right;         /* differs, but this process may not write it: apply skips it */
	bool is_left_alone;       /* watch only tells of it, whatever its state */
};

enum check_state {
	CHECK_PASS,
	CHECK_FAIL,
	CHECK_UNKNOWN,
	CHECK_SKIPPED,
	CHECK_WAIVED, /* one of the last three, which somebody has accepted until a day */
	CHECK_STATE_COUNT,
};

struct check {
	const char *tuner;    /* as above */
	const char *id;       /* "filesystem" */
	const char *required; /* "xfs or ext4" */
	const char *have;     /* "tmpfs"; NULL unknown */
	enum check_state state;
	enum severity severity;
	const char *note; /* what to do about it, NULL */
	const char *source;
	const struct merge_step *merged; /* as above */
	bool is_moot; /* SKIPPED: there is nothing on this node, or in this command, to check */
	bool varies;  /* `have` varies over time (free space): machine reports put it under run */
	const struct waiving *waiver; /* as of a wish */
	bool is_unwaivable;           /* what it found nobody may accept: no data directory */
};

typedef VEC(struct setting) setting_list;
typedef VEC(struct check) check_list;

/*
 * What --only and --skip leave out. They narrow what is written, never what a node is judged by:
 * required settings and checks are looked at anyway. A setting here is SAME or in
 * the state that kept it from being set; DIFFERS becomes SKIPPED.
 */
struct left_out {
	names only, skip; /* the lists */
	const char *by;   /* "--only sysctl", "--skip sysctl,governor"; NULL: nothing is left out */
	names tuners;     /* that plan something here */
	setting_list settings;
	check_list checks;
	unsigned settings_count, checks_count; /* those that nobody looks at included */
	bool is_judged;                        /* in the verdict's exit code */
};

struct plan {
	struct arena *arena;
	const char *owner, *profile_sha256; /* whose claims its settings become; NULL unknown */
	names unclaimed; /* paths that its owner claims and no longer wants, with nothing to undo */
	setting_list settings;
	setting_list along[PHASE_COUNT]; /* what apply puts back along with what is left over, and
					  * only the kernel changes; for a script */
	check_list checks;
	VEC(struct waiving) waivings; /* those of the profile, in its order */
	struct left_out left_out;
	/* made before the first tuner runs */
	struct placement placement;
	struct start_options start_options;
	const struct irq_map *irq_map;          /* which queue goes to which interrupt CPU */
	const struct redpanda_config *redpanda; /* NULL: there is none */
	bool ignores_switches;                  /* its rpk.tune_* does not count here */
};

/* What the command line adds to a plan. */
enum netns_kind { NETNS_BOTH, NETNS_BROKER, NETNS_HOST };
struct plan_request {
	names only, skip; /* tuner names; both empty: all */
	enum left_out_rule {
		LEFT_OUT_TOLD,   /* audit: the report shows the required ones */
		LEFT_OUT_JUDGED, /* apply: and its exit code counts them */
		LEFT_OUT_WHOLE,  /* run: advised ones, too; no check is left out, and all tuners may
				  * be */
	} left_out;
	enum netns_kind netns;
	const struct redpanda_config *redpanda;
	unsigned broker_cpus;         /* 0: unknown */
	uint64_t broker_memory_bytes; /* 0: unknown */
	bool allow_fewer_shards;
	const struct cpuset *exclusive; /* containers' CPUs, whatever the facts say; NULL: as these
					 * say */
	int64_t today;         /* for waivers, base/day.h; DAY_UNKNOWN: the clock is wrong */
	names absent;          /* paths that a look has found this node not to have */
	const char *owner;     /* NULL unknown */
	holding_list holdings; /* of the journal, in its order */
	struct io_config io_config;
	advisory_list advisories;
	const char
	    *advisories_fault; /* why those of the node are not in the list; NULL: they are */
};

/* What a tuner sees. */
struct tuning {
	struct plan *plan;
	const struct facts *facts;
	const struct profile *profile;
	const struct plan_request *request;
	const char *tuner; /* its name */
};

/* --only and --skip let this tuner in. */
bool plan_asks_for(const struct plan_request *request, const char *tuner);
/* Nobody has looked at it yet: its state is what the wish has decided. */
struct setting plan_setting(const struct wish *wish);
/* SKIPPED, since redpanda.yaml switches it off. */
bool plan_is_switched_off(const struct setting *setting);
/* Writes that an apply only tries, since the kernel is predicted to refuse them. */
unsigned plan_trials(const struct plan *plan);
/* A copy of the wish is kept. Tuners call wish_add() and wish_check() (tuners/wish.h). */
struct setting *plan_add(struct plan *plan, struct wish wish);
struct check *plan_check(struct plan *plan, struct check check);

extern const char *const plan_state_names[STATE_COUNT];             /* "same", "differs", ... */
extern const char *const plan_check_state_names[CHECK_STATE_COUNT]; /* "pass", "fail", ... */
extern const char *const plan_severity_names[2];                    /* "advised", "required" */

#endif
