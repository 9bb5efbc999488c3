/* SPDX-License-Identifier: Apache-2.0 */
/* What is written in the same way in all metrics, and the series that name what is not right. */
#include "report/metrics.h"

#include "base/escape.h"
#include "base/text.h"
#include "plan/off.h"

void metrics_head(struct str *str, const char *type, const char *name, const char *help)
{
	str_printf(str, "# HELP thintune_%s %s\n# TYPE thintune_%s %s\n", name, help, name, type);
}

void metrics_number(struct str *str, const char *type, const char *name, const char *help,
		    int64_t number)
{
	metrics_head(str, type, name, help);
	str_printf(str, "thintune_%s %lld\n", name, (long long)number);
}

void metrics_label(struct str *str, const char *name, const char *value)
{
	str_printf(str, "%s=\"", name);
	for (const char *at = escape_text(str->arena, value ? value : "", ESCAPE_KEEP_NEWLINES);
	     *at; at++) {
		if (*at == '\n')
			str_add(str, "\\n");
		else if (*at == '"' || *at == '\\')
			str_printf(str, "\\%c", *at);
		else
			str_add_n(str, at, 1);
	}
	str_add(str, "\"");
}

static void add_off(struct str *str, const off_list *list, bool is_check)
{
	unsigned count = 0;

	vec_for_each (off, list) {
		if (off->is_check != is_check)
			continue;
		if (++count > METRICS_OFF_MOST)
			return;
		str_add(str, is_check ? "thintune_check_off{" : "thintune_setting_off{");
		if (!is_check) {
			metrics_label(str, "tuner", off->tuner);
			str_add(str, ",");
		}
		metrics_label(str, is_check ? "check" : "setting", off->name);
		str_add(str, ",");
		metrics_label(str, "state", off->state);
		str_add(str, ",");
		metrics_label(str, "severity", off->severity);
		str_add(str, "} 1\n");
	}
}

void metrics_off(struct str *str, const struct report *report)
{
	const off_list list = off_of_plan(str->arena, report->plan);

	metrics_head(str, "gauge", "setting_off",
		     "1 for each setting that is not right, at most 200, required ones first.");
	add_off(str, &list, false);
	metrics_head(
	    str, "gauge", "check_off",
	    "1 for each check that does not hold or is unknown, at most 200, required ones "
	    "first.");
	add_off(str, &list, true);
}
