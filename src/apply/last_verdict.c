/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict files: one an owner, below ROOT/run/thintune/verdicts. */
#include <errno.h>
#include <jansson.h>

#include "apply/journal.h"
#include "apply/last_verdict.h"
#include "apply/owner.h"
#include "base/day.h"
#include "base/file_format.h"
#include "base/text.h"
#include "plan/exit_code.h"

#define VERDICT_FORMAT "thintune.verdict/1"
#define NO_VERDICT     "none"

/* The first builds had one for everybody; it counts as the default owner's until that one has its
 * own. */
#define VERDICT_OF_0_1_0 RUN_DIR "/verdict.json"
#define REPORT_OF_0_1_0  RUN_DIR "/report.json"

static const char *verdict_file(struct arena *arena, const char *owner)
{
	return owner_file(arena, VERDICT_DIR, owner, ".json");
}

static int remove_if_there(struct root *root, const char *path)
{
	return root_exists(root, path) ? root_remove(root, path) : 0;
}

/* Writing ------------------------------------------------------------------------------------- */

/* Each file has this size, so that it can be written over in place where there is no room for
 * another. A reason has at most last_verdict_reason_most bytes, each of which JSON may double. */
enum { file_bytes = 8192 };

/* -EPERM: somebody else may put another directory in its place. */
static int check_place(struct root *root)
{
	int r = root_is_our_dir(root, RUN_DIR);

	return err_is_absent(r) ? 0 : r;
}

static int put_text(struct root *root, struct arena *arena, const char *path, const char *json)
{
	const char *text, *padded, *now;
	int r = check_place(root);

	if (r == 0)
		r = root_mkdir(root, VERDICT_DIR);
	if (strlen(json) >= file_bytes)
		r = r < 0 ? r : -EFBIG;
	if (r < 0)
		return r;
	padded = arena_printf(arena, "%-*s", file_bytes - 1, json);
	text = arena_printf(arena, "%s\n", padded);
	r = root_replace(root, path, text);
	if (r == -ENOSPC || r == -EDQUOT)
		r = root_overwrite(root, path, 0, text) == 0 ? 0 : r;
	/* Whoever says yes here must not be contradicted by `gate`, which reads it. */
	if (r == 0 && (root_read(root, arena, path, &now) < 0 || !text_starts(now, padded)))
		r = -EIO;
	return r;
}

static const char *boot_or_unknown(struct root *root, struct arena *arena)
{
	const char *boot;

	return journal_boot_id(root, arena, &boot) < 0 ? BOOT_UNKNOWN : boot;
}

static int write_file(struct root *root, struct arena *arena, const char *path, const char *boot,
		      const struct last_verdict *verdict)
{
	json_auto_t *object = json_pack(
	    "{s:s, s:s, s:i, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}", "schema",
	    VERDICT_FORMAT, "boot_id", boot, "exit_code", verdict->exit_code, "verdict",
	    verdict->verdict, "reason", verdict->reason, "profile", verdict->profile, "time",
	    verdict->time, "user", verdict->user, "begun", verdict->begun, "waived",
	    verdict->waived, "waived_until", verdict->waived_until, "data_dir", verdict->data_dir);
	char *json = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
	int r = json ? put_text(root, arena, path, json) : -EILSEQ;

	free(json);
	return r;
}

static int cannot_write(struct arena *arena, const char *owner, int r, struct err *err)
{
	return err_set(err, r, "cannot write the verdict %s: %s", verdict_file(arena, owner),
		       err_words(r));
}

int last_verdict_begin(struct root *root, struct arena *arena, const char *owner, const char *time,
		       struct err *err)
{
	struct last_verdict verdict;
	int r;

	if (last_verdict_read(root, arena, owner, &verdict, NULL) < 0)
		verdict = (struct last_verdict){.exit_code = EXIT_ERROR, .verdict = NO_VERDICT};
	verdict.begun = time;
	r = write_file(root, arena, verdict_file(arena, owner), boot_or_unknown(root, arena),
		       &verdict);
	return r < 0 ? cannot_write(arena, owner, r, err) : 0;
}

