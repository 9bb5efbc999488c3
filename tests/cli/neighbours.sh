#!/bin/bash
# What else is on a node and does not keep to any rule: two hundred thintunes at once, clocks that jump, other PID
# namespaces, and a /run/thintune that is somebody else's. tests/cli/probe-neighbours.sh has those of the probe.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
dir=$tree/run/thintune
journal=$dir/journal.jsonl
node=aws-i4i
printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 1}\n' >"$work/p.yaml"

# restored SENTENCE: a restore ends well, and everything is as in the beginning.
restored() {
	expect "$1: restore ends with 0" 0 "$THINTUNE" restore --root "$tree"
	state "$tree" >"$work/after"
	same "$1: everything is as it was" "$work/before" "$work/after"
}

# Two hundred at once ---------------------------------------------------------------------------------

# What one apply and one restore write when nobody else is there.
fresh "$node" "$tree"
state "$tree" >"$work/before"
"$THINTUNE" apply --root "$tree" --format json >"$work/calm-apply"
"$THINTUNE" restore --root "$tree" --format json >"$work/calm-restore"
alone="$(jq .run.writes "$work/calm-apply") $(jq .run.writes "$work/calm-restore")"

# one NUMBER: a thintune of the crowd, in the background, without sanitizers: it is about what they do to each other.
crowd=$work/crowd
mkdir "$crowd"
waits=--lock-wait=10min
one() {
	local command=(gate)
	case $(($1 % 10)) in
	0 | 1 | 2) command=(apply "$waits") ;;
	3) command=(apply --lock-wait=0s) ;;
	4) command=(run "$waits" --skip checks) ;;
	5) command=(run --lock-wait=0s --skip checks) ;;
	6 | 7) command=(restore "$waits") ;;
	8) command=(restore --lock-wait=0s) ;;
	esac
	commands[$1]=${command[0]}
	is_patient[$1]=$([[ ${command[1]-} != "$waits" ]] || echo yes)
	[ "${command[0]}" = gate ] || command+=(--format json)
	"$shipped" "${command[@]}" --root "$tree" >"$crowd/$1.out" 2>"$crowd/$1.err" 8>&- &
	pids[$1]=$!
}

# judge NUMBER: whether its code has its sentence, and the command may end with it. Counts what a restore or an apply did.
judge() {
	local said
	text_of "$crowd/$1.err" err
	text_of "$crowd/$1.out" out
	said="$out$err"
	case ${commands[$1]}-$code in
	apply-0 | run-0 | restore-0) done_by[${commands[$1]}]+=" $crowd/$1.out" ;;
	apply-6 | run-6 | restore-6)
		locked=$((locked + 1))
		[[ -z ${is_patient[$1]} && $err == *"another thintune holds /run/thintune; --lock-wait says how long to wait"* ]]
		;;
	gate-0) [[ $said == start:* ]] ;;
	gate-1) [[ $said == *"there is no verdict of the owner host"* || $said == "none; a run began "*" and has not ended"$'\n'"next: "* ]] ;;
	gate-4) [[ $said == "withdrawn: "* ]] ;;
	*) false ;;
	esac || problem=${problem:-"${commands[$1]} ended with $code: $said"}
}

declare -A done_by=()
commands=() is_patient=() pids=() locked=0 problem=
mkdir -p "$dir"
# While somebody holds the lock the first half gathers; the second half comes as they are let go.
exec 8<"$dir"
flock 8
for ((i = 0; i < 100; i++)); do one $i; done
for i in 3 5 8; do wait "${pids[i]}"; done
exec 8<&-
for ((i = 100; i < 200; i++)); do one $i; done
for ((i = 0; i < 200; i++)); do
	# Three of them were waited for above; the shell still has their codes.
	wait "${pids[i]}"
	code=$?
	judge $i
