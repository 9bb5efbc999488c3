#!/bin/bash
# What a profile no longer wants is left over and goes back; several owners on one node do not undo each
# other's work, and each ends its own.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
other=$work/other
journal=$tree/run/thintune/journal.jsonl
swappiness=$tree/proc/sys/vm/swappiness
printf 'profile: split\nsummary: CPUs for interrupts alone\nextends: redpanda\nirq: {placement: dedicated}\n' >"$work/split.yaml"

# profile NAME YAML: makes $work/NAME.yaml
profile() { printf 'profile: %s\nsummary: for a test\n%s\n' "$1" "$2" >"$work/$1.yaml"; }

question report '.run.writes, (.summary | .differs + .failed + .contested + ."left-over"),
	(.settings[] | [.state, .setting, .tuner, .path, .want] | @tsv)' -r

# on COMMAND [OPTION]...: on $tree by $program; leaves the report as JSON in $work/json, its rows in $work/rows, $code,
# $writes, and in $undone how many settings are not as wanted
program=$THINTUNE
on() {
	local start='' answer
	"$program" "$@" --root "$tree" --format json >"$work/json" 2>"$work/err" </dev/null
	code=$?
	writes='' undone=''
	read -rn 1 start <"$work/json"
	[ "$start" = '{' ] || return 0
	mapfile -t answer < <(ask report "$work/json")
	writes=${answer[0]-} undone=${answer[1]-}
	: >"$work/rows"
	[ ${#answer[@]} -le 2 ] || printf '%s\n' "${answer[@]:2}" >"$work/rows"
}

# once_more COMMAND [OPTION]...: the same by the shipped program, for what was done with sanitizers before
once_more() {
	local program=$shipped
	on "$@"
}

# rows COLUMN=VALUE, or COLUMN!=VALUE: "setting state" of those rows
rows() { awk -F'\t' -v value="${1#*=}" -v not="${1//[^!]/}" -v column="${1%%[=!]*}" '
	(value == (column == "state" ? $1 : $2)) == (not == "") { print $2, $1 }' "$work/rows"; }
# planned STATE...: the rows of these states, without the state
planned() { grep -E "^($(IFS='|'; echo "$*"))"$'\t' "$work/rows" | cut -f2-; }
# has PATH: of $tree, in one line
has() { tr -s ' \t\n' ' ' <"$tree$1" | sed 's/ $//'; }
claims() { jq -rc --arg path "$1" 'select(.path == $path) | [.claims[]? | "\(.owner)=\(.want | if type == "string" then . else tojson end)"] | join(" ")' "$journal"; }

# Back from dedicated to shared ------------------------------------------------------------------------

# back SENTENCE NODE FROM TO: apply FROM, then TO: as if FROM had never been; audit says it all before.
back() {
	local sentence="$1" from=$3 to=$4 left
	fresh "$2" "$tree"
	[ "${5-}" != disturbed ] || disturb "$tree"
	copy "$tree" "$other"
	state "$tree" >"$work/before"
	problem=
	on apply --profile "$from"
	on audit --profile "$to"
	planned differs left-over >"$work/planned"
	left=$(rows 'state=left-over' | wc -l)
	total=$((total + left))
	[ "$left" -eq 0 ] || [ "$code" -eq 3 ] || [ "$code" -eq 4 ] || problem="audit with $left left over ends with $code"
	on apply --profile "$to"
	planned changed >"$work/changed"
	cmp -s "$work/planned" "$work/changed" || problem="apply did something else than audit said: $(diff "$work/planned" "$work/changed")"
	[ "$writes" = "$(wc -l <"$work/changed")" ] || problem="$writes writes for $(wc -l <"$work/changed") settings"
	once_more audit --profile "$to"
	[ "$undone" = 0 ] || problem="audit afterwards: $(rows 'state!=same')"
	traces "$tree" >"$work/traces1"
	on apply --profile "$to"
	[ "$writes" = 0 ] || problem="the next apply writes again"
	traces "$tree" >"$work/traces2"
	cmp -s "$work/traces1" "$work/traces2" || problem="the next apply leaves traces: $(diff "$work/traces1" "$work/traces2")"
	state "$tree" >"$work/after"
	"$shipped" apply --root "$other" --profile "$to" >/dev/null 2>&1
	state "$other" >"$work/straight"
	cmp -s "$work/straight" "$work/after" || problem="not as if the first had never been: $(diff "$work/straight" "$work/after")"
	run "$program" restore --root "$tree"
	[ "$code" = 0 ] || problem="restore ended with $code: $out$err"
	state "$tree" >"$work/after"
	cmp -s "$work/before" "$work/after" || problem="restore: $(diff "$work/before" "$work/after")"
	if [ -z "$problem" ]; then ok "$sentence: $left left over"; else not_ok "$sentence" "$problem"; fi
}

# With sanitizers the one in which each tuner has something left over; cpus16 has them for the other one below.
total=0
for node in $(swept_nodes); do
	program=$shipped
	back "$node: dedicated, then shared" "$node" "$work/split.yaml" redpanda
	program=$THINTUNE
	back "$node: everything, then nothing" "$node" "$top/tests/golden/dedicated.yaml" development disturbed
done
[ "$total" -gt 100 ] || not_ok "something was left over" "$total"

fresh cpus16 "$tree"
on apply --profile "$work/split.yaml"
on audit --profile redpanda
is "cpus16: what is left over" \
	"default_smp_affinity,eth0 channels/combined,eth0 control irq 26,nvme0n1 control irq 43" \
	"$(rows 'state=left-over' | sed 's/ left-over//' | sort | paste -sd,)"
is "none of it is required" advised "$(jq -r '[.settings[] | select(.state == "left-over") | .severity] | unique | join(",")' "$work/json")"
is "the summary counts it" 4 "$(jq '.summary."left-over"' "$work/json")"
run "$THINTUNE" audit --root "$tree" --profile redpanda
says "the report shows it" 'eth0 channels/combined +1 +8 +left-over'
says "and counts it among the differences" 'verdict: 43 differences'
run "$THINTUNE" audit --root "$tree" --profile redpanda --format sh
says "the script has it" "^driver -L -l 'eth0' combined 'Combined' '8'"
says "in the form for an attribute, too" "^put '/proc/irq/default_smp_affinity' 'ffff'"
is "channels before all that depends on them" driver "$(grep -E "^(driver|put) " <<<"$out" | head -n 1 | cut -d' ' -f1)"
run "$THINTUNE" audit --root "$tree" --profile redpanda --format prometheus
says "the metrics have it" '^thintune_settings\{state="left-over"\} 4$'
expect "the least rights include it" 3 "$THINTUNE" audit --root "$tree" --profile redpanda --format systemd
says "by name" 'ProtectKernelTunables=no'

# --only and --skip narrow what is put back, and nothing is left over because of them.
on audit --profile "$work/split.yaml" --only sysctl
is "--only: the same profile has nothing left over" "" "$(rows 'state=left-over')"
on apply --profile redpanda --skip net-queues,irq-default
is "--skip: what it leaves out stays" "1 1" "$(has /.thintune/ethtool/eth0/channels/combined) $(has /proc/irq/default_smp_affinity)"
is "--skip: the rest is put back" 0-15 "$(has /proc/irq/43/smp_affinity_list)"
on apply --profile redpanda --only net-queues
is "--only: just that" "8 1" "$(has /.thintune/ethtool/eth0/channels/combined) $(has /proc/irq/default_smp_affinity)"

# A running broker keeps its link.
fresh cpus16 "$tree"
on apply --profile "$work/split.yaml"
set_live "$tree" broker.running yes
on apply --profile redpanda
is "while Redpanda runs, channels stay" "eth0 channels/combined skipped" "$(rows 'setting=eth0 channels/combined')"
is "and are not written" 1 "$(has /.thintune/ethtool/eth0/channels/combined)"
is "what disturbs nobody is put back" ffff "$(has /proc/irq/default_smp_affinity)"
set_live "$tree" broker.running no
on apply --profile redpanda
is "once it has stopped they are" 8 "$(has /.thintune/ethtool/eth0/channels/combined)"

# What redpanda.yaml switches off is not wanted any more: as if it had been off from the start.
switch_off() { printf '%s: false\n' "$@" | sed '1i rpk:' | sed '2,$s/^/  /' >"$work/off.yaml"; }
off_later() {
	local node=$1 profile=$2
	fresh "$node" "$tree"
	disturb "$tree"
	copy "$tree" "$other"
	state "$tree" >"$work/before"
	on apply --profile "$profile"
	run "$shipped" apply --root "$other" --profile "$profile" --redpanda-config "$work/off.yaml"
	on audit --profile "$profile" --redpanda-config "$work/off.yaml"
	left=$(rows 'state=left-over' | wc -l)
	planned differs left-over >"$work/planned"
	on apply --profile "$profile" --redpanda-config "$work/off.yaml"
	planned changed >"$work/changed"
	same "$node ${profile##*/}: apply does what audit said" "$work/planned" "$work/changed"
	state "$tree" >"$work/after"
	state "$other" >"$work/straight"
	same "$node ${profile##*/}: as if it had been off from the start" "$work/straight" "$work/after"
	on apply --profile "$profile" --redpanda-config "$work/off.yaml"
	is "$node ${profile##*/}: the next apply writes nothing" "0 0" "$writes $undone"
	run "$THINTUNE" restore --root "$tree"
	state "$tree" >"$work/after"
	same "$node ${profile##*/}: restore undoes the rest" "$work/before" "$work/after"
}
switch_off tune_network
off_later cpus16 "$work/split.yaml"
is "the queues' vectors go back as well" yes "$(grep -q '^eth0 rx 0' "$work/planned" && [ "$left" -gt 20 ] && echo yes)"
switch_off tune_network tune_cpu tune_disk_irq tune_disk_scheduler tune_disk_nomerges tune_disk_write_cache tune_swappiness \
	tune_aio_events tune_clocksource tune_transparent_hugepages
for node in cpus16 aws-i4i intel-pstate; do off_later "$node" "$top/tests/golden/dedicated.yaml"; done
printf 'rpk: {tune_cpu: true}\n' >"$work/off.yaml"
off_later cpus16 "$work/split.yaml"
fresh cpus16 "$tree"
on apply --profile redpanda
switch_off tune_swappiness tune_aio_events
on audit --profile redpanda --redpanda-config "$work/off.yaml" --only net-irq,sysctl
is "an audit tells both: what goes back, and why" "vm.swappiness left-over,vm.swappiness skipped" \
	"$(rows 'setting=vm.swappiness' | sort | paste -sd,)"
says "with the line" 'redpanda.yaml:2|off.yaml:2' "$(jq -r '.settings[] | select(.setting == "vm.swappiness" and .state == "skipped") | .note' "$work/json")"
on audit --profile redpanda --redpanda-config "$work/off.yaml" --only net-irq
is "--only: nothing else is left over" "" "$(rows 'state=left-over')"
on apply --profile redpanda --skip sysctl
is "--skip is no switch" 1 "$(cat "$swappiness")"

# Without the facts that its tuner needs nothing is left over.
fresh aws-i4i "$tree"
on apply --profile redpanda
set_live "$tree" data-dir.exists no
on audit --profile redpanda --only disk-queue
is "without the data directory: no disk is put back" "" "$(rows 'state=left-over')"

# Somebody else's value ------------------------------------------------------------------------------
fresh aws-i4i "$tree"
profile one 'sysctl: {vm.swappiness: 1, vm.dirty_ratio: 33}'
profile two 'sysctl: {vm.dirty_ratio: 33}'
on apply --profile "$work/one.yaml"
printf '42\n' >"$swappiness"
on audit --profile "$work/two.yaml"
is "a value of a third party: contested" "vm.swappiness contested" "$(rows 'setting=vm.swappiness')"
is "that is a difference" 3 "$code"
on apply --profile "$work/two.yaml"
is "and is not overwritten" 42 "$(cat "$swappiness")"
is "it is told once more" 3 "$code"
on apply --profile "$work/two.yaml"
is "from then on it is theirs" "0 0" "$code $writes"
run "$THINTUNE" restore --root "$tree"
is "restore leaves it, too" 42 "$(cat "$swappiness")"
expect "restore --force brings the original back" 0 "$THINTUNE" restore --root "$tree" --force
is "the original" 60 "$(cat "$swappiness")"

# One owner's restore leaves a foreign value, and its --force is the command that it names then.
fresh aws-i4i "$tree"
on apply --profile "$work/one.yaml" --owner broker:a/b
printf '42\n' >"$swappiness"
for turn in first second; do
	expect "a restore of one owner leaves a foreign value ($turn)" 3 "$THINTUNE" restore --root "$tree" --owner broker:a/b
	says "and names the command that does not ($turn)" 'restore --force --owner broker:a/b' "$(cat "$work/err")$out"
done
on audit --profile "$work/one.yaml" --owner agent
is "its claim counts for nobody else" "vm.swappiness differs" "$(rows 'setting=vm.swappiness')"
journal=$tree/run/thintune/journal.jsonl
sed -i '1s/"settled":true */"settled":false/' "$journal"
expect "neither a run that was killed" 3 "$THINTUNE" restore --root "$tree" --owner broker:a/b
printf '1\n' >"$swappiness"
expect "nor a value like the one that was written makes it thintune's again" 3 "$THINTUNE" restore --root "$tree" --owner broker:a/b
says "which is told" "an earlier restore found somebody else's value there" "$out"
rm "$swappiness"
mkdir "$swappiness"
expect "nor that it cannot be read for once" 3 "$THINTUNE" restore --root "$tree" --owner broker:a/b
rmdir "$swappiness"
printf '42\n' >"$swappiness"
on audit --profile "$work/one.yaml" --owner agent
is "after which its claim counts for nobody else, either" "vm.swappiness differs" "$(rows 'setting=vm.swappiness')"
expect "another owner may not have it" 0 "$THINTUNE" restore --root "$tree" --force --owner agent
is "and it is as it was" 42 "$(cat "$swappiness")"
expect "which is true" 0 "$THINTUNE" restore --root "$tree" --force --owner broker:a/b
is "the original of that owner" 60 "$(cat "$swappiness")"
fresh aws-i4i "$tree"
on apply --profile "$work/one.yaml" --owner broker:a/b
printf '42\n' >"$swappiness"
on apply --profile "$work/two.yaml" --owner broker:a/b
expect "what an apply left to somebody else goes back by that owner's --force, too" 0 "$THINTUNE" restore --root "$tree" --force --owner broker:a/b
is "to the original" 60 "$(cat "$swappiness")"
fresh aws-i4i "$tree"
on apply --profile "$work/one.yaml" --owner broker:a/b
printf '42\n' >"$swappiness"
run "$THINTUNE" restore --root "$tree" --owner broker:a/b
printf '1\n' >"$swappiness"
on apply --profile "$work/one.yaml" --owner agent
is "what was left and is as another owner wants it is found so" 0 "$code"
run "$THINTUNE" restore --root "$tree" --force --owner broker:a/b
is "and no longer the first one's to restore" 1 "$(cat "$swappiness")"
fresh aws-i4i "$tree"
on apply --profile "$work/one.yaml" --owner broker:a/b
on apply --profile "$work/one.yaml" --owner agent
printf '42\n' >"$swappiness"
expect "what a restore of all has left of two owners" 3 "$THINTUNE" restore --root "$tree"
expect "goes back by the --force of one" 0 "$THINTUNE" restore --root "$tree" --force --owner agent
is "to the original, too" 60 "$(cat "$swappiness")"

fresh aws-i4i "$tree"
on apply --profile "$work/one.yaml"
printf '60\n' >"$swappiness"
on audit --profile "$work/two.yaml"
is "put back by hand: nothing to do" "0 " "$code $(rows 'setting=vm.swappiness')"
on apply --profile "$work/two.yaml"
printf '1\n' >"$swappiness"
on audit --profile "$work/two.yaml"
is "what happens to it later is none of ours" "0 " "$code $(rows 'setting=vm.swappiness')"

# A journal of an older version has no claims: nothing of it is left over, restore undoes it.
fresh aws-i4i "$tree"
state "$tree" >"$work/before"
on apply --profile "$work/one.yaml"
jq -c 'del(.claims)' "$journal" | sed '1s/"settled":true/"settled":true /' >"$work/old"
cp "$work/old" "$journal"
on audit --profile "$work/two.yaml"
is "lines without claims: nothing is left over" "0 " "$code $(rows 'state=left-over')"
on apply --profile "$work/two.yaml"
is "whose plan wants it claims it" "host=33" "$(claims /proc/sys/vm/dirty_ratio)"
is "the rest stays nobody's" "" "$(claims /proc/sys/vm/swappiness)"
expect "restore undoes both" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "everything is as it was" "$work/before" "$work/after"

# Two owners -----------------------------------------------------------------------------------------
agent='--owner agent'
broker='--owner broker:thin-ledger/redpanda-0'
fresh aws-i4i "$tree"
state "$tree" >"$work/before"
profile agent 'sysctl: {vm.swappiness: 1, vm.dirty_ratio: 33, fs.aio-max-nr: {at-least: 1000000}}'
profile broker 'sysctl: {vm.swappiness: 1, fs.aio-max-nr: {at-least: 2000000}, vm.min_free_kbytes: 70000}'
# shellcheck disable=SC2086
on apply --profile "$work/agent.yaml" $agent
# shellcheck disable=SC2086
on apply --profile "$work/broker.yaml" $broker
is "the larger of two at-least" 2000000 "$(has /proc/sys/fs/aio-max-nr)"
is "each entry says who wants it" 'agent=1 broker:thin-ledger/redpanda-0=1' "$(claims /proc/sys/vm/swappiness)"
is "and by which rule" 'agent={"at-least":"1000000"} broker:thin-ledger/redpanda-0={"at-least":"2000000"}' \
	"$(claims /proc/sys/fs/aio-max-nr)"
is "and by which profile" "$(jq -r .profile.sha256 "$work/json")" \
	"$(jq -r 'select(.path == "/proc/sys/vm/min_free_kbytes") | .claims[0].profile_sha256' "$journal")"
# shellcheck disable=SC2086
on audit --profile "$work/agent.yaml" $agent
is "the other's settings are no business of the agent" "0 " "$code $(rows 'state!=same')"
profile agent 'sysctl: {fs.aio-max-nr: {at-least: 1000000}}'
# shellcheck disable=SC2086
on apply --profile "$work/agent.yaml" $agent
is "what only the agent wanted goes back, what the broker wants stays" "20 1 2000000" \
	"$(has /proc/sys/vm/dirty_ratio) $(has /proc/sys/vm/swappiness) $(has /proc/sys/fs/aio-max-nr)"
is "its claim is gone" 'broker:thin-ledger/redpanda-0=1' "$(claims /proc/sys/vm/swappiness)"
# shellcheck disable=SC2086
expect "restore --owner undoes what nobody else wants" 0 "$THINTUNE" restore --root "$tree" $broker
is "and nothing else" "60 2000000" "$(has /proc/sys/vm/swappiness) $(has /proc/sys/fs/aio-max-nr)"
is "only the agent is left" 'agent={"at-least":"1000000"}' "$(claims /proc/sys/fs/aio-max-nr)"
# shellcheck disable=SC2086
expect "again: there is nothing to do" 0 "$THINTUNE" restore --root "$tree" $broker
says "and it says so" 'nothing to restore: broker:thin-ledger/redpanda-0 claims nothing'
expect "restore undoes the rest" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "everything is as it was" "$work/before" "$work/after"

# No single value meets both.
profile a 'sysctl: {vm.swappiness: 1, vm.dirty_ratio: {at-most: 15}}'
profile b 'sysctl: {vm.swappiness: {value: 5, severity: required}, vm.dirty_ratio: {at-most: 12}}'
fresh aws-i4i "$tree"
on apply --profile "$work/a.yaml" --owner agent
on audit --profile "$work/b.yaml" --owner host
is "the later owner's setting is contested" "vm.swappiness contested" "$(rows 'state=contested')"
is "audit ends with 4, since it is required" 4 "$code"
run "$THINTUNE" audit --root "$tree" --profile "$work/b.yaml"
says "it says who wants it" 'contested, required \(wanted by agent[,)]|wanted by agent, whose'
on apply --profile "$work/b.yaml" --owner host
is "it is not written; the smaller of two at-most is" "1 12" "$(has /proc/sys/vm/swappiness) $(has /proc/sys/vm/dirty_ratio)"
on apply --profile "$work/a.yaml" --owner agent
is "the first owner has nothing to do" "0 0" "$code $writes"
expect "the first one ends its claims" 0 "$THINTUNE" restore --root "$tree" --owner agent
is "which leaves what the other wants" "60 12" "$(has /proc/sys/vm/swappiness) $(has /proc/sys/vm/dirty_ratio)"
on apply --profile "$work/b.yaml"
is "now it is the other's turn" "0 5" "$code $(has /proc/sys/vm/swappiness)"

# Broker and agent, each with a profile of its own, in any order: once both have what they can have, nobody
# writes any more; and what both did can be undone.
RANDOM=14
alternate() {
	local sentence=$1 node=$2 first=$3 second=$4 round turn json
	fresh "$node" "$tree"
	disturb "$tree"
	state "$tree" >"$work/before"
	problem=
	for round in 1 2; do
		on apply --profile "$first" --owner agent
		on apply --profile "$second" --owner broker:a/b --netns broker
	done
	traces "$tree" >"$work/traces1"
	for round in 1 2 3 4 5 6; do
		turn=(--profile "$second" --owner broker:a/b --netns broker)
		((RANDOM % 2)) || turn=(--profile "$first" --owner agent)
		# The same again: without sanitizers, and nobody asks for the rows.
		"$shipped" apply "${turn[@]}" --root "$tree" --format json >"$work/json" 2>"$work/err"
		text_of "$work/json" json
		[[ $json == *'"writes": 0,'* ]] || problem="round $round writes: $(jq -c '.settings[] | select(.state == "changed")' "$work/json")"
	done
	traces "$tree" >"$work/traces2"
	cmp -s "$work/traces1" "$work/traces2" || problem=${problem:-$(diff "$work/traces1" "$work/traces2")}
	run "$program" restore --root "$tree" --owner agent
	run "$program" restore --root "$tree" --owner broker:a/b
	[ "$code" = 0 ] || problem="restore ended with $code: $out$err"
	state "$tree" >"$work/after"
	cmp -s "$work/before" "$work/after" || problem=${problem:-not as before: $(diff "$work/before" "$work/after")}
	if [ -z "$problem" ]; then ok "$sentence"; else not_ok "$sentence" "$problem"; fi
}
all=(redpanda thin-ledger development "$work/split.yaml" "$top/tests/golden/dedicated.yaml")
# cpus16 has each of the profiles, with sanitizers.
program=$shipped
for node in $(swept_nodes); do
	first=${all[RANDOM % 5]} second=${all[RANDOM % 5]}
	alternate "$node: agent with ${first##*/}, broker with ${second##*/}" "$node" "$first" "$second"
done
program=$THINTUNE
for second in "${all[@]}"; do
	alternate "cpus16: agent with split, broker with ${second##*/}" cpus16 "$work/split.yaml" "$second"
	alternate "cpus16: agent with ${second##*/}, broker with split" cpus16 "$second" "$work/split.yaml"
done

# Nothing is left behind by what was put back -----------------------------------------------------------
# The channels' entry stays for what they reset, but says nothing of them any more.
channels=$tree/.thintune/ethtool/eth0/channels/combined
for last in development redpanda; do
	fresh cpus16 "$tree"
	before=$(cat "$channels")
	on apply --profile "$work/split.yaml"
	on apply --profile "$last"
	is "split, then $last: the channels are as before" "$before" "$(cat "$channels")"
	echo 6 >"$channels"
	expect "split, then $last: another's value is no business of a restore" 0 "$THINTUNE" restore --root "$tree"
	is "split, then $last: it stays" 6 "$(cat "$channels")"
	is "split, then $last: no journal is left" "" "$(ls "$tree/run/thintune/journal.jsonl" 2>/dev/null)"
	fresh cpus16 "$tree"
	on apply --profile "$work/split.yaml"
	on apply --profile "$last"
	echo 6 >"$channels"
	on apply --profile "$work/split.yaml"
	expect "split, $last, split: restore" 0 "$THINTUNE" restore --root "$tree"
	is "split, $last, split: the original is what another set meanwhile" 6 "$(cat "$channels")"
done
fresh cpus16 "$tree"
state "$tree" >"$work/before"
on apply --profile "$work/split.yaml" --owner agent
on apply --profile redpanda --owner x
on restore --owner agent
on restore --owner x
is "two owners, one after the other: no journal is left" "" "$(ls "$tree/run/thintune/journal.jsonl" 2>/dev/null)"
state "$tree" >"$work/after"
same "two owners, one after the other: all is as before" "$work/before" "$work/after"

# Verdicts, and a person's restore ----------------------------------------------------------------------
fresh aws-i4i "$tree"
held=$tree/run/thintune/held
run "$THINTUNE" run --root "$tree" --profile "$work/a.yaml" --owner agent
run "$THINTUNE" run --root "$tree" --profile "$work/a.yaml" --owner broker:a/b
expect "both may start" 0 "$THINTUNE" gate --root "$tree" --owner broker:a/b
expect "restore --owner" 0 "$THINTUNE" restore --root "$tree" --owner broker:a/b
expect "withdraws that owner's verdict" 4 "$THINTUNE" gate --root "$tree" --owner broker:a/b
says "and says so" '^withdrawn: '
expect "and no other" 0 "$THINTUNE" gate --root "$tree" --owner agent
is "what both wanted stays" 1 "$(cat "$swappiness")"
is "the verdict has the time and the user" true \
	"$(jq '(.time | test("^20..-..-..T")) and (.user | test("^uid [0-9]+"))' "$tree/run/thintune/verdicts/broker%3Aa%2Fb.json")"
expect "restore" 0 "$THINTUNE" restore --root "$tree"
expect "withdraws all of them" 4 "$THINTUNE" gate --root "$tree" --owner agent
is "it leaves a note of what is to stay" true \
	"$(jq '(.time | test("^20..-..-..T")) and (.user | test("^uid [0-9]+")) and (.paths | index("/proc/sys/vm/swappiness")) != null' "$held")"
on audit --profile "$work/a.yaml"
is "an audit leaves the note alone" yes "$([ -e "$held" ] && echo yes)"
on apply --profile "$work/a.yaml"
is "the next apply takes it away" no "$([ -e "$held" ] || echo no)"
finish
