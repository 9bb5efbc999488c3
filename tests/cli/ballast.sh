#!/bin/bash
# The ballast file: judged, made by apply as the data directory's owner, undone by restore; and what
# an operator, a full disk, a kill or somebody else does to it.
# Its tests write below this machine's own root, so they have a /run and a /var/lib of their own.
# shellcheck source=tests/cli/lib.sh disable=SC1091
if [ "$(id -u)" -eq 0 ] && [ -z "${BALLAST_APART-}" ] && unshare -m mount -t tmpfs none /run 2>/dev/null; then
	# shellcheck disable=SC2016 # for that shell
	BALLAST_APART=1 exec unshare -m sh -c \
		'mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=755 none /var/lib && exec "$@"' sh "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"

data=$work/data
mkdir "$data"
printf 'profile: ballast\nsummary: x\nstorage: {ballast: 1MiB}\n' >"$work/ballast.yaml"
printf 'profile: none\nsummary: x\n' >"$work/none.yaml"
about=(--profile "$work/ballast.yaml" --data-dir "$data")
row='.settings[] | select(.tuner == "ballast") | "\(.state) | \(.have) | \(.want) | \(.note)"'

# judged SENTENCE PATTERN [OPTION...]
judged() {
	local sentence=$1 pattern=$2
	shift 2
	run "$THINTUNE" audit "${about[@]}" --format json "$@"
	says "$sentence" "$pattern" "$(jq -r "$row" "$work/out")"
}

truncate -s 1M "$data/ballast"
judged "a sparse ballast file: what to type" "^manual \| 1MiB, .* of it allocated \| 1MiB \| .*fallocate -l 1MiB '$data/ballast'"
run "$THINTUNE" audit "${about[@]}" --format sh
says "a sparse ballast file: in a script" "^# .*fallocate -l 1MiB" "$out"
rm "$data/ballast"

if [ -z "${BALLAST_APART-}" ] || ! mount -t tmpfs -o size=8m none "$data" 2>/dev/null; then
	skip "a ballast file is made and undone" "only root may mount, and write the node's journal"
	finish
fi
trap 'umount "$data"; finish_work' EXIT
chown 101:102 "$data"
chmod 750 "$data"
# Its owner is to reach it by its path.
chmod 755 "$work"
only=(--only ballast)
journal=/var/lib/thintune/journal.jsonl

# A line of what the directory holds, with what tells a file from another one.
holds() { find "$data" -mindepth 1 -printf '%f %y %U:%G %m %s\n' | sort; }

judged "none: it would be made" "^differs \| \(absent\) \| 1048576 \| null"
is "none: an audit makes none" "" "$(holds)"
expect "apply makes it" 0 "$THINTUNE" apply "${about[@]}" "${only[@]}"
says "apply says so" "ballast file +1MiB +1MiB +changed \(was \(absent\)\)" "$out"
is "it is the owner's, and all of it is there" "ballast f 101:102 600 1048576 $((1048576 / 512))" \
	"$(holds) $(stat -c %b "$data/ballast")"
expect "a second apply" 0 "$THINTUNE" apply "${about[@]}" "${only[@]}"
lacks "a second apply writes nothing" "[0-9] write" "$out"
expect "restore" 0 "$THINTUNE" restore
is "restore removes it" "" "$(holds)$(ls "$journal" 2>/dev/null)"

# Another profile does not want it.
"$shipped" apply "${about[@]}" "${only[@]}" >/dev/null
run "$shipped" audit --profile "$work/none.yaml" --data-dir "$data" --format sh "${only[@]}"
says "left over: a script removes it" "^as_owner 101 102 $(stat -c %i "$data") '$data' rm -f ./ballast" "$out"
run "$shipped" apply --profile "$work/none.yaml" --data-dir "$data" "${only[@]}"
says "left over: apply removes it" "ballast file .* changed" "$out"
is "left over: it is gone" "" "$(holds)"

# The script of an audit ------------------------------------------------------------------------------------------
"$shipped" audit "${about[@]}" "${only[@]}" --format sh >"$work/script"
# Whoever owns the way to it may have put another one there.
mkdir "$work/roots"
for owner in 0:0 101:102; do
	chown $owner "$work/roots"
	mount --bind "$work/roots" "$data"
	run sh "$work/script"
	is "another directory of $owner in its place: the script makes nothing" "4 " "$code $(ls "$work/roots")"
	says "and says so" "$data: it is not the directory, or not the owner, that the audit saw" "$err"
	umount "$data"
done
expect "a script makes it" 0 sh "$work/script"
is "a script makes it as its owner" "ballast f 101:102 600 1048576" "$(holds)"
judged "as it is asked for, whoever made it" "^same \| 1048576 "
expect "a script does not overwrite" 4 sh "$work/script"
rm "$data/ballast"
ln -s "$work/target" "$data/ballast"
expect "a script does not follow a link" 4 sh "$work/script"
is "a script does not follow a link: nothing is made" "" "$(ls "$work/target" 2>/dev/null)"
rm "$data/ballast"

# An operator needs the room ---------------------------------------------------------------------------------------
"$shipped" apply "${about[@]}" "${only[@]}" >/dev/null
rm "$data/ballast"
judged "removed by an operator: no difference" "^skipped .* somebody has removed it since"
expect "removed by an operator: the run is well" 0 "$shipped" apply "${about[@]}" --skip checks
is "removed by an operator: not made again" "" "$(holds)"
expect "removed by an operator: made again where it is asked for" 0 "$shipped" apply "${about[@]}" "${only[@]}"
is "removed by an operator: it is there" "ballast f 101:102 600 1048576" "$(holds)"
rm "$data/ballast"
expect "removed by an operator: a restore has nothing to do" 0 "$THINTUNE" restore
is "removed by an operator: the journal is settled" "" "$(ls "$journal" 2>/dev/null)"

