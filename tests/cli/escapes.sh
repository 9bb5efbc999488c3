#!/bin/bash
# Whatever bytes a node, a journal, a profile or a command line holds: no format that comes out lets a terminal, a
# shell or another program take them for commands, and JSON has them as they were.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

if ! "$python" -c 'import yaml' 2>/dev/null; then
	skip "hostile bytes leave nothing but text" "the Python module yaml (package python3-yaml) is missing"
	finish
fi
mkdir "$work/hostile"
nodes=("$(tree aws-i4i)")
is_sweep_short || nodes+=("$(tree intel-pstate)" "$(tree lvm)" "$(tree aws-graviton-pod)")
"$python" "$top/tests/cli/hostile" "$THINTUNE" "$shipped" "$trees" "$work/hostile" "${nodes[@]}"
