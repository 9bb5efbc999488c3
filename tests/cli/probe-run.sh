#!/bin/bash
# The probe as the last step of run: when it measures, what the gate makes of it, what is kept; and
# io-config.yaml. On this machine's own root, but with a /run and /var/lib of the test's own.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if ! is_root || ! unshare -m mount -t tmpfs none /run 2>/dev/null; then
	skip "the probe in run" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "the probe in run" "no loop device, or no mkfs.ext4"
	finish
fi

mkdir "$work/run" "$work/lib"
# apart COMMAND...: /run and /var/lib are directories of the test
# shellcheck disable=SC2016,SC2317 # for that shell; called by its name
apart() {
	unshare -m sh -c 'mount --bind "$1" /run && mount --bind "$2" /var/lib && shift 2 && exec "$@"' \
		sh "$work/run" "$work/lib" "$@"
}

# profile GATE WHEN FLOOR: writes $work/p.yaml; it sets nothing
profile() {
	cat >"$work/p.yaml" <<-END
		profile: p
		summary: for a test
		gate: $1
		checks: {direct-io: true, linux-aio: true, data-directory: true}
		probe: {when: $2, floors: {fsync-p99: {at-most: $3}}}
	END
}
step() { run apart "$THINTUNE" run --profile "$work/p.yaml" --data-dir "$disk" --format json; }
value() { jq -r "$1" "$work/out"; }
summary() { value '"\(.exit_code) \(.probe.measured) \(.probe.earlier != null) \(.probe.direct_io.proof) \(.gate.may_start)"'; }
gated() { run apart "$THINTUNE" gate; }

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
# valid SENTENCE: the last report keeps to the schema
valid() {
	cp "$work/out" "$work/report.json"
	run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work/report.json"
	case $code in
	77) skip "$1" "the Python module jsonschema is missing" ;;
	0) ok "$1" ;;
	*) not_ok "$1" "$out" "$err" ;;
	esac
	cp "$work/report.json" "$work/out"
}
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
# The last probe's child may still be giving its file back.
for _ in $(seq 1200); do
	! umount "$disk" 2>/dev/null || break
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

# A disk below the floor --------------------------------------------------------------------------------
profile required-only changed 1us
# settled: a step whose floor is judged. On a host that is busy for the moment noisy figures judge nothing,
# and where no control groups are mounted nobody knows what they are worth.
settled() {
	for _ in 1 2 3; do
		step
		[[ $(value '.probe.floors[0].note') == "noisy: "* ]] || break
		is "noisy figures below the floor do not stop the start" "0 true false proven true" "$(summary)"
	done
	[[ $(value '.probe.floors[0].state') != "not judged" ]]
}
if ! settled; then
	skip "an empty directory on a slow disk: 5, it must not start" "$(value '.probe.floors[0].note')"
	mkdir "$disk/redpanda"
else
	is "an empty directory on a slow disk: 5, it must not start" "5 true false proven false" "$(summary)"
	says "by how much" "times too long in append-" "$(value '.probe.floors[0].note')"
	says "the gate's reason" "fsync-p99: wanted <= 0.001 ms, found [0-9.]+ ms" "$(value .gate.reason)"
	gated
	is "the gate says 5" 5 "$code"
	mkdir "$disk/redpanda"
	step
	is "with data: measured earlier, so not again; it starts" "0 false true proven true" "$(summary)"
	says "with a warning" "fsync-p99: wanted" "$(value .gate.reason)"
	rm -rf "$work/lib/thintune"
	profile strict changed 1us
	settled && is "with data and gate strict: 5" "5 true false proven false" "$(summary)"
fi
profile report always 1us
rmdir "$disk/redpanda"
step
is "gate report: it starts" "0 true false proven true" "$(summary)"

# What blocks at every start -------------------------------------------------------------------------------
profile required-only changed 1h
mkdir "$disk/redpanda"
# shellcheck disable=SC2016 # for that shell
run "$top/tests/cli/seccomp" errno EAGAIN 206 -- unshare -m sh -c 'mount --bind "$1" /run && shift && exec "$@"' \
	sh "$work/run" env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$THINTUNE" run --profile "$work/p.yaml" --data-dir "$disk" --format json
is "io_setup fails: it must not start, data or not" "4 false" "$code $(value .gate.may_start)"
says "in words" "fs.aio-max-nr is too small" "$(value .probe.io_setup.sentence)"
good=$disk
if on tmpfs; then
	mkdir "$disk/redpanda"
	step
	is "direct I/O is refuted: it must not start, data or not" "4 false false refuted false" "$(summary)"
	says "the gate's reason" "direct-io: wanted proven, found refuted" "$(value .gate.reason)"
fi
disk=$good
rmdir "$disk/redpanda"

# Writes that must not wait ---------------------------------------------------------------------------------
printf 'profile: p\nsummary: for a test\nchecks: {nowait: true}\n' >"$work/nowait.yaml"
run apart "$THINTUNE" probe --quick --runtime 100ms --jobs append-4k --size 32MiB --profile "$work/nowait.yaml" \
	--data-dir "$disk" --format json
