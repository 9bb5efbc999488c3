/* SPDX-License-Identifier: Apache-2.0 */
/* Finds, reads and merges the files of a profile, and looks values up in the result. */
#include "profile/profile.h"

#include <errno.h>

#include "base/nearest.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/yaml.h"
#include "profile/builtin.h"
#include "profile/layer.h"
#include "profile/merge.h"
#include "profile/pin.h"
#include "sys/own.h"

#define CHAIN_MAX 8

static const struct yaml_limits limits = {.bytes = 256 * 1024, .depth = 8};

/* A profile as text: a file or a built-in one. */
struct source {
	const char *where;     /* "redpanda (built in)" or the path: for messages */
	const char *directory; /* of a file, with "/" or "": what its extends is relative to; NULL:
				* it may only extend built-in ones */
	const char *file_name; /* the name that `profile:` must have; NULL: any */
	const char *text;
	size_t length;
};

struct link {
	struct source source;
	struct layer layer;
};

struct chain {
	VEC(struct link) links;
};

/* Finding ------------------------------------------------------------------------------------- */

bool profile_is_path(const char *name)
{
	return strchr(name, '/') || text_ends(name, ".yaml") || text_ends(name, ".yml");
}

static int read_file(struct arena *arena, const char *path, struct source *ret, struct err *err)
{
	const char *slash = strrchr(path, '/');
	int r = own_read(arena, path, limits.bytes, &ret->text, &ret->length, err);

	if (r < 0)
		return r;
	ret->where = path;
	ret->directory = arena_strndup(arena, path, slash ? (size_t)(slash - path) + 1 : 0);
	return 0;
}

static const struct builtin *find_builtin(const char *name)
{
	for (size_t i = 0; i < builtin_count; i++)
		if (text_equal(builtin_profiles[i].name, name))
			return &builtin_profiles[i];
	return NULL;
}

static char *file_of(struct arena *arena, const char *name)
{
	return arena_printf(arena, PROFILE_FILES_DIR "/%s.yaml", name);
}

/* The built-in ones and those of this site, sorted; the former also where these cannot be listed.
 */
static int known_names(struct arena *arena, names *ret)
{
	names files = {0};
	int r = own_list(arena, PROFILE_FILES_DIR, &files);

	for (size_t i = 0; i < builtin_count; i++)
		vec_push(arena, ret, builtin_profiles[i].name);
	vec_for_each (file, &files) {
		size_t length = strlen(*file);
		char *name;

		if (!text_ends(*file, ".yaml"))
			continue;
		name = arena_strndup(arena, *file, length - strlen(".yaml"));
		if (layer_is_name(name) && !find_builtin(name))
			vec_push(arena, ret, name);
	}
	text_natural_sort(ret);
	return r < 0 && r != -ENOENT && r != -ENOTDIR ? r : 0;
}

static int fault_unknown(struct arena *arena, const char *name, struct err *err)
{
	names known = {0}, built_in = {0};

	for (size_t i = 0; i < builtin_count; i++)
		vec_push(arena, &built_in, builtin_profiles[i].name);
	text_natural_sort(&built_in);
	(void)!known_names(arena, &known);
	return err_set(err, -EINVAL,
		       "no profile '%.80s' in " PROFILE_FILES_DIR "; built in are %s%s", name,
		       text_join(arena, &built_in, ", "), nearest_hint(arena, name, &known));
}

/* directory: of the profile that extends this one; "" for one that the user named; NULL: only
 * built-in ones are looked for. */
static int find_source(struct arena *arena, const char *name, const char *directory,
		       struct source *ret, struct err *err)
{
	const struct builtin *builtin;
	int r;

	if (directory && profile_is_path(name))
		return read_file(arena,
				 *name == '/' ? name : arena_printf(arena, "%s%s", directory, name),
				 ret, err);
	if (!layer_is_name(name))
		return err_set(err, -EINVAL,
			       "'%.80s' is neither a profile name nor a path of a file", name);
	/* If a site's file cannot be read, the built-in profile must not silently replace it. */
	r = directory ? read_file(arena, file_of(arena, name), ret, err) : -ENOENT;
	if (r != -ENOENT && r != -ENOTDIR) {
		ret->file_name = name;
		return r;
	}
	builtin = find_builtin(name);
	if (!builtin)
		return fault_unknown(arena, name, err);
	ret->where = arena_printf(arena, "%s (built in)", name);
	ret->directory = directory ? "" : NULL;
	ret->text = builtin->text;
	ret->length = strlen(builtin->text);
	return 0;
}

