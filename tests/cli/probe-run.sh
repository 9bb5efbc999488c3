#!/bin/bash
# The probe as the last step of run: when it measures, and what is kept.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/probe-lib.sh disable=SC1091
. "$(dirname "$0")/probe-lib.sh"

# An empty disk that is good enough ----------------------------------------------------------------------
profile required-only changed 1h
step
is "first: proven, measured, the broker may start" "0 true false proven true" "$code $(summary | cut -d' ' -f2-)"
is "the check direct-io passes" "pass proven" "$(value '.checks[] | select(.check == "direct-io") | "\(.state) \(.have)"')"
is "the floor is met" "met" "$(value '.probe.floors[0].state')"
is "all jobs of the quick probe are there" 9 "$(value '.probe.jobs | length')"
cp "$work/out" "$work/first.json"
gated
is "the gate lets it start" 0 "$code"
cp "$work/first.json" "$work/out"
valid "the report of a run with a probe keeps to the schema"
is "the result is kept beyond a reboot" true "$([ -s "$work/lib/thintune/probe.json" ] && echo true)"
step
is "again: proven anew, not measured" "0 false true proven true" "$(summary)"
is "again: the floors are those of the first time" "met" "$(value '.probe.floors[0].state')"
# What the clock said then is told, and is no reason for anything.
for year in 2199 1971; do
	sed -i -E "s/(\"measured\": \")[0-9]{4}/\1$year/" "$work/lib/thintune/probe.json"
	touch -d "$year-01-02" "$work/lib/thintune/probe.json"
	step
	is "kept in $year: not measured, and dated so" "0 false true proven true $year" "$(summary) $(value '.probe.earlier[:4]')"
done
rm -rf "$work/run/thintune"
step
is "after a reboot: not measured" "0 false true proven true" "$(summary)"
image=$(losetup -nO BACK-FILE "$(findmnt -no SOURCE "$disk")")
# The last probe's child may still be giving its file back, in a mount namespace of its own: until it has ended the old
# file system is there, and would be mounted once more.
for _ in $(seq 1200); do
	umount "$disk" 2>/dev/null
	mountpoint -q "$disk" || [ -n "$(losetup -nj "$image")" ] || break
	sleep 0.05
done
mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$disk" && chown 101:101 "$disk"
step
is "another file system in the same place: measured" "0 true false proven true" "$(summary)"
printf 'nonsense' >"$work/lib/thintune/probe.json"
profile required-only first 1h
step
is "a result that is damaged: measured" "0 true false proven true" "$(summary)"
profile required-only first 2h
step
is "when: first, and another profile: not measured" "0 false true proven true" "$(summary)"
profile required-only never 1us
step
valid "the report of a run without one, too"
is "when: never: nothing is tried" "0 false false null true" "$(summary)"
is "when: never: the check is skipped" skipped "$(value '.checks[] | select(.check == "direct-io") | .state')"
is "nothing is left in the data directory" "" "$(find "$disk" -mindepth 1 ! -name lost+found)"

# In run: where there is none ------------------------------------------------------------------------------
printf 'profile: p\nsummary: for a test\nprobe: {when: never}\n' >"$work/none.yaml"
: >"$work/there.yaml"
run apart "$THINTUNE" run --profile "$work/none.yaml" --data-dir "$disk" --io-config "$work/there.yaml" --format json
is "run --io-config leaves one that is there, and does not measure for it" "0 the profile says: never" "$code $(value .probe.skipped)"
is "and the file stays" 0 "$(stat -c %s "$work/there.yaml")"
run apart "$THINTUNE" run --profile "$work/none.yaml" --data-dir "$work/no-disk" --io-config "$work/io.yaml" --format json
is "without a data directory there is none" "there is no data directory to write to" "$(value .probe.io_config_note)"

# The CPUs, if the profile wants them ------------------------------------------------------------------
# A neighbour that never gives its CPU up: measuring would take 10 s of each, and is test_cpu_step's.
printf 'profile: p\nsummary: for a test\nprobe: {when: never, cpu: first, floors: {cpu-gap-max: {at-most: 1us}}}\n' >"$work/p.yaml"
mkfifo "$work/here"
"$python" -c 'print("here", flush=True)
while True: pass' >"$work/here" &
hog=$!
first=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
taskset -cp "$first" $hog >/dev/null
read -r _ <"$work/here"
run apart taskset -c "$first" "$THINTUNE" run --profile "$work/p.yaml" --data-dir "$disk" --format json
kill $hog
wait $hog 2>/dev/null
says "CPUs that others use are not measured, and it is told" "^others take [0-9]+ % of the time of CPUs $first:" "$(value .probe.cpu_skipped)"
is "that holds no broker back" "0 true null" "$code $(value '"\(.gate.may_start) \(.probe.cpu)"')"
valid "the report is in form"
is "and its floor is told as not judged" "cpu-gap-max|not judged|null" "$(value '.probe.floors[] | "\(.floor)|\(.state)|\(.have)"')"

finish