/* Whoever sees the verdict finds the report that belongs to it, or none. */
static void write_report(struct root *root, struct arena *arena, const char *owner,
			 const char *report_json)
{
	const char *path = owner_file(arena, REPORT_DIR, owner, ".json");

	if (!report_json || root_mkdir(root, REPORT_DIR) < 0 ||
	    root_replace(root, path, report_json) < 0)
		(void)remove_if_there(root, path);
}

int last_verdict_write(struct root *root, struct arena *arena, const char *owner,
		       const struct last_verdict *verdict, const char *report_json, struct err *err)
{
	const char *boot = boot_or_unknown(root, arena);
	int r;

	write_report(root, arena, owner, report_json);
	if (verdict->exit_code == EXIT_MATCH && text_equal(boot, BOOT_UNKNOWN))
		return err_set(err, -ESTALE,
			       "the node's boot_id cannot be read, without which `gate` believes "
			       "no verdict");
	r = write_file(root, arena, verdict_file(arena, owner), boot, verdict);
	if (r < 0)
		return cannot_write(arena, owner, r, err);
	if (text_equal(owner, OWNER_DEFAULT)) {
		(void)remove_if_there(root, VERDICT_OF_0_1_0);
		(void)remove_if_there(root, REPORT_OF_0_1_0);
	}
	return 0;
}

int last_verdict_remove(struct root *root, struct arena *arena, const char *owner)
{
	int r = remove_if_there(root, verdict_file(arena, owner));

	return r == 0 && text_equal(owner, OWNER_DEFAULT) ? remove_if_there(root, VERDICT_OF_0_1_0)
							  : r;
}

/* If there is no room for another text, the file is removed, which closes the gate as well. */
static int withdraw_file(struct root *root, struct arena *arena, const char *path,
			 const struct last_verdict *withdrawn)
{
	const char *boot = boot_or_unknown(root, arena);

	return write_file(root, arena, path, boot, withdrawn) < 0 ? remove_if_there(root, path) : 0;
}

static struct last_verdict withdrawn_by(struct arena *arena, const char *time, const char *user)
{
	return (struct last_verdict){
	    .exit_code = EXIT_REQUIRED,
	    .verdict = "withdrawn",
	    .time = time,
	    .user = user,
	    .reason = arena_printf(
		arena,
		"%s withdrew it by putting original values back; `thintune run` makes a new one",
		user),
	};
}

/* Its report no longer describes this node. */
static int withdraw_named(struct root *root, struct arena *arena, const char *file,
			  const struct last_verdict *withdrawn)
{
	const char *path = arena_printf(arena, VERDICT_DIR "/%s", file);
	int r = withdraw_file(root, arena, path, withdrawn);

	(void)remove_if_there(root, arena_printf(arena, REPORT_DIR "/%s", file));
	/* What `gate` does not believe need not be withdrawn. */
	return r < 0 && root_is_ours(root, path) == 0 ? r : 0;
}

/* The one of the first builds is the default owner's. */
static int withdraw_first(struct root *root, struct arena *arena,
			  const struct last_verdict *withdrawn)
{
	int first = 0, r;

	if (root_exists(root, VERDICT_OF_0_1_0)) {
		first = withdraw_file(root, arena, verdict_file(arena, OWNER_DEFAULT), withdrawn);
		r = remove_if_there(root, VERDICT_OF_0_1_0);
		first = first < 0 ? first : r;
	}
	(void)remove_if_there(root, REPORT_OF_0_1_0);
	return first;
}

int last_verdict_withdraw_one(struct root *root, struct arena *arena, const char *owner,
			      const char *time, const char *user)
{
	const struct last_verdict withdrawn = withdrawn_by(arena, time, user);
	const char *path = verdict_file(arena, owner);
	int first = text_equal(owner, OWNER_DEFAULT) ? withdraw_first(root, arena, &withdrawn) : 0;
	int r = 0;

	if (root_exists(root, path))
		r = withdraw_named(root, arena, strrchr(path, '/') + 1, &withdrawn);
	return first < 0 ? first : r;
}

int last_verdict_withdraw(struct root *root, struct arena *arena, const char *time,
			  const char *user)
{
	const struct last_verdict withdrawn = withdrawn_by(arena, time, user);
	names files = {0};
	int r = root_list(root, arena, VERDICT_DIR, &files), first;

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return r;
	first = withdraw_first(root, arena, &withdrawn);
	vec_for_each (file, &files) {
		if (!text_ends(*file, ".json"))
			continue;
		r = withdraw_named(root, arena, *file, &withdrawn);
		first = first < 0 ? first : r;
	}
	return first;
}

