/* SPDX-License-Identifier: Apache-2.0 */
/* What the exit codes mean. The rows of the gate are those of docs/commands.md, and
 * tests/cli/gate-table.sh tries them. */
#include "cli/exit_table.h"

const struct exit_row exit_rows[] = {
    {0, "as the profile wants", "the node matches (or now matches) the profile"},
    {1, "the job could not be done", "could not do the job, or not all of it"},
    {2, "usage or profile error", "usage or profile error; nothing was touched"},
    {3, "differences", "differences found: settings that differ, advised checks that fail"},
    {4, "something required does not hold",
     "a required setting could not be applied or a required check failed (with --strict: any)"},
    {5, "the probe is below a floor", "the probe is below the profile's floor"},
    {6, "locked", "another thintune holds the lock and --lock-wait ran out"},
};
const size_t exit_count = sizeof(exit_rows) / sizeof(exit_rows[0]);

const struct gate_row exit_gate_rows[] = {
    {"all is as the profile wants", "0", "0", "0", "0"},
    {"an advised one cannot be set", "0", "0", "0", "0"},
    {"an advised one failed", "3", "0", "3", "0"},
    {"a required setting does not hold", "4", "4 (0)", "4", "0"},
    {"a required check fails", "4", "4", "4", "0"},
    {"... of those, the waiver has expired", "4", "4 (0)", "4 (0)", "0"},
    {"the probe is below the floor", "5", "5 (0)", "5", "0"},
    {"another thintune holds the lock", "6", "6 (0)", "6", "0"},
    {"the job could not be done", "1", "1 (0)", "1", "0"},
    {"run can write no verdict", "-", "1", "1", "1"},
    {"a mistake in the options", "2", "2", "2", "2"},
};
const size_t exit_gate_count = sizeof(exit_gate_rows) / sizeof(exit_gate_rows[0]);
