#!/bin/bash
# The owner of the data directory against the process that measures as him: what it may do, what it
# has open, and what its parent, which is root, makes of what he does to it. As root only.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if [ -z "${PROBE_APART-}" ]; then
	skip "attacks on the probe" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
# Nobody else's, so that no process of other work is his.
owner=$((20000 + $$ % 30000))
as=(setpriv --reuid="$owner" --regid="$owner" --clear-groups --inh-caps=-all --bounding-set=-all --)
as_owner() { "${as[@]}" "$@"; }
if ! on ext4 || ! as_owner true 2>/dev/null; then
	skip "attacks on the probe" "no loop device, no mkfs.ext4, or no setpriv"
	finish
fi

chown $owner:$owner "$disk"
cat >"$work/p.yaml" <<-END
	profile: p
	summary: for a test
	checks: {direct-io: true}
	probe: {when: always, floors: {read-p99: {at-most: 1us}}}
END
jobs=randread-4k-qd1,randwrite-4k-qd4
# start [OPTION...]: in the background, until $child has its file
start() {
	"${before[@]}" "$THINTUNE" probe --quick --profile "$work/p.yaml" --data-dir "$disk" --format json \
		--size 32MiB --jobs $jobs "$@" >"$work/report" 2>"$work/complaint" &
	victim=$!
	child_of $victim
}
# over: it has ended with $code and $err
over() {
	wait $victim 2>/dev/null
	code=$?
	err=$(cat "$work/complaint")
}
value() { jq -r "$1" "$work/report"; }
# attack [kill]: as the owner; the ways are in $out
# shellcheck disable=SC2317 # called by its name
attack() { as_owner "$python" - "$child" "$@" <"$top/tests/cli/attack"; }
before=(env)

# What it may do and what it has open ------------------------------------------------------------------
# foreign PID ROOT: descriptors that it has no need of
foreign() {
	find "/proc/$1/fd" -mindepth 1 -printf '%l\n' | grep -vxF -e /dev/null -e "$disk" -e "/proc/$1/io" -e /proc/stat |
		grep -vxE -e "$disk/#[0-9]+ \(deleted\)" -e 'anon_inode:\[io_uring\]' -e "$2/sys/devices/.*/stat"
}
# holds PID PATTERN: how many such descriptors
holds() { find "/proc/$1/fd" -mindepth 1 -printf '%l\n' | grep -cxE -- "$2"; }
status() { sed -n "s/^$1:\\s*//p" "/proc/$child/status" | tr '\t' ' ' | sed 's/ *$//'; }
# has_little SENTENCE ROOT
has_little() {
	is "$1: nothing else is open but its end of the pipe" "pipe" "$(foreign "$child" "$2" | sed 's/:.*//')"
	is "$1: directory, its own account, the counters of node and disk are" "1 1 1 1" \
		"$(holds "$child" "$disk") $(holds "$child" "/proc/$child/io") $(holds "$child" /proc/stat) $(holds "$child" "$2/sys/devices/.*/stat")"
}
mkdir "$work/host"
if mount --rbind / "$work/host" 2>/dev/null; then
	mounts=("$work/host" "${mounts[@]}")
	start --runtime 20s --root "$work/host"
	has_little "below another root" "$work/host"
	is "no descriptor of a root" 0 "$(holds "$child" "/|$work/host")"
	kill -9 $victim
	over
fi
before=("$top/tests/cli/seccomp" errno ENOSYS 436 -- env)
start --runtime 20s
has_little "without close_range" ""
kill -9 $victim
over
before=(env)
start --runtime 20s
has_little "below /" ""
is "it is the owner in every respect" "$owner $owner $owner $owner, $owner $owner $owner $owner, " "$(status Uid), $(status Gid), $(status Groups)"
is "it has no capability" "0000000000000000 0000000000000000" "$(status CapPrm) $(status CapEff)"
is "it is in the sandbox, and new programs give it no rights" "2 1" "$(status Seccomp) $(status NoNewPrivs)"
is "what is below /proc is root's, as of a process that leaves no core either" "0 0" "$(stat -c %u "/proc/$child/mem" "/proc/$child/fd" | xargs)"

# He tries ------------------------------------------------------------------------------------------------
run attack kill
is "each way was tried" 23 "$(grep -c . <<<"$out")"
lacks "no way leads into it" " ok$" "$out"
says "none" "^process_vm_writev EPERM$" "$out"
over
# On a host that is busy for the moment no job may have begun by then.
for _ in 1 2 3; do
	[ "$(value '.probe.jobs | length')" = 0 ] || break
	start --runtime 20s
	run attack kill
	over
done
is "killed: 1" 1 "$code"
says "killed: in words" "the probe was killed by signal 9 while doing: [a-z]" "$err"
is "killed: what was at work failed" "failed ECHILD" "$(value '.probe.jobs[-1] | "\(.state) \(.errno)"')"
is "killed: no floor is missed for it" "not judged" "$(value '.probe.floors[0].state')"

