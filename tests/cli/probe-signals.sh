#!/bin/bash
# A signal while the disk is measured: the probe ends at once, leaves nothing behind, and reports what it
# has. As root only.
if [ "$(id -u)" -eq 0 ] && [ -z "${PROBE_APART-}" ] && unshare -m mount -t tmpfs none /run 2>/dev/null; then
	# The lock is in /run, and this machine may be at work; a run keeps its profile in /var/lib.
	PROBE_APART=1 exec unshare -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec "$@"' sh "$0" "$@"
fi
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if [ -z "${PROBE_APART-}" ]; then
	skip "a signal ends the probe" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "a signal ends the probe" "no loop device, or no mkfs.ext4"
	finish
fi

cat >"$work/p.yaml" <<-END
	profile: p
	summary: for a test
	checks: {direct-io: true}
	probe: {when: always, floors: {read-p99: {at-most: 1us}}}
END
# start COMMAND OPTION...: in the background, until $child has its file. bash has what is there ignore SIGINT.
start() {
	local command=$1
	shift
	"$python" -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$THINTUNE" "$command" --profile "$work/p.yaml" --data-dir "$disk" --format json "$@" \
		>"$work/report" 2>"$work/complaint" &
	victim=$!
	child_of $victim
}
over() {
	wait $victim
	code=$?
	err=$(cat "$work/complaint")
}
value() { jq -r "$1" "$work/report"; }
probe=(probe --quick --size 32MiB --runtime 5min --jobs "randread-4k-qd1,randwrite-4k-qd4")

for signal in TERM INT HUP; do
	start "${probe[@]}"
	# As a terminal does it: to all of them.
	kill -$signal $victim "$child"
	over
	is "SIG$signal: 1" 1 "$code"
	says "SIG$signal: in words" "interrupted by SIG$signal while doing: [a-z]" "$err"
	is "SIG$signal: the process that measured is gone" gone "$(gone "$child" && echo gone)"
	is "SIG$signal: nothing is left in the directory" "" "$(find "$disk" -mindepth 1 ! -name lost+found)"
	is "SIG$signal: a floor is not missed for it" "not judged" "$(value '.probe.floors[0].state // "not judged"')"
	is "SIG$signal: there is a report, and it says so" true "$(value '.probe.failure | startswith("interrupted by")')"
done

# A run has one answer.
start run --skip checks
kill -TERM $victim
over
own=$code
run "$THINTUNE" gate
is "run: its answer is that of gate" "$own" "$code"
says "run: gate says why" "interrupted by SIGTERM while doing: [a-z]" "$out"
finish