/* Chain --------------------------------------------------------------------------------------- */

static int check_file_name(const struct source *source, const struct layer *layer, struct err *err)
{
	if (!source->file_name || text_equal(source->file_name, layer->name))
		return 0;
	return yaml_fault(err, layer->named,
			  "'profile' is '%s' in a file called '%s.yaml'; write 'profile: %s', or "
			  "rename the file to %s.yaml",
			  layer->name, source->file_name, source->file_name, layer->name);
}

static int read_source(struct arena *arena, const struct source *source, struct layer *ret,
		       struct err *err)
{
	const struct node *root;
	int r;

	r = yaml_parse(arena, source->where, source->text, source->length, &limits, &root, err);
	if (r == 0)
		r = layer_read(arena, root, NULL, ret, err);
	return r < 0 ? r : check_file_name(source, ret, err);
}

/* The same, but each mistake is kept. False: nothing of it can be used, not even what it extends.
 */
static bool read_mistakes(struct arena *arena, const struct source *source, mistake_list *mistakes,
			  struct layer *ret)
{
	yaml_repeats repeats = {0};
	yaml_faults tabs = {0};
	struct yaml_limits all = limits;
	const struct node *root;
	struct err err = {0}, cause = {0};
	int r;

	all.repeats = &repeats;
	all.tabs = &tabs;
	r = yaml_parse(arena, source->where, source->text, source->length, &all, &root, &err);
	vec_for_each (tab, &tabs)
		if (!layer_goes_on(arena, tab, mistakes))
			break;
	vec_for_each (again, &repeats) {
		(void)yaml_fault_again(&cause, again);
		if (!layer_goes_on(arena, &cause, mistakes))
			break;
	}
	/* What else is no YAML may have come of the blanks that stand for tabs. */
	if (r < 0)
		return !tabs.count && layer_goes_on(arena, &err, mistakes) && false;
	if (layer_read(arena, root, mistakes, ret, &err) == 0 &&
	    check_file_name(source, ret, &err) < 0)
		(void)layer_goes_on(arena, &err, mistakes);
	return ret->name;
}

static const char *chain_text(struct arena *arena, const struct chain *chain, const char *last)
{
	struct str str = str_new(arena);

	vec_for_each (link, &chain->links)
		str_printf(&str, "%s -> ", link->layer.name);
	str_add(&str, last);
	return str.text;
}

/* A profile that extends itself would never come to an end. */
static int check_cycle(struct arena *arena, const struct chain *chain, const struct node *extends,
		       const struct source *source, struct err *err)
{
	vec_for_each (link, &chain->links)
		if (text_equal(link->source.where, source->where))
			return yaml_fault(err, extends, "the profile extends itself: %s",
					  chain_text(arena, chain, link->layer.name));
	if (chain->links.count == CHAIN_MAX)
		return yaml_fault(err, extends, "more than %d profiles extend each other: %s",
				  CHAIN_MAX, chain_text(arena, chain, extends->text));
	return 0;
}

static int check_name(struct arena *arena, const struct chain *chain, const struct node *extends,
		      const struct layer *layer, struct err *err)
{
	vec_for_each (link, &chain->links)
		if (text_equal(link->layer.name, layer->name))
			return yaml_fault(err, extends, "two profiles are both called '%s': %s",
					  layer->name, chain_text(arena, chain, layer->name));
	return 0;
}

/* directory: "", or NULL for built-in ones alone. mistakes: those of a layer are kept there, and
 * the chain goes on; NULL: the first one ends it. */
static int load_chain(struct arena *arena, const char *name, const char *directory,
		      mistake_list *mistakes, struct chain *ret, struct err *err)
{
	const struct node *extends = NULL;

	for (;;) {
		struct link link = {0};
		struct err cause = {0};
		int r;

		r = find_source(arena, extends ? extends->text : name, directory, &link.source,
				&cause);
		if (r < 0)
			return extends ? yaml_fault(err, extends, "'extends': %s", cause.text)
				       : err_set(err, -EINVAL, "%s", cause.text);
		if (extends)
			r = check_cycle(arena, ret, extends, &link.source, err);
		if (r == 0 && !mistakes)
			r = read_source(arena, &link.source, &link.layer, err);
		else if (r == 0 && !read_mistakes(arena, &link.source, mistakes, &link.layer))
			return 0;
		if (r == 0 && extends)
			r = check_name(arena, ret, extends, &link.layer, err);
		if (r < 0)
			return r;
		vec_push(arena, &ret->links, link);
		extends = link.layer.extends;
		directory = link.source.directory;
		if (!extends)
			return 0;
	}
}