/* Reading ------------------------------------------------------------------------------------- */

static int read_text(struct root *root, struct arena *arena, const char *path, const char **ret,
		     struct err *err)
{
	int r = check_place(root);

	if (r == 0)
		r = root_is_ours(root, path);
	if (r == -EPERM)
		return err_set(err, r, "the verdict %s " ROOT_NOT_OURS, path);
	if (r == 0)
		r = root_read(root, arena, path, ret);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return err_set(err, r, "cannot read the verdict %s: %s", path, root_words(r));
	return r < 0 ? -ENOENT : 0;
}

static int check_boot(struct root *root, struct arena *arena, const char *boot, struct err *err)
{
	const char *now;
	int r = journal_boot_id(root, arena, &now);

	if (r < 0 || text_equal(boot, BOOT_UNKNOWN))
		return err_set(err, -ESTALE,
			       "the verdict may be from an earlier boot: the node's boot_id %s",
			       r < 0 ? "cannot be read" : "could not be read when it was written");
	if (!text_equal(boot, now))
		return err_set(
		    err, -ENOENT,
		    "the verdict is from an earlier boot: `thintune run` has not run since");
	return 0;
}

/* Without its day nobody could tell that the start no longer counts. */
static bool is_waiver_good(const struct last_verdict *verdict)
{
	int64_t last;

	return !verdict->waived ||
	       (verdict->waived_until && day_parse(verdict->waived_until, &last) == 0);
}

static const char *copied(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

int last_verdict_read(struct root *root, struct arena *arena, const char *owner,
		      struct last_verdict *ret, struct err *err)
{
	const char *path = verdict_file(arena, owner);
	const char *text, *schema, *boot, *other;
	struct last_verdict verdict = {0};
	json_int_t exit_code = -1;
	json_auto_t *object = NULL;
	int r = read_text(root, arena, path, &text, err);

	if (r == -ENOENT && text_equal(owner, OWNER_DEFAULT)) {
		path = VERDICT_OF_0_1_0;
		r = read_text(root, arena, path, &text, err);
	}
	if (r == -ENOENT)
		return err_set(err, r,
			       "there is no verdict of the owner %s: `thintune run` has "
			       "not run%s",
			       owner, text_equal(owner, OWNER_DEFAULT) ? "" : " on its behalf");
	if (r < 0)
		return r;
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	other = file_format_other(arena, json_string_value(json_object_get(object, "schema")),
				  VERDICT_FORMAT);
	if (other)
		return err_set(err, -EBADMSG,
			       "the verdict %s %s: `thintune run` replaces it, or use the version "
			       "that wrote it",
			       path, other);
	if (!object ||
	    json_unpack(object, "{s:s, s:s, s:I, s:s, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s?s}",
			"schema", &schema, "boot_id", &boot, "exit_code", &exit_code, "verdict",
			&verdict.verdict, "reason", &verdict.reason, "profile", &verdict.profile,
			"time", &verdict.time, "user", &verdict.user, "begun", &verdict.begun,
			"waived", &verdict.waived, "waived_until", &verdict.waived_until,
			"data_dir", &verdict.data_dir) < 0 ||
	    !text_equal(schema, VERDICT_FORMAT) || exit_code < EXIT_MATCH ||
	    exit_code > EXIT_LOCKED ||
	    text_equal(verdict.verdict, "start") != (exit_code == EXIT_MATCH) ||
	    !is_waiver_good(&verdict))
		return err_set(err, -EBADMSG, "the verdict %s is damaged", path);
	r = check_boot(root, arena, boot, err);
	if (r < 0)
		return r;
	*ret = (struct last_verdict){
	    .exit_code = (int)exit_code,
	    .verdict = arena_strdup(arena, verdict.verdict),
	    .reason = copied(arena, verdict.reason),
	    .profile = copied(arena, verdict.profile),
	    .time = copied(arena, verdict.time),
	    .user = copied(arena, verdict.user),
	    .begun = copied(arena, verdict.begun),
	    .waived = copied(arena, verdict.waived),
	    .waived_until = copied(arena, verdict.waived_until),
	    .data_dir = copied(arena, verdict.data_dir),
	};
	return 0;
}
