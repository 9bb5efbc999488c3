#!/bin/bash
# What is done to a probe from outside: another directory is put in the place of the data directory before and while it
# is measured, its file system is taken away, memory is short, and it runs in PID namespaces. As root only.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if [ -z "${PROBE_APART-}" ]; then
	skip "neighbours of the probe" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
on tmpfs
other=$disk
if ! on ext4; then
	skip "neighbours of the probe" "no loop device, or no mkfs.ext4"
	finish
fi
cc -O1 -o "$work/kill-at" "$top/tests/cli/kill-at.c" || not_ok "kill-at can be built"

cat >"$work/p.yaml" <<-END
	profile: p
	summary: for a test
	checks: {direct-io: true, data-directory: true}
	probe: {when: always, floors: {read-p99: {at-most: 1h}}}
END
data=$disk/data
options=(--profile "$work/p.yaml" --data-dir "$data" --format json)
one_job=(--quick --size 16MiB --jobs randread-4k-qd1)
value() { jq -r "$1" "$work/out"; }
check() { value ".checks[] | select(.check == \"$1\") | .state"; }

# A data directory, one beside it, and its file system again: all of the same owner.
new_directories() {
	mkdir -p "$data" "$disk/beside"
	chown 101:101 "$data" "$disk/beside"
}

# What happens to the directory, and how it is undone.
# shellcheck disable=SC2034 # read by their names
{
	happens_bind="mount --bind $disk/beside $data" undone_bind="umount $data"
	happens_cover="mount --bind $other $data" undone_cover="umount $data"
	happens_rename="mv $data $disk/away && mkdir $data && chown 101:101 $data" undone_rename="rmdir $data && mv $disk/away $data"
	happens_gone="mv $data $disk/away" undone_gone="mv $disk/away $data"
}
declare -A words=([bind]="another directory of its disk is mounted over it" [cover]="another file system is mounted over it"
	[rename]="another directory has its name" [gone]="it is gone")

nothing_left() { is "$1: nothing is left on either" "" "$(find "$disk" "$other" -mindepth 1 ! -type d)"; }

# meanwhile ACTION: a probe that waits at work while it is done; its exit code
meanwhile() {
	"$THINTUNE" probe "${options[@]}" "${one_job[@]}" --runtime 3s >"$work/out" 2>"$work/err" &
	victim=$!
	child_of $victim
	kill -STOP "$child"
	while [[ $(cut -d ' ' -f 3 "/proc/$child/stat" 2>/dev/null) == [RSD] ]]; do :; done
	[[ $(cut -d ' ' -f 3 "/proc/$child/stat" 2>/dev/null) == T ]] || not_ok "a probe is stopped at work" "it has ended before"
	eval "$1"
	kill -CONT "$child"
	wait $victim
}

# The last pipe that a probe makes is between it and its child.
new_directories
traced -o "$work/trace" -e trace=pipe2 "$THINTUNE" probe "${options[@]}" "${one_job[@]}" --runtime 50ms >"$work/out" 2>&1
is "a probe of the directory itself" "done" "$(value '.probe.jobs[-1].state')"
last_pipe=$(grep -c '^pipe2' "$work/trace")

for kind in bind cover rename gone; do
	action=happens_$kind undo=undone_$kind what=${words[$kind]}
	run without_leaks "$work/kill-at" -c "${!action}" pipe2 "$last_pipe" "$THINTUNE" probe "${options[@]}" "${one_job[@]}"
	is "$what before it is measured: 1, and nothing was measured" "1 [] unknown" \
		"$code $(value '"\(.probe.jobs) \(.probe.direct_io.proof)"')"
	says "$what before it is measured: in words" "$data is no longer the directory that was looked at" "$err"
	eval "${!undo}"
	nothing_left "$what before it is measured"

	meanwhile "${!action}"
	is "$what while it is measured: 1, and no figure counts" "1 fail not judged" \
		"$? $(check data-directory) $(value '.probe.floors[0].state')"
	says "$what while it is measured: in words" "$data is no longer the directory that was looked at" "$(cat "$work/err")"
	eval "${!undo}"
	nothing_left "$what while it is measured"
done

# A broker must not start on a directory of which nobody knows anything, whatever is in either of the two.
sed -i 's/data-directory: true/data-directory: {value: true, severity: required}/' "$work/p.yaml"
mkdir "$other/data"
chown 101:101 "$other/data"
traced -o "$work/trace" -e trace=pipe2 "$THINTUNE" run "${options[@]}" --data-dir "$other/data" >/dev/null 2>&1
last_pipe=$(grep -c '^pipe2' "$work/trace")
rmdir "$other/data"
mkdir "$data/redpanda" "$disk/beside/redpanda" "$other/redpanda"
for kind in bind cover; do
	action=happens_$kind undo=undone_$kind what=${words[$kind]}
	run without_leaks "$work/kill-at" -c "${!action}" pipe2 "$last_pipe" "$THINTUNE" run "${options[@]}"
	is "$what as a run is to measure it: the broker must not start" "1 false" "$code $(value .gate.may_start)"
	says "in words" "^$data is no longer the directory that was looked at; data-directory: wanted" "$(value .gate.reason)"
	expect "and gate says the same" 1 "$THINTUNE" gate
	eval "${!undo}"
