#!/bin/bash
# Every node with every shipped profile, from the node's own values and from others: apply does what
# audit said and nothing else, a second apply writes nothing, and after restore everything is as it was.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# What one report says: exit code, writes, how many settings differ, how many besides failed or are contested;
# then the settings that differ or were changed: state, tuner, setting, path and value.
question verdict '.exit_code, .run.writes, .summary.differs, (.summary | .differs + .failed + .contested),
	(.settings[] | select(.state == "differs" or .state == "changed") |
		[.state, .tuner, .setting, .path, .want] | @tsv)' -r

# report NAME COMMAND [OPTION]...: leaves $work/NAME.json, and its settings that differ or were changed in
# $work/NAME.rows; sets $writes, $differ (how many differ) and $undone (besides, failed and contested).
# False when that was no verdict.
report() {
	local name=$1 own_code
	shift
	run "$THINTUNE" "$@" --format json --root "$work/tree"
	cp "$work/out" "$work/$name.json"
	case $code in 0 | 3 | 4) ;; *)
		problem="$1 ended with $code: $err"
		return 1
		;;
	esac
	ask verdict "$work/$name.json" >"$work/read"
	{
		read -r own_code
		read -r writes
		read -r differ
		read -r undone
		cat
	} <"$work/read" >"$work/$name.rows"
	[ "$code" = "$own_code" ] || problem="$1: the report has another exit code"
	[ -z "$problem" ]
}

# wanted NAME STATE: tuner, setting, path and value of the settings in that state
wanted() { sed -n "s/^$2\t//p" "$work/$1.rows"; }

# The files themselves, as opposed to what thintune says of them.
check_content() {
	local path want have
	while IFS=$'\t' read -r _ _ path want; do
		# Without a process for each: blanks in a row are one.
		IFS= read -r -d '' have <"$work/tree$path" || true
		have=${have//$'\t'/ }
		while [[ $have == *'  '* ]]; do have=${have//  / }; done
		while [[ $have == *$'\n' ]]; do have=${have%$'\n'}; done
		[ "$have" = "$want" ] || problem="$path holds '$have', not '$want'"
	done <"$work/changed"
	[ -z "$problem" ]
}

apply_once() {
	report audit audit --profile "$profile" || return
	wanted audit differs >"$work/planned"
	report apply apply --profile "$profile" || return
	wanted apply changed >"$work/changed"
	cmp -s "$work/planned" "$work/changed" ||
		problem="apply did something else than audit said: $(diff "$work/planned" "$work/changed")"
	[ "$undone" = 0 ] || problem="apply left something undone: $(jq .summary "$work/apply.json")"
	[ "$writes" = "$(wc -l <"$work/changed")" ] || problem="$writes writes for $(wc -l <"$work/changed") settings"
	[ -z "$problem" ] && check_content
}

apply_again() {
	report audit2 audit --profile "$profile" || return
	[ "$differ" = 0 ] || problem="audit after apply still finds differences: $(wanted audit2 differs)"
	traces "$work/tree" >"$work/traces1"
	report apply2 apply --profile "$profile" || return
	traces "$work/tree" >"$work/traces2"
	[ "$writes" = 0 ] || problem="the second apply wrote"
	cmp -s "$work/traces1" "$work/traces2" ||
		problem="the second apply left traces: $(diff "$work/traces1" "$work/traces2")"
	[ -z "$problem" ]
}

undo() {
	local left
	run "$THINTUNE" restore --root "$work/tree"
	[ "$code" = 0 ] || problem="restore ended with $code: $out$err"
	left=$(find "$work/tree/run/thintune" -type f ! -name lock ! -name held 2>/dev/null)
	[ -z "$left" ] || problem="restore left $left"
	state "$work/tree" >"$work/after"
	cmp -s "$work/before" "$work/after" ||
		problem="the tree is not as before: $(diff "$work/before" "$work/after")"
	[ -z "$problem" ] || return
	report audit3 audit --profile "$profile" || return
	diff <(without_run "$work/audit.json") <(without_run "$work/audit3.json") >"$work/diff" ||
		problem="audit after restore is not as before apply: $(cat "$work/diff")"
	[ -z "$problem" ]
}

# cycle SENTENCE: with $work/tree and $profile
cycle() {
	problem=
	state "$work/tree" >"$work/before"
	if apply_once && apply_again && undo; then
		ok "$1: $(wc -l <"$work/changed") settings applied, proved, repeated and restored"
	else
		not_ok "$1" "$problem"
	fi
}

total=0
for node in $(nodes); do
	for profile in $profiles; do
		fresh "$node" "$work/tree"
		cycle "$node, $profile"
		total=$((total + $(wc -l <"$work/changed")))
		[ "$profile" != development ] || continue
		fresh "$node" "$work/tree"
		disturb "$work/tree"
		cycle "$node, $profile, other values"
		total=$((total + $(wc -l <"$work/changed")))
	done
done
[ "$total" -gt 0 ] || not_ok "something was there to apply"
finish
