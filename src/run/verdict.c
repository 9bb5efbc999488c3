/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>

#include "base/text.h"
#include "run/journal.h"
#include "run/run.h"

#define VERDICT_FORMAT "thintune.verdict/1"

int verdict_write(struct root *root, struct arena *arena, const struct gate_verdict *verdict,
		  const char *report_json, struct err *err)
{
	const char *boot;
	bool has_boot = boot_id(root, arena, &boot) == 0;
	json_auto_t *object =
	    json_pack("{s:s, s:s, s:i, s:s, s:s*, s:s*, s:s}", "schema", VERDICT_FORMAT, "boot_id",
		      has_boot ? boot : BOOT_UNKNOWN, "exit_code", verdict->exit_code, "verdict",
		      verdict->verdict, "reason", verdict->reason, "profile", verdict->profile,
		      "time", verdict->time);
	char *text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
	int r = text ? root_mkdir(root, RUN_DIR) : -EILSEQ;

	/* The report first: whoever sees the verdict finds the report that belongs to it. */
	if (r == 0 && report_json)
		r = root_replace(root, REPORT_FILE, report_json);
	if (r == 0)
		r = root_replace(root, VERDICT_FILE, arena_printf(arena, "%s\n", text));
	free(text);
	return r < 0
		   ? err_set(err, r, "cannot write the verdict " VERDICT_FILE ": %s", err_words(r))
		   : 0;
}

int verdict_remove(struct root *root)
{
	static const char *const files[] = {VERDICT_FILE, REPORT_FILE};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int r = root_exists(root, files[i]) ? root_remove(root, files[i]) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int verdict_read(struct root *root, struct arena *arena, struct gate_verdict *ret, struct err *err)
{
	const char *text, *schema, *boot, *now, *verdict, *reason = NULL, *profile = NULL, *time;
	json_auto_t *object = NULL;
	int exit_code, r = root_is_ours(root, VERDICT_FILE);

	if (r == -EPERM)
		return err_set(err, r,
			       "the verdict " VERDICT_FILE " is not to be trusted: it or its "
			       "directory is a link, or may be written by others than root");
	if (r == 0)
		r = root_read(root, arena, VERDICT_FILE, &text);
	if (r == -ENOENT || r == -ENOTDIR)
		return err_set(err, -ENOENT, "there is no verdict: `thintune run` has not run");
	if (r < 0)
		return err_set(err, r, "cannot read the verdict " VERDICT_FILE ": %s",
			       err_words(r));
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!object ||
	    json_unpack(object, "{s:s, s:s, s:i, s:s, s?s, s?s, s:s}", "schema", &schema, "boot_id",
			&boot, "exit_code", &exit_code, "verdict", &verdict, "reason", &reason,
			"profile", &profile, "time", &time) < 0 ||
	    !text_equal(schema, VERDICT_FORMAT) || exit_code < 0 || exit_code > 6)
		return err_set(err, -EBADMSG, "the verdict " VERDICT_FILE " is damaged");
	r = boot_id(root, arena, &now);
	if (r < 0 || text_equal(boot, BOOT_UNKNOWN))
		return err_set(err, -ESTALE,
			       "the verdict may be of an earlier boot: the node's boot_id %s",
			       r < 0 ? "cannot be read" : "could not be read when it was written");
	if (!text_equal(boot, now))
		return err_set(
		    err, -ENOENT,
		    "the verdict is of an earlier boot: `thintune run` has not run since");
	*ret = (struct gate_verdict){
	    .exit_code = exit_code,
	    .verdict = arena_strdup(arena, verdict),
	    .reason = reason ? arena_strdup(arena, reason) : NULL,
	    .profile = profile ? arena_strdup(arena, profile) : NULL,
	    .time = arena_strdup(arena, time),
	};
	return 0;
}
