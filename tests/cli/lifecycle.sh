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

# output NAME PROGRAM COMMAND [OPTION]...: leaves the report in $work/NAME.json. False when that was no verdict.
output() {
	local name=$1
	shift
	"$@" --format json --root "$work/tree" >"$work/$name.json" 2>"$work/err" </dev/null
	code=$?
	case $code in 0 | 3 | 4) ;; *)
		problem="$2 ended with $code: $(<"$work/err")"
		return 1
		;;
	esac
}

# report NAME PROGRAM COMMAND [OPTION]...: output, and sets $writes, $differ (how many differ), $undone (besides,
# failed and contested), and $rows, its settings that differ or were changed. False when that was no verdict.
report() {
	local answer
	output "$@" || return
	mapfile -t answer < <(ask verdict "$work/$1.json")
	writes=${answer[1]-} differ=${answer[2]-} undone=${answer[3]-}
	rows=("${answer[@]:4}")
	[ "$code" = "${answer[0]-}" ] || problem="$3: the report has another exit code"
	[ -z "$problem" ]
}

# wanted STATE: sets $found to tuner, setting, path and value of the settings in that state
wanted() {
	local row
	found=()
	for row in "${rows[@]}"; do
		[[ $row != "$1"$'\t'* ]] || found+=("${row#*$'\t'}")
	done
}

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
	done < <(printf '%s\n' "${changed[@]}")
	[ -z "$problem" ]
}

apply_once() {
	local planned
	report audit "$program" audit --profile "$profile" || return
	wanted differs
	planned=("${found[@]}")
	report apply "$program" apply --profile "$profile" || return
	wanted changed
	changed=("${found[@]}")
	[ "${planned[*]}" = "${changed[*]}" ] || problem="apply did something else than audit said: $(
		diff <(printf '%s\n' "${planned[@]}") <(printf '%s\n' "${changed[@]}"))"
	[ "$undone" = 0 ] || problem="apply left something undone: $(jq .summary "$work/apply.json")"
	[ "$writes" = "${#changed[@]}" ] || problem="$writes writes for ${#changed[@]} settings"
	[ -z "$problem" ] || return
	[ ${#changed[@]} -eq 0 ] || check_content
}

# With nothing to do: tests/cli/owners.sh has the like with sanitizers on every node.
apply_again() {
	report audit2 "$shipped" audit --profile "$profile" || return
	wanted differs
	[ "$differ" = 0 ] || problem="audit after apply still finds differences: ${found[*]}"
	traces "$work/tree" >"$work/traces1"
	report apply2 "$shipped" apply --profile "$profile" || return
	traces "$work/tree" >"$work/traces2"
	[ "$writes" = 0 ] || problem="the second apply wrote"
	cmp -s "$work/traces1" "$work/traces2" ||
		problem="the second apply left traces: $(diff "$work/traces1" "$work/traces2")"
	[ -z "$problem" ]
}

undo() {
	local left
	run "$program" restore --root "$work/tree"
	[ "$code" = 0 ] || problem="restore ended with $code: $out$err"
	left=$(find "$work/tree/run/thintune" -type f ! -name lock ! -name held 2>/dev/null)
	[ -z "$left" ] || problem="restore left $left"
	state "$work/tree" >"$work/after"
	cmp -s "$work/before" "$work/after" ||
		problem="the tree is not as before: $(diff "$work/before" "$work/after")"
	[ -z "$problem" ] || return
	output audit3 "$shipped" audit --profile "$profile" || return
	cmp -s <(without_run "$work/audit.json") <(without_run "$work/audit3.json") ||
		problem="audit after restore is not as before apply: $(diff "$work/audit.json" "$work/audit3.json")"
	[ -z "$problem" ]
}

# cycle SENTENCE: with $work/tree and $profile
cycle() {
	problem=
	changed=()
	state "$work/tree" >"$work/before"
	if apply_once && apply_again && undo; then
		ok "$1: ${#changed[@]} settings applied, proved, repeated and restored"
	else
		not_ok "$1" "$problem"
	fi
	total=$((total + ${#changed[@]}))
}

# Of a node's cycles one has the sanitizers, that with the most to write.
total=0
for node in $(swept_nodes); do
	for profile in $profiles; do
		program=$shipped
		fresh "$node" "$work/tree"
		cycle "$node, $profile"
		[ "$profile" != development ] || continue
		[ "$profile" != thin-ledger ] || program=$THINTUNE
		fresh "$node" "$work/tree"
		disturb "$work/tree"
		cycle "$node, $profile, other values"
	done
done
[ "$total" -gt 0 ] || not_ok "something was there to apply"
finish