# Before Linux 6.3 ext4 counts space that is reserved and not yet written as missing.
wanted="0 pass overwrite taken, append taken"
[ "$(printf '6.3\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.3 ] || wanted="3 fail overwrite taken, append refused (EAGAIN)"
is "ext4: an append that must not wait, into reserved space within the file's size" "$wanted" \
	"$code $(value '.checks[] | select(.check == "nowait") | "\(.state) \(.have)"')"

# Under a CPU quota that bites ------------------------------------------------------------------------------
group=/sys/fs/cgroup/cpu/thintune-$$
quota() { printf '5000\n' >"$group/cpu.cfs_quota_us"; }
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	group=/sys/fs/cgroup/thintune-$$
	quota() { printf '5000 100000\n' >"$group/cpu.max"; }
fi
if mkdir "$group" 2>/dev/null && quota 2>/dev/null; then
	profile required-only always 1us
	# shellcheck disable=SC2016 # for that shell
	run apart sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" "$THINTUNE" probe --quick --runtime 100ms \
		--jobs append-4k,randread-4k-qd8 --size 32MiB --profile "$work/p.yaml" --data-dir "$disk" --format json
	is "50m of a CPU: never 5" "0 not judged" "$code $(value '.probe.floors[0].state')"
	says "invalid, and why" "^cpu quota: this container may use 0.05 CPUs" "$(value .probe.invalid)"
else
	skip "50m of a CPU: never 5" "no cgroup can be made here"
fi
rmdir "$group" 2>/dev/null

# In run: where there is none ------------------------------------------------------------------------------
printf 'profile: p\nsummary: for a test\nprobe: {when: never}\n' >"$work/none.yaml"
: >"$work/there.yaml"
run apart "$THINTUNE" run --profile "$work/none.yaml" --data-dir "$disk" --io-config "$work/there.yaml" --format json
is "run --io-config leaves one that is there, and does not measure for it" "0 the profile says: never" "$code $(value .probe.skipped)"
is "and the file stays" 0 "$(stat -c %s "$work/there.yaml")"
run apart "$THINTUNE" run --profile "$work/none.yaml" --data-dir "$work/no-disk" --io-config "$work/io.yaml" --format json
is "without a data directory there is none" "there is no data directory to write to" "$(value .probe.io_config_note)"

# The command itself: it places nothing -------------------------------------------------------------------------
run apart "$THINTUNE" probe --data-dir "$disk" --runtime 50ms --size 16MiB --jobs append-4k,mixed --format json
valid "the report of a probe keeps to the schema"
is "and tells no placement, nor how to start Redpanda" null "$(value '.placement // .start_options')"
is "every job that moved something has a rate" "" "$(value '.probe.jobs[] | select((.requests > 0) != (.iops > 0)) | .job')"
run apart "$THINTUNE" probe --data-dir "$work/no-disk" --io-config "$work/no.yaml" --format json
is "without a data directory: 1, and a report of that" "1 1 false there is no data directory to write to" \
	"$code $(value '"\(.exit_code) \(.probe.measured) \(.probe.skipped)"')"
says "and the sentence beside it" "nothing was measured: there is no data directory" "$err"
is "io-config.yaml is not written for the same reason" "there is no data directory to write to" "$(value .probe.io_config_note)"
valid "which keeps to the schema, too"

# io-config.yaml ---------------------------------------------------------------------------------------------
config=$work/io-config.yaml
run apart "$THINTUNE" probe --data-dir "$disk" --size 128MiB --profile "$work/p.yaml" --io-config "$config" --format json
# The figures say which it has to be: of each of the four a settled job that comes near the best one.
# shellcheck disable=SC2016 # for jq
settled=$(value '[.probe.jobs[] | select(.state == "done")] as $jobs |
	all("randread-4k-", "randwrite-4k-", "read-128k-", "write-128k-"; . as $kind |
		[$jobs[] | select(.job | startswith($kind))] | (map(.bandwidth) | max) as $best |
		any(.[]; (.noisy or .burst | not) and .bandwidth >= 0.75 * $best))')
note=$(value .probe.io_config_note)
[[ $note != *"cannot be seen here"* && $(value .probe.invalid) == null ]] || settled=false
is "io-config.yaml is there when the figures are settled, and only then" "$settled" "$([ -e "$config" ] && echo true || echo false)"
if [ "$settled" = true ]; then
	run "$python" "$top/tests/cli/test_io_config.py" "$config" "$disk"
	is "a default probe writes an io-config.yaml that a strict reader takes" 0 "$code"
	says "with its origin" '^# Measured by thintune' "$(cat "$config")"
	cp "$config" "$work/kept"
	expect "never over one that is there" 2 "$THINTUNE" probe --data-dir "$disk" --io-config "$config"
	same "it stays as it is" "$config" "$work/kept"
else
	is "no io-config.yaml, and the exit code says so" 1 "$code"
	says "only for figures that do not settle, or that a quota may have falsified" "is not stable|cannot be seen here|invalid" "$note"
fi

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

finish
