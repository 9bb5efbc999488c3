#!/bin/bash
# A fault at some of the calls by which the program reaches the kernel, with sanitizers; tests/fault/test-sweep
# tries many more.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

sweep=${THINTUNE%/*}/fault_sweep
if [ ! -x "$sweep" ]; then
	skip "faults are told and can be undone" "there is no fault_sweep beside $THINTUNE"
	finish
fi
fresh aws-i4i "$work/tree"
disturb "$work/tree"
"$sweep" "$work/tree" 200
