/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernel this is: its release, /proc/version, the signature of Ubuntu, os-release and the
 * kernel's configuration; and versions that are compared. Parts: release, version, signature,
 * os-release. */
#include "facts/facts.h"
#include "fuzz.h"
#include "profile/kernel_package.h"
#include "profile/when.h"

static void compare(struct arena *arena, const char *a, const char *b)
{
	static const char *const distributions[] = {"debian", "ubuntu", "rhel", "suse"};
	struct kernel_package one, other;

	fuzz_check(when_compare_version(a, a) == 0, "'%s' is not its own equal", a);
	(void)when_compare_version(a, b);
	for (size_t i = 0; i < sizeof(distributions) / sizeof(distributions[0]); i++) {
		if (!kernel_package_parse(arena, distributions[i], a, &one))
			continue;
		fuzz_touch(one.tail);
		fuzz_check(kernel_package_are_kin(&one, &one), "'%s' is not of its own kin", a);
		fuzz_check(kernel_package_compare(&one, &one) == 0, "'%s' is another", a);
		if (kernel_package_parse(arena, distributions[i], b, &other) &&
		    kernel_package_are_kin(&one, &other))
			(void)kernel_package_compare(&one, &other);
	}
}

FUZZ_TARGET(kernel)
{
	struct fuzz_part parts[4];
	struct facts facts = {0};

	fuzz_split(arena, text, length, parts, 4);
	fuzz_put("/proc/version", parts[1].text, parts[1].length);
	fuzz_put("/proc/version_signature", parts[2].text, parts[2].length);
	fuzz_put("/etc/os-release", parts[3].text, parts[3].length);
	facts.live.kernel_release = text_trim(arena, parts[0].text);
	facts.host.kernel_release = facts.live.kernel_release;
	facts_kernel_build(fuzz_root(), arena, &facts);
	fuzz_touch(facts.host.build.upstream);
	fuzz_touch(facts.host.build.package);
	fuzz_touch(facts.host.build.distribution);
	compare(arena, facts.host.kernel_release, text_or(parts[1].text, "6.1.64-1"));
}
