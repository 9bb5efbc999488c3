#!/bin/bash
# A program is in conflict only with settings that this node has, which only the look at it tells.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

# node NAME PROGRAM: of these records, where the program's service runs.
node() {
	fresh "$1" "$tree"
	mkdir -p "$tree/run/systemd/units" "$tree/etc"
	ln -s id "$tree/run/systemd/units/invocation:$2.service"
}

# finds SENTENCE STATE HAVE OPTION...
finds() {
	local sentence=$1 wanted="$2 $3"
	shift 3
	run "$THINTUNE" audit --root "$tree" --format json "$@"
	is "$sentence" "$wanted" "$(jq -r '.checks[] | select(.check == "conflicts") | "\(.state) \(.have)"' "$work/out")"
}

node aws-i4i cpupower
finds "without frequency scaling nobody is in the governor's way" pass nobody
finds "nor where it is left out" pass nobody --skip governor
node intel-pstate cpupower
# irqbalance runs there.
finds "with it, cpupower is" fail "cpupower, irqbalance"
rm -r "$tree/sys/devices/system/cpu/cpufreq"
finds "but not once it is gone" fail irqbalance
node aws-i4i tuned
finds "what sets more than the governor is told anyway" fail tuned

finish