/* The strictest gate that a layer has asked for, and what the last one has made of it. */
struct gating {
	enum gate_mode strictest;
	const char *source;
	struct lowered lowered; /* section NULL: nothing */
};

static int strictness(enum gate_mode mode)
{
	return mode == GATE_STRICT ? 2 : mode == GATE_REQUIRED_ONLY ? 1 : 0;
}

static void judge_gate(struct arena *arena, const struct layer *layer, bool is_base,
		       struct gating *gating)
{
	if (is_base ||
	    (layer->has_gate && strictness(layer->gate) >= strictness(gating->strictest))) {
		gating->strictest = layer->has_gate ? layer->gate : GATE_REQUIRED_ONLY;
		gating->source = layer->has_gate
				     ? arena_printf(arena, "%s:%u", layer->name, layer->gate_line)
				     : "the default";
		gating->lowered = (struct lowered){0};
	} else if (layer->has_gate) {
		gating->lowered = (struct lowered){.section = "gate",
						   .key = "gate",
						   .required_by = gating->source,
						   .profile = layer->name,
						   .line = layer->gate_line,
						   .now = profile_gate_name(layer->gate)};
	}
	vec_for_each (lowered, &layer->lowered) {
		if (!layer->has_gate || !text_equal(lowered->section, "gate"))
			continue;
		gating->lowered = *lowered;
		gating->lowered.now = profile_gate_name(layer->gate);
	}
}

static int merge_chain(struct arena *arena, const struct chain *chain, const struct facts *facts,
		       mistake_list *mistakes, struct profile *ret, struct err *err)
{
	struct profile profile = {.gate = GATE_REQUIRED_ONLY};
	merged_entries all = {0};
	struct gating gating = {0};
	struct sha256 hash;
	int r = 0;

	sha256_start(&hash);
	vec_for_each (link, &chain->links) {
		sha256_add(&hash, link->source.text, link->source.length);
		vec_push(arena, &profile.sources, link->source.where);
	}
	profile.sha256 = sha256_hex(&hash, arena);
	for (size_t i = chain->links.count; r == 0 && i-- > 0;) {
		const struct layer *layer = &chain->links.at[i].layer;
		unsigned number = (unsigned)(chain->links.count - i);

		r = merge_layer(arena, layer, number, facts, mistakes, &all, &profile, err);
		if (layer->has_gate)
			profile.gate = layer->gate;
		judge_gate(arena, layer, number == 1, &gating);
	}
	if (r < 0)
		return r;
	merge_finish(arena, &all, &profile, facts);
	if (gating.lowered.section)
		vec_push(arena, &profile.lowered, gating.lowered);
	profile.name = chain->links.at[0].layer.name;
	profile.summary = chain->links.at[0].layer.summary;
	*ret = profile;
	return 0;
}

int profile_load(struct arena *arena, const char *name_or_path, const struct facts *facts,
		 struct profile *ret, struct err *err)
{
	struct chain chain = {0};
	int r = load_chain(arena, name_or_path, "", NULL, &chain, err);

	return r < 0 ? r : merge_chain(arena, &chain, facts, NULL, ret, err);
}

int profile_load_builtin(struct arena *arena, const char *name, struct profile *ret,
			 struct err *err)
{
	struct chain chain = {0};
	int r = load_chain(arena, name, NULL, NULL, &chain, err);

	return r < 0 ? r : merge_chain(arena, &chain, NULL, NULL, ret, err);
}

int profile_pin(struct arena *arena, const char *name_or_path, char **ret, struct err *err)
{
	struct profile merged;
	struct chain chain = {0};
	pin_layers layers = {0};
	int r = load_chain(arena, name_or_path, "", NULL, &chain, err);

	if (r == 0)
		r = merge_chain(arena, &chain, NULL, NULL, &merged, err);
	if (r < 0)
		return r;
	for (size_t i = chain.links.count; i-- > 0;)
		vec_push(arena, &layers, &chain.links.at[i].layer);
	return pin_text(arena, &layers, &merged, ret, err);
}

static void add_sysctls(struct arena *arena, const struct source *source, const statements *states,
			struct profile_check *check)
{
	vec_for_each (statement, states) {
		if (text_equal(statement->row->section, "sysctl"))
			vec_push(arena, &check->sysctls,
				 ((struct profile_sysctl){.key = statement->key,
							  .where = arena_printf(arena, "%s:%u",
										source->where,
										statement->line)}));
	}
}

