# shellcheck shell=bash disable=SC2154
# What the tests of watch share: it is started with a socket of systemd's kind, and whatever it says there is
# waited for, so that no test has to guess how long a look takes.

# Far longer than anything takes: what has not come by then never does.
patience=120

# Each datagram as a line, its own lines joined by blanks.
listener='
import socket, sys
bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
bound.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(" ".join(bound.recv(4096).decode().split("\n")), flush=True)
'

# listen: from here on hear reads what comes to $work/notify
listen() {
	rm -f "$work/notify" "$work/heard"
	mkfifo "$work/heard"
	"$python" -c "$listener" "$work/notify" >"$work/heard" &
	listener_pid=$!
	exec 7<"$work/heard"
	hear
}

# hear: the next datagram, in $heard
hear() {
	heard=
	read -r -t "$patience" heard <&7 || heard="nothing within $patience s"
}

# watch OPTION...: starts one on $tree, in $watch_pid; what it says is in $work/log
watch() {
	NOTIFY_SOCKET=$work/notify "${program:-$THINTUNE}" watch --root "$tree" "$@" >"$work/log" 2>&1 7<&- &
	watch_pid=$!
}

# looked SENTENCE PATTERN: the next look is one like that
looked() {
	hear
	if [[ $heard == *STATUS=*" ($2): "* ]]; then
		ok "$1"
	else
		not_ok "$1" "wanted: a look ($2)" "have:   $heard" "$(cat "$work/log")"
	fi
}

# ended SENTENCE CODE: the watch ends with it
ended() {
	wait "$watch_pid"
	is "$1" "$2" $?
}

# stop: and nobody listens any more
stop() {
	kill "$watch_pid" 2>/dev/null
	wait "$watch_pid" 2>/dev/null
	kill "$listener_pid" 2>/dev/null
	wait "$listener_pid" 2>/dev/null
	exec 7<&-
}

# told FILTER: what jq makes of the watch.json that is published
told() { jq -r "$1" "$tree/run/thintune/public/watch.json"; }
