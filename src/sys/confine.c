/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fd.h"

bool confine_reads(const char *dir)
{
	struct landlock_ruleset_attr reads = {
	    .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	};
	struct landlock_path_beneath_attr below = {.allowed_access = reads.handled_access_fs};
	_cleanup_fd_ int rules =
	    (int)syscall(SYS_landlock_create_ruleset, &reads, sizeof(reads), 0);
	_cleanup_fd_ int tree = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	below.parent_fd = tree;
	return rules >= 0 && tree >= 0 &&
	       syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}
