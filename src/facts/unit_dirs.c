/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/rivals.h"

const char *const unit_dirs[] = {
    "/etc/systemd/system",     "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system", NULL,
};
