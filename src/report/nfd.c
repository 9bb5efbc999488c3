/* SPDX-License-Identifier: Apache-2.0 */
/* A feature file of Node Feature Discovery: one label a line, NAME=VALUE. The name space is the one
 * that every version of its master takes. */
#include "base/text.h"
#include "report/report.h"

#define PREFIX "feature.node.kubernetes.io/thintune-"

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Kubernetes wants at most 63 of these, the first and the last of them alphanumeric. */
static bool is_label_value(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > 63 || !is_alphanumeric(text[0]) ||
	    !is_alphanumeric(text[length - 1]))
		return false;
	for (; *text; text++) {
		if (!is_alphanumeric(*text) && !strchr("-_.", *text))
			return false;
	}
	return true;
}

char *report_nfd(struct arena *arena, const char *profile, bool may_start)
{
	struct str str = str_new(arena);

	str_printf(&str, PREFIX "ready=%s\n", may_start ? "true" : "false");
	if (profile && is_label_value(profile))
		str_printf(&str, PREFIX "profile=%s\n", profile);
	return str.text;
}
