#!/bin/bash
# Waivers: what somebody has accepted until a day is not written and no difference, is told with its reason, and counts
# again after its day, whatever the clock of the moment is.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# Days are counted from one day, on which all of this is run.
if [ "$(date -u +%H%M)" -ge 2350 ]; then
	skip "waivers and their days" "the day is about to end (UTC)"
	finish
fi

tree=$work/tree
verdict=$tree/run/thintune/verdicts/host.json
today=$(date -u +%F)
in_days() { date -u -d "$today $1 days" +%F; }

# profile MODE WAIVERS [BODY]: one that a node comes to match, but for its body
profile() {
	printf 'profile: p\nsummary: for a test\ngate: %s\nwaivers: [%s]\n%s\n' "$1" "$2" "${3-}" >"$work/p.yaml"
}
# waiver WHAT DAY
waiver() { printf '{what: "%s", reason: "agreed on", owner: ops, until: %s}' "$1" "$2"; }

# thin COMMAND [OPTION]...
thin() {
	local command=$1
	shift
	"$THINTUNE" "$command" --root "$tree" --profile "$work/p.yaml" "$@"
}

swappiness='sysctl: {vm.swappiness: {value: 1, severity: required}}'
# A required setting that this node does not have.
not_set='sysctl: {vm.no-such-key: {value: 1, severity: required}}'
not_held='checks: {memory-per-core: {at-least: 100GiB, severity: required}}'

# What is written ------------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
set_live "$tree" data-dir.has-data
state "$tree" >"$work/before"
profile required-only "$(waiver 'sysctl vm.swap*' "$(in_days 30)")" "$swappiness"
for command in audit apply; do
	for strict in '' --strict; do
		expect "$command $strict: what is waived is no difference" 0 thin "$command" ${strict:+"$strict"}
		says "and is told with all that stands in the profile" \
			"vm.swappiness +60 +1 +waived, required \(by ops until $(in_days 30), 30 days left: agreed on\)" "$out"
		says "and counted" '^verdict: match, 1 waived \(exit 0\)$' "$out"
	done
done
same "nothing was written" "$work/before" <(state "$tree")
expect "audit --format sh" 0 thin audit --format sh
says "names it with the reason" "^# not in here: vm.swappiness \(waived\): by ops until $(in_days 30), 30 days left: agreed on$"
lacks "and does not write it" '^put ' "$out"
for format in k8s systemd; do
	expect "audit --format $format" 0 thin audit --format "$format"
	says "$format: what the waiver keeps back is told" "^# not in here: vm.swappiness \(waived\): by ops until $(in_days 30)"
	lacks "$format: and nothing is asked for it" 'vm.swappiness$' "$out"
done
expect "audit --format html" 0 thin audit --format html
says "has it" "by ops until $(in_days 30), 30 days left: agreed on"
expect "audit --format junit" 0 thin audit --format junit
says "has a case that is skipped" "<skipped message=\"waived: by ops until $(in_days 30), 30 days left: agreed on\"/>"
expect "audit --format csv" 0 thin audit --format csv
says "has a row with the waiver" ",waived,skipped,no,.*,sysctl vm.swap\*,ops,'?$(in_days 30),agreed on"
expect "audit --format prometheus" 0 thin audit --format prometheus
says "counts it" '^thintune_settings\{state="waived"\} 1$'
says "and the waivers" '^thintune_waivers\{state="in-force"\} 1$'
says "with the end of the day" \
	"^thintune_waiver_expiry_timestamp_seconds\{what=\"sysctl vm.swap\*\",owner=\"ops\"\} $(date -u -d "$(in_days 31)" +%s)$"
expect "explain" 0 thin explain vm.swappiness
says "explain tells it" "^Waiver +by ops until $(in_days 30), 30 days left: agreed on$"
says "and where it stands" '^Waived in +p:4$'
expect "audit --format json" 0 thin audit --format json --output "$work/report.json"
is "the setting has it" "waived 30 sysctl vm.swap*" \
	"$(jq -r '.settings[0] | "\(.state) \(.waiver.days_left) \(.waiver.what)"' "$work/report.json")"