done
if [ -z "$problem" ]; then ok "200 at once: each code has its sentence"; else not_ok "200 at once: each code has its sentence" "$problem"; fi
is "200 at once: some did not wait for the lock" yes "$([ $locked -ge 3 ] && echo yes)"
# The settings are written by one at a time: each found all of them as they were, or all of them done.
# shellcheck disable=SC2086 # several files
writes_of() { jq .run.writes $1 | sort -n | uniq -c | awk '{ printf "%s%s*%s", sep, $1, $2; sep = " " }'; }
applied=$(writes_of "${done_by[apply]}${done_by[run]}")
undone=$(writes_of "${done_by[restore]}")
is "200 at once: an apply writes everything or nothing" "" "$(grep -vE "^[0-9]+\*(0|${alone% *})$" <<<"${applied// /$'\n'}")"
is "200 at once: so does a restore" "" "$(grep -vE "^[0-9]+\*(0|${alone#* })$" <<<"${undone// /$'\n'}")"
printf '# writes of apply and run: %s; of restore: %s; locked out: %d\n' "$applied" "$undone" $locked
# how_many WRITES HISTOGRAM
how_many() { grep -oE "(^| )[0-9]+\*$1( |$)" <<<"$2" | grep -oE '[0-9]+\*' | tr -d '*'; }
is "200 at once: what was written was undone before it was written again" "$([ -e "$journal" ] && echo 1 || echo 0)" \
	"$(($(how_many "${alone% *}" "$applied") - $(how_many "${alone#* }" "$undone")))"
is "200 at once: nobody's temporary file is left" "" "$(find "$tree/run" "$tree/var/lib/thintune" -name '.*.new')"
restored "200 at once"
is "200 at once: no journal is left" "" "$(find "$dir" -name '*journal*')"

# Clocks ----------------------------------------------------------------------------------------------

# What an earlier run left says another year, as after a jump of the clock; so do the time stamps of the files.
# dated YEAR
dated() {
	find "$tree/run/thintune" "$tree/var/lib/thintune" -type f -exec \
		sed -i -E "s/20[0-9]{2}(-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z)/$1\1/g" {} +
	find "$tree/run/thintune" "$tree/var/lib/thintune" -exec touch -d "$1-01-02" {} +
}
for year in 1971 2199; do
	fresh "$node" "$tree"
	state "$tree" >"$work/before"
	run "$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
	dated $year
	expect "a run of $year: gate gives its answer" 0 "$THINTUNE" gate --root "$tree"
	says "a run of $year: with its date and nothing else of time" "^start: profile p, $year-[0-9-]{5}T[0-9:]{8}Z$" "$out"
	expect "a run of $year: the next one finds everything as it is wanted" 0 \
		"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --format json
	is "a run of $year: it writes nothing, and took no years" "0 true" \
		"$(jq -r '"\(.run.writes) \(.run.duration_ms >= 0 and .run.duration_ms < 600000)"' "$work/out")"
	run "$THINTUNE" gate --root "$tree"
	lacks "a run of $year: its date is gone with the next one" "$year" "$out$err"
	dated $year
	printf 'nonsense' >"$work/bad.yaml"
	run "$THINTUNE" run --root "$tree" --profile "$work/bad.yaml"
	says "a profile kept in $year: it is used, with its date" "going on with the last good one, .* of $year-" "$err"
	restored "a run of $year"
	dated $year
	expect "a restore of $year: gate says withdrawn" 4 "$THINTUNE" gate --root "$tree"
done

# The clocks that only go forward begin at another point in each time namespace.
uptime=$(cut -d. -f1 /proc/uptime)
if ! is_root || ! unshare -T true 2>/dev/null; then
	skip "clocks that count from somewhere else" "this machine gives no time namespace"
else
	for offset in 315360000 -$((uptime - 1)); do
		fresh "$node" "$tree"
		state "$tree" >"$work/before"
		expect "a monotonic clock $offset s off: apply" 0 unshare -T --monotonic="$offset" --boottime="$offset" \
			"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
		is "a monotonic clock $offset s off: no years in the report" true \
			"$(jq '.run.duration_ms >= 0 and .run.duration_ms < 600000' "$work/out")"
		exec 8<"$dir"
		flock 8
		expect "a monotonic clock $offset s off: the wait for the lock ends" 6 unshare -T --monotonic="$offset" --boottime="$offset" \
			"$THINTUNE" restore --root "$tree" --lock-wait 40ms
		exec 8<&-
		restored "a monotonic clock $offset s off"
	done
fi

# PID namespaces --------------------------------------------------------------------------------------

# first_of PID: into $first, the first process of the namespace that unshare makes
first_of() {
	first=
	while [ -z "$first" ] && kill -0 "$1" 2>/dev/null; do
		read -r first <"/proc/$1/task/$1/children" || true
	done
}
# until_has PID FILE
until_has() {
	while kill -0 "$1" 2>/dev/null; do
		! find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q . || return 0
	done
	return 1
}

fresh "$node" "$tree"
state "$tree" >"$work/before"
if ! is_root || ! unshare -pf --mount-proc true 2>/dev/null; then
	skip "thintunes of other PID namespaces" "this machine gives no PID namespace"
else
	mkdir -p "$dir"
	# The holder is process 1, as many a thintune in a container is; its number says nothing outside.
	# shellcheck disable=SC2016 # for that shell
	unshare -pf --mount-proc sh -c 'exec 8<"$1"; flock 8; exec sleep 600' sh "$dir" 2>/dev/null &
	holder=$!
	first_of $holder
	until ! flock -n "$dir" true; do kill -0 $holder || break; done
	expect "process 1 of another namespace holds the lock: apply gives up" 6 "$THINTUNE" apply --root "$tree" --lock-wait 0s
	expect "so it does as process 1 of a third one" 6 unshare -pf --mount-proc "$THINTUNE" apply --root "$tree" --lock-wait 0s
	kill -9 "$first"
	wait $holder 2>/dev/null
	expect "once that namespace is gone nobody holds it: apply as process 1" 0 \
		unshare -pf --mount-proc "$THINTUNE" apply --root "$tree" --skip checks
	restored "an apply as process 1"

	# The kernel drops signals for which process 1 has no handler.
	for signal in TERM INT HUP; do
		exec 8<"$dir"
		flock 8
		"$python" -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' unshare -pf --mount-proc "$THINTUNE" run --root "$tree" --lock-wait 5min \
			>"$work/out" 2>"$work/err" 8<&- &
		waiter=$!
		first_of $waiter
		until grep -q '^Name:.*thintune' "/proc/$first/status" 2>/dev/null && until_has "$first" "$dir"; do kill -0 $waiter || break; done
		kill -$signal "$first"
		wait $waiter
		is "a run as process 1 that waits ends by SIG$signal: 6" 6 $?
		says "in words" "interrupted by SIG$signal while another thintune held /run/thintune" "$(cat "$work/err")"
		exec 8<&-
	done
	if can_trace; then
		run traced -f -o /dev/null -e trace=write -e inject=write:signal=SIGTERM:when=3 \
			unshare -pf --mount-proc "$THINTUNE" apply --root "$tree"
		is "an apply as process 1 that SIGTERM ends: 1" 1 "$code"
		says "in words" 'nothing more was written after the signal SIGTERM' "$out"
		is "its journal is settled" 1 "$(head -n 1 "$journal" | grep -c '"settled":true ,')"
		restored "an apply as process 1 that SIGTERM ends"
	fi
fi

# Somebody else's /run/thintune -----------------------------------------------------------------------

# made_by KIND: in the place of our directory
made_by() {
	rm -rf "$dir" "$work/theirs"
	mkdir "$work/theirs"
	case $1 in
	"a directory of another user") mkdir "$dir" && chown 65534:65534 "$dir" ;;
	"a directory that all may write") mkdir "$dir" && chmod 1777 "$dir" ;;
	"a link to a directory") ln -s "$work/theirs" "$dir" ;;
	"a link within the node") mkdir -p "$tree/tmp/theirs" && ln -s /tmp/theirs "$dir" ;;
	"a link to itself") ln -s thintune "$dir" ;;
	"a FIFO") mkfifo "$dir" ;;
	"a file") : >"$dir" ;;
	esac
	state "$tree" >"$work/before"
}
is_root && theirs=("a directory of another user")
for kind in "${theirs[@]}" "a directory that all may write" "a link to a directory" "a link within the node" \
	"a link to itself" "a FIFO" "a file"; do
	made_by "$kind"
	traces "$tree" >"$work/traces1"
	expect "/run/thintune is $kind: apply writes nothing" 4 "$THINTUNE" apply --root "$tree" --lock-wait 0s
	says "and says why" 'nothing was written, since it could not be undone: cannot lock /run/thintune: ' "$out"
	expect "/run/thintune is $kind: run cannot leave a verdict" 1 "$THINTUNE" run --root "$tree" --lock-wait 0s
	expect "/run/thintune is $kind: gate believes none" 1 "$THINTUNE" gate --root "$tree"
	run "$THINTUNE" restore --root "$tree" --lock-wait 0s
	is "/run/thintune is $kind: restore finds nothing of ours" yes "$([[ $code =~ ^[014]$ ]] && echo yes)"
	traces "$tree" >"$work/traces2"
	same "/run/thintune is $kind: nothing is touched" "$work/traces1" "$work/traces2"
	is "/run/thintune is $kind: nor what it leads to" "" "$(ls -A "$work/theirs")"
done
finish
