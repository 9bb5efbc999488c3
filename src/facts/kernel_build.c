/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which source the running kernel was built from, by what it says of itself: `uname -r` alone has
 * the version of Debian's or Ubuntu's interface, not that of the source.
 */
#include "base/text.h"
#include "facts/facts.h"

#define SERIES_ONLY 2

/* The first `most` numbers of "6.1.64-1": "6.1.64"; NULL: fewer than two. */
static const char *numbers_of(struct arena *arena, const char *text, unsigned most)
{
	size_t length = 0;
	unsigned count = 0;

	while (count < most) {
		size_t digits = strspn(text + length, "0123456789");

		if (digits == 0)
			break;
		length += digits;
		count++;
		if (count == most || text[length] != '.' || !strchr("0123456789", text[length + 1]))
			break;
		length++;
	}
	return count >= SERIES_ONLY ? arena_strndup(arena, text, length) : NULL;
}

/* "... SMP PREEMPT_DYNAMIC Debian 6.1.64-1 (2023-11-30)" */
static bool take_debian(struct arena *arena, const char *version, struct kernel_build *build)
{
	const char *word = strstr(version, " Debian ");
	names words;

	if (!word)
		return false;
	words = text_words(arena, word);
	build->distribution = "debian";
	if (words.count > 1)
		build->upstream = numbers_of(arena, words.at[1], 3);
	if (build->upstream)
		build->package = words.at[1];
	return true;
}

/* "Ubuntu 5.15.0-91.101-generic 5.15.131": the last is the stable release that is in it. */
static bool take_ubuntu(struct root *root, struct arena *arena, const char *version,
			struct kernel_build *build)
{
	const char *signature;
	names words = {0};

	if (root_read(root, arena, "/proc/version_signature", &signature) == 0)
		words = text_words(arena, signature);
	if (words.count != 3 || !text_equal(words.at[0], "Ubuntu")) {
		if (!strstr(version, "-Ubuntu "))
			return false;
		build->distribution = "ubuntu";
		return true;
	}
	build->distribution = "ubuntu";
	build->package = words.at[1];
	build->upstream = numbers_of(arena, words.at[2], 3);
	return true;
}

/* ".el9", ".el9_4": Red Hat's and those made from it, Oracle's own among them. */
static bool is_rhel(const char *release)
{
	const char *mark = strstr(release, ".el");

	return mark && mark[3] >= '0' && mark[3] <= '9';
}

/* Both take over what later kernels have and keep the number. */
static bool take_backporter(struct arena *arena, const char *release, const char *version,
			    struct kernel_build *build)
{
	bool is_suse = strstr(version, "geeko@") || text_ends(release, "-default");

	if (!is_rhel(release) && !is_suse)
		return false;
	build->distribution = is_suse ? "suse" : "rhel";
	build->package = release;
	build->upstream = numbers_of(arena, release, 3);
	build->is_backport = true;
	return true;
}

/* "6.1.64" is kernel.org's; anything after the numbers but a "-rc" is somebody's own mark. With
 * one, a third number 0 may stand for any, as in "6.1.0-31-amd64". */
static void take_release(struct arena *arena, const char *release, struct kernel_build *build)
{
	const char *upstream = numbers_of(arena, release, 3);
	const char *rest;

	if (!upstream)
		return;
	rest = release + strlen(upstream);
	build->upstream = upstream;
	if (!*rest || text_starts(rest, "-rc"))
		return;
	build->distribution = "other";
	if (text_ends(upstream, ".0"))
		build->upstream = numbers_of(arena, release, SERIES_ONLY);
}

void facts_kernel_build(struct root *root, struct arena *arena, struct facts *facts)
{
	const char *release = facts->host.kernel_release, *version;
	struct kernel_build build = {0};

	if (!release)
		return;
	if (root_read(root, arena, "/proc/version", &version) < 0)
		version = "";
	if (!take_debian(arena, version, &build) && !take_ubuntu(root, arena, version, &build) &&
	    !take_backporter(arena, release, version, &build))
		take_release(arena, release, &build);
	/* Its package is not known, so neither is more than the series. */
	if (!build.upstream)
		build.upstream = numbers_of(arena, release, SERIES_ONLY);
	facts->host.build = build;
}