is "and the list has" "p:4 in-force 1 1" \
	"$(jq -r '.waivers[0] | "\(.source) \(.state) \(.covers) \(.needed_by)"' "$work/report.json")"
expect "the schema knows that" 0 "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work/report.json"

# What holds needs none; it is not undone, and its claim stays.
printf '1\n' >"$tree/proc/sys/vm/swappiness"
expect "what holds anyway is the same" 0 thin audit --verbose
says "which is told of the waiver" "^waiver 'sysctl vm.swap\*' of ops \[p:4\] is not needed: what it names holds$"
says "and not counted" '^verdict: match \(exit 0\)$'
printf '60\n' >"$tree/proc/sys/vm/swappiness"

# What an earlier apply wrote is not lost from sight.
profile required-only '' 'sysctl: {vm.swappiness: 10}'
expect "an apply without waivers writes" 0 thin apply
profile required-only "$(waiver 'sysctl vm.swappiness' "$(in_days 30)")" "$swappiness"
expect "a waiver of what was written is no difference" 0 thin audit
says "and says that it is not the original" \
	'waived, required \(by ops .*: agreed on; not the original, which was 60: an earlier apply wrote to it, and restore puts it back\)'
profile required-only "$(waiver 'sysctl *' "$(in_days 30)")" 'sysctl: {vm.dirty_ratio: leave}'
expect "no waiver hides what is left over" 3 thin audit
says "it comes back" 'vm.swappiness +10 +60 +left-over'
expect "restore" 0 "$THINTUNE" restore --root "$tree"
is "the original is back" 60 "$(cat "$tree/proc/sys/vm/swappiness")"

# Days -----------------------------------------------------------------------------------------------------
profile required-only "$(waiver 'sysctl vm.swappiness' "$today")" "$swappiness"
expect "the last day counts" 0 thin audit
says "and is told beside the setting" "by ops until $today, which is today: agreed on"
says "and in a line of its own" "^waiver 'sysctl vm.swappiness' of ops \[p:4\] ends today, $today$"
profile required-only "$(waiver 'sysctl vm.swappiness' "$(in_days 14)")" "$swappiness"
expect "two weeks before the end" 0 thin audit
says "a warning begins" "ends on $(in_days 14), in 14 days$"
profile required-only "$(waiver 'sysctl vm.swappiness' "$(in_days 15)")" "$swappiness"
expect "not before" 0 thin audit
lacks "there is none" 'ends on' "$out"
profile required-only "$(waiver 'sysctl vm.swappiness' "$(in_days -1)")" "$swappiness"
expect "the day after it is a difference again" 3 thin audit
says "which says why" "differs, required \(the waiver of ops expired on $(in_days -1): agreed on\)"
says "and counts" '^verdict: 1 required difference, 1 point whose waiver expired \(exit 3\)$'
expect "apply writes it" 0 thin apply
is "by the value of the profile" 1 "$(cat "$tree/proc/sys/vm/swappiness")"
expect "and after that" 0 thin audit
says "it can go" "^waiver 'sysctl vm.swappiness' of ops \[p:4\] expired on $(in_days -1), and is not needed any more: what it names holds$"
profile required-only "$(waiver 'sysctl vm.swappiness' "$(in_days 400)")" "$swappiness"
expect "400 days are the most" 0 thin audit
profile required-only "$(waiver 'sysctl vm.swappiness' "$(in_days 401)")" "$swappiness"
for command in audit apply facts; do
	expect "$command: 401 days are a mistake of the profile" 2 thin "$command"
	says "which has a place" "p.yaml:4:[0-9]+: 'until' is more than 400 days ahead: .* $(in_days 400) from today$"
done
expect "profile check tells it, too" 2 "$THINTUNE" profile check "$work/p.yaml"
says "with its place" "p.yaml:4:[0-9]+: 'until' is more than 400 days ahead"

