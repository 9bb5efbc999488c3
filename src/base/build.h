/* SPDX-License-Identifier: Apache-2.0 */
/* Which build of the program this is, so that a report can be traced to its sources. */
#ifndef BASE_BUILD_H
#define BASE_BUILD_H

/* NULL: unknown. */
struct build {
	const char *commit;   /* "unknown" where the sources were no git checkout */
	const char *build_id; /* in hexadecimal, which the linker makes of what it links */
	const char *sha256;   /* of the program's file; NULL also where nobody asked for it */
};

#endif
