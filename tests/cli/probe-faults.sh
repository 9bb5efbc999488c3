#!/bin/bash
# The probe on disks that hold other data than was written; without the rights it would like to have; while
# others tune or measure. Loop devices; as root only.
# shellcheck source=tests/cli/probe-apart.sh disable=SC1091
. "$(dirname "$0")/probe-apart.sh"
few=(--size 32MiB --runtime 200ms --jobs randread-4k-qd4)
probe() { run "$THINTUNE" probe --quick "${options[@]}" "$@"; }

# One at a time ---------------------------------------------------------------------------------------
mkdir -p /run/thintune
exec 8>/run/thintune/lock
flock 8
probe "${few[@]}" --lock-wait 0s
is "another thintune is at work: 6" 6 "$code"
says "in words" "another thintune holds /run/thintune/lock" "$err"
flock -u 8
probe "${few[@]}" --lock-wait 0s
is "once it has ended: measured" "done" "$(job randread-4k-qd4 .state)"

# What is wrong with the call is known before anything is measured ---------------------------------------
for size in 1MiB 300MiB; do
	probe --size $size
	is "--size $size, of 400 MiB: 2" 2 "$code"
done
says "in words" "more than half" "$err"
probe --size 1MiB
says "too little, in words" "less than 16 MiB" "$err"
run "$THINTUNE" probe --profile "$work/p.yaml" --data-dir "$disk" --io-config "$work/none/x.yaml"
is "io-config.yaml into a directory that is not there: 1" 1 "$code"
is "nothing was measured for it" "" "$out"

# Figures of a cache are no disk's -------------------------------------------------------------------------
judged=(--size 32MiB --runtime 200ms --jobs "append-4k,randread-4k-qd1")
probe "${judged[@]}" --buffered
is "through the page cache: no floor is judged" "0 not judged" "$code $(value '[.probe.floors[].state] | unique | join(" ")')"
good=$disk
if on tmpfs; then
	run "$THINTUNE" probe --quick "${options[@]}" --data-dir "$disk" "${judged[@]}" --force
	is "in memory: no floor is judged" "not judged" "$(value '[.probe.floors[].state] | unique | join(" ")')"
fi
disk=$good

# Rights ------------------------------------------------------------------------------------------------------
run "$python" -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$THINTUNE" probe --quick "${options[@]}" "${few[@]}"
is "started with SIGCHLD ignored: measured" "done" "$(job randread-4k-qd4 .state)"
deep=randread-4k-qd1024,randread-4k-qd128
if can_be_nobody; then
	chown "$other:$other" "$disk"
	cp "$THINTUNE" "$work/thintune"
	chmod 755 "$work"
	for bytes in 0 8192 65536; do
		run as_other env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" prlimit --memlock=$bytes:$bytes \
			"$work/thintune" probe --quick "${options[@]}" --size 32MiB --runtime 200ms --jobs $deep
		is "memlock $bytes: no job fails for it" "3 done" "$(value '[.probe.jobs[].state] | "\(length) \(unique | join(" "))"')"
	done
	chown 101:101 "$disk"
fi
# A container's root with what the manifests give it.
poor() { env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" setpriv --bounding-set=-all,+setuid,+setgid --inh-caps=-all -- "$@"; }
if poor true 2>/dev/null; then
	# On a host that is busy for the moment noisy figures miss no floor.
	for _ in 1 2 3; do
		run poor "$THINTUNE" run "${options[@]}"
		is_busy || break
	done
	if is_busy; then
		is "noisy figures do not hold a broker back" "0 true" "$code $(value .gate.may_start)"
	elif quota_seen; then
		is "its owner's directory is seen to be empty: 5, it must not start" "5 false" "$code $(value .gate.may_start)"
	else
		skip "its owner's directory is seen to be empty" "the CPU quota cannot be seen here"
	fi
	: >"$disk/pid.lock"
	chown 101:101 "$disk/pid.lock"
	"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("locked", flush=True); time.sleep(600)' "$disk/pid.lock" >"$work/locked" &
	holder=$!
	until [ -s "$work/locked" ]; do sleep 0.05; done
	run poor "$THINTUNE" probe --quick "${options[@]}" "${few[@]}"
	is "a broker in its owner's directory is seen: 1" 1 "$code"
	says "in words" "running broker holds" "$err"
	is "nothing was measured" "[]" "$(value '.probe.jobs | tostring')"
	kill $holder
	rm "$disk/pid.lock"
fi

# What comes back is looked at ----------------------------------------------------------------------------------
for engine in io_uring io_uring-plain linux-aio threads; do
	"$THINTUNE" probe --quick "${options[@]}" --size 32MiB --runtime 20s --engine $engine --verify --jobs randread-4k-qd4 \
		>"$work/out" 2>"$work/err" &
	victim=$!
	while child_of $victim; do
		dd if=/dev/zero of="$(scratch_of "$child")" bs=1M count=8 seek=4 conv=notrunc oflag=direct 2>/dev/null
		sleep 0.1
	done
	wait $victim
	is "$engine: other data in the file is found" "1 EBADMSG" "$? $(job randread-4k-qd4 .errno)"
	is "$engine: where it was" true "$(job randread-4k-qd4 '.error_offset >= 4194304 and .error_offset < 12582912')"
done

# A process that is killed takes its child along --------------------------------------------------------------------
"$THINTUNE" probe --quick "${options[@]}" --size 32MiB --runtime 300s --jobs randread-4k-qd4 >/dev/null 2>&1 &
victim=$!
child_of $victim
kill -9 $victim
wait $victim 2>/dev/null
is "killed: its child goes with it" gone "$(gone "$child" && echo gone)"
finish