# Names ----------------------------------------------------------------------------------------------------
profile required-only "$(waiver 'sysctl vm.swapiness' "$(in_days 30)"), $(waiver 'govenor *' "$(in_days 30)"), $(waiver 'check kernle' "$(in_days 3)"), $(waiver 'cstates cpu9*' "$(in_days 30)")" "$swappiness"
expect "profile check warns of what names nothing" 0 "$THINTUNE" profile check "$work/p.yaml"
says "a sysctl" "p.yaml:4:[0-9]+: waiver 'sysctl vm.swapiness': the profile sets no sysctl 'vm.swapiness'; did you mean 'vm.swappiness'\?$"
says "a tuner" "waiver 'govenor \*': there is no tuner 'govenor'; did you mean 'governor'\?$"
says "a check" "waiver 'check kernle': there is no check 'kernle'; did you mean 'kernel'\?$"
says "and of what ends soon" "waiver 'check kernle' ends on $(in_days 3)$"
says "and counts them" '; 4 warnings$' "$out"
expect "so does an audit" 0 thin audit
for one in "'sysctl vm.swapiness' of ops \[p:4\]: the profile sets no" "'govenor \*' of ops \[p:4\]: there is no tuner" \
	"'check kernle' of ops \[p:4\]: there is no check" "'cstates cpu9\*' of ops \[p:4\]: it names nothing that is on this node"; do
	says "of ${one%% of*}" "^waiver $one" "$(tr '\n' ' ' <<<"$out" | sed "s/ waiver '/\nwaiver '/g")"
done
expect "profile show has them" 0 "$THINTUNE" profile show "$work/p.yaml" --root "$tree"
says "each with its place" "^  - \{what: \"govenor \*\", reason: \"agreed on\", owner: \"ops\", until: $(in_days 30)\} # p:4$"