# Somebody else's --------------------------------------------------------------------------------------------------
"$shipped" apply "${about[@]}" "${only[@]}" >/dev/null
echo data >>"$data/ballast"
expect "written to since: a restore leaves it" 3 "$shipped" restore
says "written to since: and says so" "contested \(someone else changed it" "$out"
expect "written to since: --force removes it" 0 "$shipped" restore --force
is "written to since: it is gone" "" "$(holds)"
mkfifo "$data/ballast"
judged "a FIFO in its place" "^manual \| not a file of its own"
expect "a FIFO in its place: apply leaves it" 0 "$shipped" apply "${about[@]}" "${only[@]}"
is "a FIFO in its place: it is there" "ballast p" "$(holds | cut -d' ' -f 1,2)"
rm "$data/ballast"

# Room and rights --------------------------------------------------------------------------------------------------
fallocate -l 6500KiB "$data/records"
judged "no room" "^failed \| none \| 1MiB \| not made: 1.* MiB are free, and 1.0 MiB are to stay free beside it"
rm "$data/records"
run setpriv --bounding-set -setuid,-setgid --inh-caps -setuid,-setgid "$shipped" apply "${about[@]}" "${only[@]}"
says "without the right to act as its owner" "skipped \(needs CAP_SETUID and CAP_SETGID" "$out"
is "without the right to act as its owner: nothing is made" "" "$(holds)"
run "$shipped" explain "${about[@]}" ballast file
says "explain: which rights it needs" "^ *Needs +CAP_SETGID, CAP_SETUID" "$out"
says "explain: where it is" "^ *File +$data/ballast" "$out"
run "$shipped" audit "${about[@]}" "${only[@]}" --format k8s
says "rights of a pod" "SETGID # with SETUID: to make the ballast file as the owner" "$out"
lacks "no mount for what is there anyway" "thintune/space" "$out"
run "$shipped" audit "${about[@]}" "${only[@]}" --format systemd
says "rights of a unit" "^CapabilityBoundingSet=CAP_SETGID CAP_SETUID" "$out"

# Killed -----------------------------------------------------------------------------------------------------------
if ! can_trace; then
	skip "a killed apply can be undone" "strace cannot trace here"
	finish
fi
cc -O1 -o "$work/kill-at" "$top/tests/cli/kill-at.c" || not_ok "kill-at can be built"
apply=(apply "${about[@]}" "${only[@]}")
problem='' points=0

# undone WHERE: a restore leaves nothing
undone() {
	run "$shipped" restore
	[ "$code" -eq 0 ] || problem="$1: restore ended with $code: $out$err"
	[ -z "$(holds)" ] || problem="$1: it holds $(holds)"
	[ ! -e "$journal" ] || problem="$1: there is a journal still"
}

# kill_everywhere CALL COMMAND...: at every such call, until there is none more
kill_everywhere() {
	local call=$1 number=0
	shift
	while [ -z "$problem" ] && [ "$number" -lt 40 ]; do
		number=$((number + 1))
		[ "$1" != restore ] || "$shipped" "${apply[@]}" >/dev/null
		without_leaks "$work/kill-at" "$call" "$number" "$shipped" "$@" >"$work/out" 2>&1
		[ $? -eq 137 ] || break
		points=$((points + 1))
		undone "$* killed before $call $number"
	done
	undone "$* at last"
}

for call in sendto recvfrom renameat pwrite64 fdatasync unlinkat; do
	kill_everywhere "$call" "${apply[@]}"
	kill_everywhere "$call" restore
done
[ "$points" -ge 12 ] || problem=${problem:-only $points places to kill it at}
is "killed anywhere, apply and restore leave nothing that a restore does not remove" "" "$problem"

# Between the look and the name, which is the second thing that the process is asked for.
without_leaks "$work/kill-at" -c "ln -s /etc/passwd '$data/ballast'" sendto 2 "$shipped" "${apply[@]}" >"$work/out" 2>&1
is "something takes its name meanwhile: told, and left as it is" "3 ballast l" "$? $(holds | cut -d' ' -f 1,2)"
says "something takes its name meanwhile: and says so" "failed .*something else has its name" "$(<"$work/out")"
expect "something takes its name meanwhile: it is none of restore's business" 0 "$shipped" restore --force
is "something takes its name meanwhile: it stays" "ballast l" "$(holds | cut -d' ' -f 1,2)"
rm "$data/ballast"

problem=
for call in fallocate fsync sendto linkat; do
	without_leaks "$work/kill-at" -child "$call" 1 "$shipped" "${apply[@]}" >"$work/out" 2>&1
	[ $? -eq 3 ] && grep -q "failed .*ended too early" "$work/out" || problem="$call: $(cat "$work/out")"
	[ -z "$(holds)" ] || problem="$call: it holds $(holds)"
	run "$shipped" audit "${about[@]}" --format json
	[[ $(jq -r "$row" "$work/out") == differs* ]] || problem="$call: then $(jq -r "$row" "$work/out")"
done
is "the process that makes it is killed: told, nothing is left, and it is made the next time" "" "$problem"
without_leaks "$work/kill-at" -child fsync 2 "$shipped" "${apply[@]}" >"$work/out" 2>&1
is "killed once it has its name: it is there, and counts" "0 ballast f 101:102 600 1048576" "$? $(holds)"
undone "at last"
finish
