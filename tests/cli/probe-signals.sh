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

# on_screen COMMAND...: on a terminal of 80 columns; what it wrote is in $work/screen, with its carriage returns.
on_screen() {
	"$python" - "$work/screen" "$@" <<-'END'
		import os, pty, signal, sys
		signal.signal(signal.SIGINT, signal.SIG_DFL)
		written = bytearray()

		def read(descriptor):
		    data = os.read(descriptor, 65536)
		    written.extend(data)
		    # Whoever waits there presses Ctrl-C at the second job.
		    if b"job 2/3" in written and not read.is_done:
		        read.is_done = True
		        os.write(descriptor, b"\x03")
		    return data

		read.is_done = False
		os.environ["TERM"] = "xterm"
		out = os.open("/dev/null", os.O_WRONLY)
		os.dup2(out, 1)
		code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read, lambda _: b""))
		with open(sys.argv[1], "wb") as file:
		    file.write(written)
		sys.exit(code)
	END
	code=$?
	text_of "$work/screen" out
}
on_screen "$THINTUNE" "${probe[@]}" --profile "$work/p.yaml" --data-dir "$disk"
is "Ctrl-C on a terminal: 1" 1 "$code"
says "the job, the count and the time were shown" $'\r\x1b\\[Kjob 2/3 randread-4k-qd1  [0-9.]+ of about 600 s' "$out"
says "it says what was done" 'interrupted by SIGINT while doing: randread-4k-qd1; 1 of 3 jobs were done' "$out"
says "and keeps what was measured" '^prefill  +[0-9]' "$(tr -d '\r' <<<"$out")"
says "and what comes next" '^next: .*thintune probe .*--runtime .*' "$(tr -d '\r' <<<"$out")"
is "what was shown is taken back before the report" yes \
	"$("$python" -c 'import sys
text = open(sys.argv[1], "rb").read()
shown, report = text.split(b"thintune probe: profile", 1)
print("yes" if shown.endswith(b"\r\x1b[K") and b"\x1b[K" not in report else repr(shown[-80:]))' "$work/screen")"
# Where nobody watches, nothing of it is written.
run "$THINTUNE" probe --quick --size 32MiB --runtime 100ms --jobs randread-4k-qd1 --profile "$work/p.yaml" --data-dir "$disk"
lacks "nothing is shown without a terminal" $'job [0-9]+/|\r|\x1b' "$out$err"
lacks "nor with --quiet" 'job [0-9]+/' "$(on_screen "$THINTUNE" probe --quiet --quick --size 32MiB --runtime 100ms --jobs randread-4k-qd1 \
	--profile "$work/p.yaml" --data-dir "$disk"
	printf '%s' "$out")"

# A run has one answer.
start run --skip checks
kill -TERM $victim
over
own=$code
run "$THINTUNE" gate
is "run: its answer is that of gate" "$own" "$code"
says "run: gate says why" "interrupted by SIGTERM while doing: [a-z]" "$out"
finish