done
rmdir "$data/redpanda" "$disk/beside/redpanda" "$other/redpanda"

# PID namespaces ---------------------------------------------------------------------------------------
if ! unshare -pf --mount-proc true 2>/dev/null; then
	skip "a probe of another PID namespace" "this machine gives no PID namespace"
else
	for proc in --mount-proc ""; do
		# Without it /proc is that of the namespace outside, where all numbers are others.
		expect "process 1 of a namespace${proc:+ with its /proc} measures" 0 \
			unshare -pf ${proc:+"$proc"} "$THINTUNE" probe "${options[@]}" "${one_job[@]}" --runtime 50ms
	done
	for signal in TERM HUP; do
		unshare -pf --mount-proc "$THINTUNE" probe "${options[@]}" "${one_job[@]}" --runtime 5min >"$work/out" 2>"$work/err" &
		outside=$!
		victim=
		until [ -n "$victim" ]; do
			kill -0 $outside || break
			read -r victim <"/proc/$outside/task/$outside/children" || true
		done
		child_of "$victim"
		is "process 1 of a namespace has reaped what it has started" "" \
			"$(xargs -n 1 <"/proc/$victim/task/$victim/children" | while read -r one; do grep -H '^State:.*Z' "/proc/$one/status"; done)"
		kill -$signal "$victim"
		wait $outside
		is "SIG$signal ends a probe that is process 1: 1" 1 $?
		says "in words" "interrupted by SIG$signal while doing: [a-z]" "$(cat "$work/err")"
		is "the process that measured is gone" gone "$(gone "$child" && echo gone)"
		nothing_left "SIG$signal to process 1"
	done
	# A broker in its own namespace holds its lock: its number is unknown here, that it is there is not.
	: >"$data/pid.lock"
	unshare -pf --mount-proc "$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("locked", flush=True); time.sleep(600)' "$data/pid.lock" \
		>"$work/locked" 2>/dev/null &
	outside=$!
	until [ -s "$work/locked" ]; do kill -0 $outside || break; sleep 0.05; done
	run "$THINTUNE" probe "${options[@]}" "${one_job[@]}"
	is "a broker of another PID namespace holds the directory: 1, and nothing was measured" "1 []" "$code $(value '.probe.jobs | tostring')"
	says "in words" "running broker holds" "$err"
	read -r victim <"/proc/$outside/task/$outside/children"
	kill -9 "$victim"
	wait $outside 2>/dev/null
	rm "$data/pid.lock"
fi

# Short of memory --------------------------------------------------------------------------------------
group=/sys/fs/cgroup/memory/thintune-$$
limit() {
	local swap=$group/memory.memsw.limit_in_bytes
	# It is never the smaller one, and not there where swap is not counted.
	[ ! -e "$swap" ] || echo -1 >"$swap"
	echo $(($1 * 1024)) >"$group/memory.limit_in_bytes" && { [ ! -e "$swap" ] || echo $(($1 * 1024)) >"$swap"; }
}
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	group=/sys/fs/cgroup/thintune-$$
	limit() { echo $(($1 * 1024)) >"$group/memory.max" && echo 0 >"$group/memory.swap.max"; }
fi
if ! mkdir "$group" 2>/dev/null || ! limit 65536 2>/dev/null; then
	skip "memory that is too small for a probe" "no memory cgroup can be made here"
else
	# What the shipped program takes decides; sanitizers take ten times as much. The child takes the buffers, so it
	# may be the one that the kernel kills; which of the two it takes differs from machine to machine.
	problem=''
	for kib in 24576 16384 12288 8192 6144 4096; do
		limit $kib
		# shellcheck disable=SC2016 # for that shell
		run sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" "$shipped" probe "${options[@]}" --quick \
			--size 32MiB --runtime 100ms --jobs randread-4k-qd4,write-128k-qd64 2>/dev/null
		printf '# %d KiB: %d, %s\n' $kib "$code" "$err"
		case $code in
		0 | 137) ;;
		1)
			[[ $err == *"the probe was killed by signal 9 while doing: "* && $(value .probe.floors[0].state) != missed ]]
			;;
		*) false ;;
		esac || problem=${problem:-"$kib KiB: $code: $err"}
		[ -z "$(find "$disk" -mindepth 1 ! -type d)" ] || problem="$kib KiB: a file is left"
	done
	if [ -z "$problem" ]; then
		ok "whatever memory it gets, the probe ends well, is killed, or says that its child was"
	else
		not_ok "whatever memory it gets, the probe ends well, is killed, or says that its child was" "$problem"
	fi
fi
for _ in $(seq 100); do ! rmdir "$group" 2>/dev/null || break; done

# The file system itself is taken away; what is open keeps it until the probe has ended.
mounts=("${mounts[@]:1}")
meanwhile "umount -l $disk"
is "its file system is taken away: 1, and no figure counts" "1 fail not judged" \
	"$? $(check data-directory) $(value '.probe.floors[0].state')"
says "in words" "$data is no longer the directory that was looked at" "$(cat "$work/err")"
is "nothing is left where it was" "" "$(find "$disk" -mindepth 1)"
finish
