# shellcheck shell=bash
# What the tests of golden/ share: where the golden files are, and what of a report is in them.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"

# shellcheck disable=SC2034 # for those who source this
golden=$top/tests/golden

# jq. "run" varies by itself, the version changes with every release. A profile's hash and the line
# numbers in "source" change with every edit of a profile, also where the plan stays the same;
# test-profile-edits checks them against the profile itself. What of a profile is in no plan (overlays
# that do not apply, values that it leaves alone), and by which lines it came to a value, is in tests/cli/report.sh.
compared_facts='del(.run) | .tool |= {name}'
# shellcheck disable=SC2034 # for those who source this
compared_audit="$compared_facts"' | del(.profile.sha256, .overlays, .leaves, .lowered, .summary.leave, .settings[].advice, .left_out.settings[]?.advice, (.settings[], .checks[]).merged) |
	((.settings[], .checks[]).source | strings) |=
		gsub("(?<before>^|, severity | at )(?<name>[A-Za-z0-9._-]+):[0-9]+"; .before + .name)'

# compared_text <TEXT: without the same, and without the place of the copy.
compared_text() {
	sed -E -e 's/^(node .* \(id [a-z0-9]+\)), [0-9TZ:-]+, thintune [^,]+, profile sha256 [0-9a-f]+$/\1/' \
		-e 's/^(next: .*--root )[^ ]*\/([^/ ]+)/\1nodes\/\2/' \
		-e 's/^(next: .*--profile )[^ ]*\/([^/ ]+)\.yaml/\1\2/' \
		-e 's/, [0-9]+ values? left alone by the profile( \(--verbose lists them\))?$/\1/'
}