/* Mistakes on this day, and none on another. */
static void check_days(struct arena *arena, const struct layer *layer, int64_t today,
		       mistake_list *mistakes)
{
	vec_for_each (waiver, &layer->waivers) {
		struct err err = {0};

		if (waiver_check_day(arena, waiver, today, &err) < 0)
			(void)layer_goes_on(arena, &err, mistakes);
	}
}

int profile_check(struct arena *arena, const char *name_or_path, int64_t today,
		  struct profile_check *ret)
{
	struct profile_check check = {0};
	struct chain chain = {0};
	struct err err = {0};

	if (load_chain(arena, name_or_path, "", &check.mistakes, &chain, &err) < 0)
		(void)layer_goes_on(arena, &err, &check.mistakes);
	/* What a mistake has left out would be missed in the merge. */
	if (!check.mistakes.count &&
	    merge_chain(arena, &chain, NULL, &check.mistakes, &check.profile, &err) < 0)
		(void)layer_goes_on(arena, &err, &check.mistakes);
	vec_for_each (link, &chain.links)
		check_days(arena, &link->layer, today, &check.mistakes);
	if (check.mistakes.count == layer_most_mistakes)
		vec_push(arena, &check.mistakes,
			 ((struct mistake){"there may be more mistakes", "", ""}));
	vec_for_each (link, &chain.links) {
		add_sysctls(arena, &link->source, &link->layer.states, &check);
		vec_for_each (overlay, &link->layer.overlays)
			add_sysctls(arena, &link->source, &overlay->states, &check);
	}
	*ret = check;
	return check.mistakes.count ? -EINVAL : 0;
}

bool profile_names_sysctl(const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < builtin_count; i++) {
		const char *text = builtin_profiles[i].text;

		for (const char *at = text; (at = strstr(at, key)); at += length) {
			if (at > text && at[-1] == ' ' && at[length] == ':')
				return true;
		}
	}
	return false;
}

int profile_load_text(struct arena *arena, const char *where, const char *text,
		      const struct facts *facts, struct profile *ret, struct err *err)
{
	struct link link = {
	    .source = {.where = where, .directory = "", .text = text, .length = strlen(text)}};
	struct chain chain = {0};
	int r = read_source(arena, &link.source, &link.layer, err);

	if (r == 0 && link.layer.extends)
		r = yaml_fault(err, link.layer.extends, "'extends' does not go with it");
	if (r < 0)
		return r;
	vec_push(arena, &chain.links, link);
	return merge_chain(arena, &chain, facts, NULL, ret, err);
}

/* Looking up ---------------------------------------------------------------------------------- */

const struct value *profile_get(const struct profile *profile, const char *section, const char *key)
{
	vec_for_each (entry, &profile->entries)
		if (merge_is_for_all(entry) && text_equal(entry->section, section) &&
		    text_equal(entry->key, key))
			return &entry->value;
	return NULL;
}

const struct value *profile_get_disk(const struct profile *profile, const char *key,
				     const struct disk *disk)
{
	const struct value *found = NULL;

	/* Entries for all disks come first, then those for some disks in the order of their layers.
	 */
	vec_for_each (entry, &profile->entries)
		if (text_equal(entry->section, "disk") && text_equal(entry->key, key) &&
		    when_disk_matches(&entry->disk_models, &entry->disk_drivers, disk))
			found = &entry->value;
	return found;
}

/* List ---------------------------------------------------------------------------------------- */

static struct profile_name describe(struct arena *arena, const char *name,
				    const struct source *source)
{
	struct profile_name row = {.name = name, .where = source->where};
	struct layer layer;
	struct err err = {0};

	if (read_source(arena, source, &layer, &err) < 0)
		row.summary = arena_printf(arena, "cannot be used: %s", err.text);
	else
		row.summary = layer.summary;
	return row;
}

int profile_list(struct arena *arena, profile_names *ret, struct err *err)
{
	names known = {0};
	int r = known_names(arena, &known);

	if (r < 0)
		return err_set(err, r, "cannot list " PROFILE_FILES_DIR ": %s", err_words(r));
	vec_for_each (name, &known) {
		struct source source = {.where = file_of(arena, *name)};
		struct err cause = {0};
		struct profile_name row = {.name = *name, .where = source.where};

		if (find_source(arena, *name, "", &source, &cause) < 0)
			row.summary = arena_printf(arena, "cannot be used: %s", cause.text);
		else
			row = describe(arena, *name, &source);
		vec_push(arena, ret, row);
	}
	return 0;
}
