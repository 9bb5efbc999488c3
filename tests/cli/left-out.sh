#!/bin/bash
# --only and --skip narrow what is written, never what a node is judged by: what they leave out is in
# every report, and a required setting or check among it keeps its say in apply, run and gate.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
low=65536

profile() {
	printf 'profile: p\nsummary: for a test\nextends: thin-ledger\ngate: %s\nprobe: {when: never}\n%s\n' \
		"${2:-required-only}" "$1" >"$work/p.yaml"
}

# node DATA: a node where one required setting, fs.aio-max-nr, differs.
node() {
	fresh aws-i4i "$tree"
	printf '%s\n' "$low" >"$tree/proc/sys/fs/aio-max-nr"
	set_live "$tree" data-dir.has-data "$1"
}

thintune() {
	local command=$1
	shift
	"$THINTUNE" "$command" --root "$tree" --profile "$work/p.yaml" "$@"
}

value() { jq -r "$1" "$work/out"; }

# run and gate -------------------------------------------------------------------------------------
profile 'checks: {conflicts: leave}'
for list in "--only governor" "--skip sysctl" "--only governor,sysctl --skip sysctl" "--only checks" \
	"--skip sysctl,checks" "--only sysctl --skip sysctl"; do
	read -ra options <<<"$list"
	node no
	expect "run $list: a required setting left out is judged" 4 thintune run "${options[@]}"
	says "run $list: the text names it" "left out by ${list//\//.}: .*required; 1 does not hold: fs.aio-max-nr \($low, wanted >= 1048576\)" "$out"
	says "run $list: so does the gate's reason" "must not start: .*fs.aio-max-nr: skipped, left out by $list" "$out"
	is "run $list: it is not written" "$low" "$(cat "$tree/proc/sys/fs/aio-max-nr")"
	expect "run $list: gate says no" 4 "$THINTUNE" gate --root "$tree"
	says "run $list: and why" "^blocked: .*fs.aio-max-nr: skipped, left out by $list" "$out"
done
says "run judges all checks whatever is left out" 'check passes|checks pass' \
	"$(node no && thintune run --only governor --skip checks)"

node yes
expect "with data: run lets the broker start" 0 thintune run --skip sysctl --format json
is "with data: but it is no match" "failed 1" "$(value '"\(.verdict) \(.summary.required_failed)"')"
says "with data: and the reason is told" 'fs.aio-max-nr: skipped, left out by --skip sysctl' "$(value .gate.reason)"
says "with data: by gate, too" 'start: .*fs.aio-max-nr: skipped, left out by --skip sysctl' \
	"$("$THINTUNE" gate --root "$tree")"
is "JSON lists what is left out" "--skip sysctl sysctl fs.aio-max-nr $low skipped required" \
	"$(value '.left_out | "\(.by) \(.tuners[0]) \(.settings[] | select(.severity == "required") | "\(.setting) \(.have) \(.state) \(.severity)")"')"

profile 'checks: {conflicts: leave}' strict
node yes
expect "gate strict: it blocks with data, too" 4 thintune run --skip sysctl
profile 'checks: {conflicts: leave}' report
node no
expect "gate report: it is only reported" 0 thintune run --skip sysctl
says "gate report: and named" 'fs.aio-max-nr: skipped, left out' "$out"

profile 'checks: {conflicts: leave}'
node no
printf '1048576\n' >"$tree/proc/sys/fs/aio-max-nr"
expect "what is left out and holds does not stop the start" 0 thintune run --skip sysctl --format json
is "but is no match" "partial 0" "$(value '"\(.verdict) \(.summary.required_failed)"')"

# An advised setting that is left out counts with --strict only.
printf '60\n' >"$tree/proc/sys/vm/swappiness"
expect "an advised setting left out is none of the gate's business" 0 thintune run --skip sysctl
printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 1}\n' >"$work/p.yaml"
expect "with --strict it is" 3 thintune run --skip sysctl --strict

# apply ---------------------------------------------------------------------------------------------
profile 'checks: {conflicts: leave}'
node no
expect "apply --skip sysctl ends with 4" 4 thintune apply --skip sysctl
says "apply lists it in one line" '^left out by --skip sysctl: [0-9]+ settings, 1 of them required; 1 does not hold: fs.aio-max-nr' "$out"
lacks "apply lists none of the rest" 'vm.swappiness' "$out"
printf '1048576\n' >"$tree/proc/sys/fs/aio-max-nr"
expect "apply ends with 0 where what is left out holds" 0 thintune apply --only hugepages --format json
is "and says that it is a part" partial "$(value .verdict)"
set_live "$tree" data-dir.fs-type tmpfs
expect "apply is judged by a required check that is left out" 4 thintune apply --only hugepages
says "which it names" 'filesystem \(tmpfs, wanted xfs or ext4\)' "$out"

# audit ---------------------------------------------------------------------------------------------
node no
expect "audit --only governor is about that alone" 0 thintune audit --only governor
says "but says what else is required" 'left out by --only governor: [0-9]+ settings and [0-9]+ checks, [0-9]+ of them required; .* not hold: fs.aio-max-nr' "$out"
says "and calls it partial" '^verdict: partial, 1 required point left out does not hold \(exit 0\)' "$out"
expect "audit --format prometheus --only governor" 0 thintune audit --only governor --format prometheus
says "metrics count what is left out" '^thintune_left_out\{state="required_failed"\} 1$' "$out"
says "and that it does not hold" '^thintune_required_failed 1$' "$out"
for format in sh k8s systemd; do
	run thintune audit --skip sysctl --format "$format"
	says "audit --format $format says what is left out" '^# left out by --skip sysctl: [0-9]+ settings$' "$out"
	run thintune audit --format "$format"
	lacks "audit --format $format: nothing, where nothing is" 'left out' "$out"
done
run thintune audit --skip sysctl --format sh
says "the script names the apply whose writes it does" 'the writes of .thintune apply --skip sysctl., profile ' "$out"
for option in --only --skip; do
	expect "audit: $option with an unknown tuner" 2 thintune audit "$option" sysctls
	expect "run: $option with an unknown tuner" 2 thintune run "$option" sysctls
done
expect "an audit of nothing is refused" 2 thintune audit --only sysctl --skip sysctl
expect "an apply of nothing is refused" 2 thintune apply --only sysctl --skip sysctl

# What differs and is required, in a whole audit ---------------------------------------------------
node no
expect "an audit that finds a required difference" 3 thintune audit
says "says how many of the differences are required" '^verdict: [0-9]+ differences, 1 of them required' "$out"
expect "its metrics" 3 thintune audit --format prometheus
says "count it" '^thintune_required_failed 1$' "$out"
printf 'profile: p\nsummary: for a test\nsysctl: {fs.aio-max-nr: {at-least: 1048576, severity: required}}\n' >"$work/p.yaml"
expect "one difference" 3 thintune audit
says "is said to be required" '^verdict: 1 required difference' "$out"
expect "an advised difference" 3 "$THINTUNE" audit --root "$tree" --profile redpanda --only disk-queue --quiet
lacks "is not" 'of them required|required difference' "$out"

finish