# Where the kernel leaves what changes its user open to all (fs.suid_dumpable), none of his moments comes.
if can_trace; then
	run traced -f -o "$work/trace" -e trace=prctl,setresuid,fcntl "$THINTUNE" probe --quick --runtime 100ms \
		--profile "$work/p.yaml" --data-dir "$disk" --size 32MiB --jobs $jobs
	order=$(grep -oE 'setresuid\([^)]*\) += 0|PR_SET_DUMPABLE, [A-Z0-9_]+|F_SETFL, [A-Z_|]*ASYNC' "$work/trace" | sed 's/ = 0//; s/O_RDONLY|//; s/O_ASYNC/FASYNC/')
	is "shut before it is his" "setresuid(-1, $owner, -1) PR_SET_DUMPABLE, SUID_DUMP_DISABLE F_SETFL, FASYNC setresuid($owner, $owner, $owner)" \
		"$(head -n 4 <<<"$order" | xargs)"
fi

# He stops it -----------------------------------------------------------------------------------------------
start
as_owner kill -STOP "$child"
over
is "stopped: 1" 1 "$code"
says "stopped: in words" "the probe was stopped by signal 19 and did not continue in time; it was doing: " "$err"
is "stopped: it is not left behind" gone "$(gone "$child" && echo gone)"
# as_ever: how a probe ends whose floor nothing meets; on a busy host noisy figures miss none
as_ever() { if is_busy; then echo 0; else echo 5; fi; }
# And lets it go on: nothing is lost but time, which the probe has to spare.
start --runtime 1s
as_owner kill -STOP "$child"
while kill -0 "$child" && [ "$(cut -d ' ' -f 3 "/proc/$child/stat")" != T ]; do :; done
as_owner kill -CONT "$child"
over
is "stopped and continued: it ends as ever" "$(as_ever)" "$code"
is "stopped and continued: with all that was asked" "done done done" "$(value '[.probe.jobs[].state] | join(" ")')"
# What a terminal sends to all is for its parent to decide; another signal ends it.
for signal in HUP TERM; do
	start --runtime 1s
	as_owner kill -$signal "$child"
	over
	is "SIG$signal to it alone: it ends as ever" "$(as_ever) done done done" "$code $(value '[.probe.jobs[].state] | join(" ")')"
done
start --runtime 20s
as_owner kill -USR1 "$child"
over
is "killed by SIGUSR1: in words" "1, signal 10" "$code, $(grep -oE 'signal [0-9]+' <<<"$err" | head -n 1)"
# At the first moment that it is his, and each process that it starts.
as_owner "$python" -c 'import os, signal
parent = os.getppid()
print("ready", flush=True)
while os.getppid() == parent:
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(name) != os.getpid():
                os.kill(int(name), signal.SIGSTOP)
                print(name, flush=True)
        except OSError:
            pass' >"$work/stopped" 2>/dev/null &
hunter=$!
until [ -s "$work/stopped" ]; do sleep 0.05; done
"$THINTUNE" probe --quick --profile "$work/p.yaml" --data-dir "$disk" --format json --size 32MiB >"$work/report" 2>"$work/complaint" &
victim=$!
over
kill $hunter
wait $hunter 2>/dev/null
is "stopped at once: 1" 1 "$code"
says "stopped at once: in words" "the probe was stopped by signal 19" "$err"
left=
while read -r pid; do
	gone "$pid" || left="$left $pid"
done < <(sed 1d "$work/stopped" | sort -u)
is "stopped at once: nothing is left behind" "" "$left"

# He swaps the directory ------------------------------------------------------------------------------------
# What it has open stays what was looked at; the new one gets no file.
mkdir "$work/parent"
chmod 711 "$work"
mount --bind "$disk" "$work/parent" && mounts=("$work/parent" "${mounts[@]}")
as_owner mkdir "$work/parent/data"
disk_before=$disk
disk=$work/parent/data
start --runtime 1s
as_owner mv "$disk" "$work/parent/old"
as_owner ln -s /etc "$disk"
over
is "swapped for a link: it ends as ever, or says so" yes "$(case $code in 5) echo yes ;; 1) [ -n "$err" ] && echo yes ;; esac)"
is "swapped for a link: nothing is left in the old one" "" "$(find "$work/parent/old" -mindepth 1)"
as_owner rm "$disk"
disk=$disk_before

# He takes away what it may use -------------------------------------------------------------------------------
start --runtime 20s
run as_owner prlimit --pid "$child" --fsize=4096:4096
is "he may take from its limits" 0 "$code"
over
is "no file may be large any more: 1" 1 "$code"
says "no file may be large any more: in words" "killed by signal 25|File too large|a write at offset" "$err"

# And should he get in all the same: as root, which nothing stops ------------------------------------------------
as=(env)
start --runtime 20s
run attack kill
says "the memory that it shares is overwritten" "^overwrite ok$" "$out"
over
is "what is there is not believed: 1" 1 "$code"
says "in words" "the probe returned an impossible result, so all of it is dropped: finished" "$err"
is "nothing of it is in the report" "[] null unknown" "$(value '"\(.probe.jobs) \(.probe.engine) \(.probe.direct_io.proof)"')"

# A directory of root's own: the process stays root, without its rights.
chown 0:0 "$disk"
start --runtime 20s
is "as root it has no capability either" "0 0 0 0, 0000000000000000 0000000000000000" "$(status Uid), $(status CapPrm) $(status CapEff)"
has_little "as root" ""
kill -9 $victim
over
finish