# The gate -------------------------------------------------------------------------------------------------
# outcome SENTENCE CODE [DAY]: of a run, and of the gate behind it
outcome() {
	local clock=()
	[ $# -lt 3 ] || clock=(at_day "$3")
	expect "$1: run ends with $2" "$2" "${clock[@]}" "$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
	expect "$1: and so does gate" "$2" "${clock[@]}" "$THINTUNE" gate --root "$tree"
}

for mode in required-only strict report; do
	profile "$mode" "$(waiver 'sysctl vm.no*' "$(in_days 5)")" "$not_set"
	outcome "$mode: a required setting that cannot be set is waived" 0
	profile "$mode" "$(waiver 'check memory-per-core' "$(in_days 5)")" "$not_held"
	outcome "$mode: a required check that fails is waived" 0
	profile "$mode" "$(waiver 'sysctl vm.no*' "$(in_days -1)")" "$not_set"
	outcome "$mode: waived until yesterday, no data" "$([ "$mode" = report ] && echo 0 || echo 4)"
	profile "$mode" "$(waiver 'check memory-per-core' "$(in_days -1)")" "$not_held"
	outcome "$mode: a check that was waived until yesterday, no data" "$([ "$mode" = report ] && echo 0 || echo 4)"
	set_live "$tree" data-dir.has-data yes
	outcome "$mode: a check that was waived until yesterday, with data" 0
	says "which is told" "memory-per-core: wanted .*, the waiver of ops expired on $(in_days -1): agreed on" "$out"
	profile "$mode" "$(waiver 'sysctl vm.no*' "$(in_days -1)")" "$not_set"
	outcome "$mode: waived until yesterday, with data" 0
	profile "$mode" "$(waiver 'sysctl vm.other*' "$(in_days -1)")" "$not_held"
	outcome "$mode: another one has expired, with data" "$([ "$mode" = report ] && echo 0 || echo 4)"
	set_live "$tree" data-dir.has-data
done

# The plan is made again behind a write, and a waiver counts for what is of either plan.
printf '60\n' >"$tree/proc/sys/vm/swappiness"
profile required-only "$(waiver 'check memory-per-core' "$(in_days 5)"), $(waiver 'sysctl vm.no*' "$(in_days 9)")" \
	"sysctl: {vm.swappiness: 1, vm.no-such-key: {value: 1, severity: required}}"$'\n'"$not_held"
expect "run writes something beside what is waived" 0 thin run --format json
is "which is so" "1 2" "$(jq -r '"\(.run.writes) \(.summary.waived + .summary.checks.waived)"' "$work/out")"
is "both waivers are needed" "1 1" "$(jq -r '[.waivers[].needed_by] | join(" ")' "$work/out")"
is "and the verdict has the one that ends first" "check memory-per-core, waived by ops" "$(jq -r .waived "$verdict")"

printf 'profile: p\nwaivers:\n  - {what: check aio, reason: r, owner: o, until: %s}\n' "$(in_days 3)" >"$work/p.yaml"
expect "a waiver that names nothing and is about to end" 0 "$THINTUNE" profile check "$work/p.yaml"
says "the name is told where it stands" "p.yaml:3:12: waiver 'check aio': " "$err"
says "and the day where that does" "p.yaml:3:51: waiver 'check aio' ends on $(in_days 3)" "$err"

# A waiver that ends between run and gate: the tree of the node stays as it is, and the clock goes on.
if clock_tool; then
	profile required-only "$(waiver 'sysctl vm.no*' "$(in_days 5)"), $(waiver 'check memory-per-core' "$(in_days 3)")" "$not_set"$'\n'"$not_held"
	expect "run, with two waivers that end soon" 0 thin run
	is "the verdict has the one that ends first" "check memory-per-core, waived by ops $(in_days 3)" \
		"$(jq -r '"\(.waived) \(.waived_until)"' "$verdict")"
	expect "gate, on its last day" 0 at_day "$(in_days 3)" "$THINTUNE" gate --root "$tree"
	says "says that it ends" "^start: .*; check memory-per-core, waived by ops: the waiver ends on $(in_days 3)$"
	expect "gate, on the day after, no data" 4 at_day "$(in_days 4)" "$THINTUNE" gate --root "$tree"
	says "is shut" "^blocked: .*; check memory-per-core, waived by ops: the waiver expired on $(in_days 3), and there is no data yet; .thintune run. judges anew$"
	set_live "$tree" data-dir.has-data yes
	expect "gate, on the day after, with data" 0 at_day "$(in_days 4)" "$THINTUNE" gate --root "$tree"
	says "stays open, and tells it" "^start: .*the waiver expired on $(in_days 3), which holds no broker back that has data$"
	for gone in exists is-directory; do
		set_live "$tree" "data-dir.$gone" no
		expect "gate, on the day after, $gone: no" 0 at_day "$(in_days 4)" "$THINTUNE" gate --root "$tree"
		says "says that nobody looked" "^start: .*expired on $(in_days 3), and whether there is data is not known, since the data directory cannot be looked at; it holds no broker back$"
		set_live "$tree" "data-dir.$gone" yes
	done
	cp "$verdict" "$work/kept.json"
	jq 'del(.data_dir)' "$work/kept.json" >"$verdict"
	expect "gate, on the day after, of a verdict without a data directory" 0 at_day "$(in_days 4)" "$THINTUNE" gate --root "$tree"
	says "says the same" "whether there is data is not known"
	for edit in 'del(.waived_until)' '.waived_until = "2026-02-31"'; do
		jq "$edit" "$work/kept.json" >"$verdict"
		expect "gate, of a verdict with $edit" 1 "$THINTUNE" gate --root "$tree"
		says "is damaged" "the verdict .* is damaged" "$err"
	done
	cp "$work/kept.json" "$verdict"
	set_live "$tree" data-dir.has-data
	expect "status, on the day after, no data" 0 at_day "$(in_days 4)" "$THINTUNE" status --root "$tree"
	says "judges anew" "must not start .*; .thintune run. judges anew; "
	says "and says with what" "^next: thintune run --profile p "
	outcome "run, on the day after, no data" 4 "$(in_days 4)"
	set_live "$tree" data-dir.has-data yes
	outcome "run, on the day after, with data" 0 "$(in_days 4)"
	set_live "$tree" data-dir.has-data
	profile report "$(waiver 'sysctl vm.no*' "$(in_days 5)")" "$not_set"
	expect "run, gate: report" 0 thin run
	expect "gate, on the day after: nothing blocks" 0 at_day "$(in_days 6)" "$THINTUNE" gate --root "$tree"
	lacks "so nothing is said" expired "$out"

	# A clock that cannot be right.
	profile required-only "$(waiver 'sysctl vm.no*' "$(in_days 5)")" "$not_set"
	expect "run" 0 thin run
	expect "gate, at a clock of 1970" 0 at_day 1970-01-03 "$THINTUNE" gate --root "$tree"
	says "says that nothing expires" '^start: .*; no waiver expires, since the clock is wrong: '
	expect "profile check, at a clock of 1970" 0 at_day 1970-01-03 "$THINTUNE" profile check "$work/p.yaml"
	says "says it, too" 'no waiver expires, since the clock is wrong: '
	expect "audit, at a clock of 1970" 0 at_day 1970-01-03 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml"
	says "nothing expires, and that is told" \
		'^no waiver expires, since the clock is wrong: this thintune was made on 20[0-9-]+, and the clock is before that day$'
	profile required-only "$(waiver 'sysctl vm.no*' 2026-01-01)" "$not_set"
	expect "also where the day is long past" 0 at_day 2025-12-31 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
	is "the days are not known" null "$(jq '.settings[0].waiver.days_left' "$work/out")"
else
	skip "a waiver that ends between run and gate" "the clock of a process cannot be set here"
fi

# A profile that is refused for its day keeps no broker down.
profile required-only "$(waiver 'sysctl vm.no*' "$(in_days 5)")" "$not_set"
expect "run keeps the profile" 0 thin run
is "with its waivers" 1 "$(grep -c '^waivers:' "$tree/var/lib/thintune/profiles/host.yaml")"
profile required-only "$(waiver 'sysctl vm.no*' "$(in_days 500)")" "$not_set"
expect "a waiver that lasts too long: run goes on with the last good one" 0 thin run
says "and says so" "'until' is more than 400 days ahead: .*; going on with the last good one"
is "whose waiver counts" waived "$(jq -r '.settings[0].state' "$tree/run/thintune/reports/host.json")"
# What was excepted on a day in the past: a history of two months ------------------------------------------------------
past=$work/past
kept_profile() {
	printf 'profile: kept\nsummary: s\nextends: redpanda\nsysctl: {net.core.somaxconn: {at-least: %d}}\n' "$1"
	[ -z "$2" ] || printf 'waivers: [{what: sysctl vm.swappiness, reason: %s, owner: ann, until: 2026-12-31}]\n' "$2"
}
in_november() { "$THINTUNE" history --root "$past" --since 2026-11 --until 2026-11 "$@"; }
fresh aws-i4i "$past"
rm -f "$past/etc/redpanda/redpanda.yaml"
if clock_tool; then
	for change in "2026-10-12 8192" "2026-11-17 9000 a second database" "2026-12-01 9100"; do
		read -r when backlog why <<<"$change"
		kept_profile "$backlog" "$why" >"$work/kept.yaml"
		run at_day "$when" "$THINTUNE" apply --root "$past" --profile "$work/kept.yaml" --only sysctl --skip checks
	done
	sentence="sysctl vm.swappiness, by ann until 2026-12-31: a second database"
	expect "of November" 0 in_november
	is "one command is told, with what was waived then" "2026-11-17T12:00:00Z|waived: $sentence" \
		"$(grep -oE '^[0-9TZ:-]{20}|waived: .*' <<<"$out" | paste -sd '|')"
	is "for programs, too" "[\"$sentence\"]" "$(in_november --format json | jq -c '[.lines[].waivers[]]')"
	in_november --format json >"$work/november.json"
	valid_json "as the schema has it" history "$work/november.json"
	says "in CSV" ",\"?$sentence\"?," "$(in_november --format csv)"
	says "and on the page" "Waived: $sentence" "$(in_november --format html)"
	is "where nothing was, nothing is said" "0 1 0" \
		"$("$THINTUNE" history --root "$past" --format json | jq -r '[.lines[].waivers | length] | join(" ")')"
	expect "and the chain is whole" 0 "$THINTUNE" history --verify --root "$past"
	kept_profile 9200 "$(printf 'long %.0s' {1..80})" >"$work/kept.yaml"
	run at_day 2026-12-02 "$THINTUNE" apply --root "$past" --profile "$work/kept.yaml" --only sysctl --skip checks
	is "a long reason is cut" 200 "$("$THINTUNE" history --root "$past" --format json | jq '.lines[-1].waivers[0] | length')"
else
	skip "what was waived on a day in the past" "the clock cannot be set for one command here"
fi
finish
