#!/bin/bash
# Reports: JSON as docs/report.schema.json has it, text that fits the terminal, colours only where they
# are wanted, and a report that did not arrive is no success.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

# timeless FILE: a text without the second in which it was made
timeless() { sed -E 's/20[0-9-]{8}T[0-9:]{8}Z/TIME/' "$1"; }

# JSON -----------------------------------------------------------------------------------------------------
mkdir "$work/json"
number=0
# program_for NODE: that with sanitizers on three nodes that are unlike each other. lifecycle.sh has audit and apply with
# them on each node.
program_for() {
	case $1 in
	intel-pstate | cpus16 | lvm) echo "$THINTUNE" ;;
	*) echo "$shipped" ;;
	esac
}
# keep COMMAND [OPTION]...: one more report
program=$THINTUNE
keep() {
	number=$((number + 1))
	"$program" "$@" --root "$tree" --format json >"$work/json/$number-$1.json" 2>"$work/err"
}
for node in $(swept_nodes); do
	for profile in $profiles; do
		fresh "$node" "$tree"
		[ "$profile" = development ] || disturb "$tree"
		program=$shipped
		keep audit --profile "$profile"
		keep audit --profile "$profile" --strict
		[ "$profile" != thin-ledger ] || program=$(program_for "$node")
		keep audit --profile "$profile" --skip sysctl,checks --only sysctl,governor
		keep apply --profile "$profile"
		printf '99\n' >"$tree/proc/sys/vm/swappiness"
		keep restore
		keep restore --force
		keep run --profile "$profile" --skip disk-queue
		keep run --profile "$profile"
	done
done
program=$THINTUNE
# Notes, missing rights, what is unknown, what failed.
fresh intel-pstate "$tree"
set_live "$tree" capabilities
rm "$tree/.thintune/live"
printf 'garbage\n' >"$tree/proc/sys/vm/swappiness"
printf 'EIO /proc/sys/fs/aio-max-nr\n' >"$tree/.thintune/errors"
keep audit
keep run --strict
# CPUs that are handed over, and what redpanda.yaml says: hostile bytes in it, too.
fresh cpus16 "$tree"
printf 'profile: split\nsummary: for a test\nextends: redpanda\nirq: {placement: dedicated}\n' >"$work/split.yaml"
keep audit --profile "$work/split.yaml"
mkdir -p "$tree/etc/redpanda"
printf 'rpk:\n  smp: 3\n  "tune_\\e[31m\\u2028x": false\n  additional_start_flags: ["--cpuset=\\u202e1-7\\x01", --memory]\n' \
	>"$tree/etc/redpanda/redpanda.yaml"
keep audit --profile "$work/split.yaml"
lacks "what redpanda.yaml says reaches a terminal as text only" "$(printf '[\001\033]|\342\200\256')" \
	"$("$THINTUNE" facts --root "$tree"; "$THINTUNE" audit --root "$tree" --profile "$work/split.yaml")"
keep run --profile "$work/split.yaml" --netns broker
# A restore without a journal has no report but a sentence.
for file in "$work"/json/*-restore.json; do
	grep -q '^{' "$file" || rm "$file"
done
run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work"/json/*.json
case $code in
0) ok "$(find "$work/json" -name '*.json' | wc -l) reports are as docs/report.schema.json has them" ;;
77) skip "reports are as docs/report.schema.json has them" "$out" ;;
*) not_ok "reports are as docs/report.schema.json has them" "$out$err" ;;
esac
if [ "$code" -ne 77 ]; then
	# That it would notice.
	jq '.settings[0].state = "odd"' "$work/json/1-audit.json" >"$work/odd.json"
	run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work/odd.json"
	is "a report with an unknown state would be noticed" 1 "$code"
fi

# Where from -------------------------------------------------------------------------------------------------
# sources NAME ID: one line for each format that does not name the node, the time, the version, the
# profile and its hash
sources() {
	local format text hash
	hash=$(jq -r '.profile.sha256[:12]' <("$THINTUNE" audit --root "$tree" --format json))
	for format in text json html junit csv prometheus sh k8s systemd nfd; do
		case $format in
		nfd) text=$("$THINTUNE" run --root "$tree" --format "$format") ;;
		*) text=$("$THINTUNE" audit --root "$tree" --format "$format") ;;
		esac
		for word in "$1" "$2" '20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z|_seconds 1[0-9]{9}|-seconds=1[0-9]{9}' \
			"$("$THINTUNE" --version | cut -d' ' -f2)" thin-ledger "$hash"; do
			grep -qE "$word" <<<"$text" || echo "$format lacks $word"
		done
	done
}
fresh aws-i4i "$tree"
mkdir -p "$tree/etc"
printf 'db9.example.org\n' >"$tree/etc/hostname"
printf '0123456789abcdef0123456789abcdef\n' >"$tree/etc/machine-id"
is "each format says where it comes from" "" "$(sources db9.example.org 5dfb5385463d42698317cbb09fae3bb6)"
# shellcheck disable=SC2016 # hostile, and not for this shell
printf 'a\033[31m`reboot`\nzzz\n' >"$tree/etc/hostname"
lacks "a hostile name reaches no terminal and no script" "$(printf '[\001\033]|^zzz')" \
	"$("$THINTUNE" audit --root "$tree"; "$THINTUNE" audit --root "$tree" --format sh | grep '^[^#]')"
rm "$tree/etc/hostname" "$tree/etc/machine-id"
run "$THINTUNE" audit --root "$tree"
says "a record without a name is not given the caller's" '^node unknown \(id unknown\), 20' "$out"
run "$THINTUNE" audit --format json
if [ "$(jq -r .node.container <<<"$out")" = none ] && [ -s /etc/machine-id ] && command -v systemd-id128 >/dev/null; then
	is "this machine has its name, and the id that systemd derives" \
		"$(uname -n) $(systemd-id128 machine-id --app-specific=7d1f3c52a86e4b0f9a35e1c4d2b7068e)" \
		"$(jq -r '.node | .hostname + " " + .id' <<<"$out")"
else
	skip "this machine has its name, and the id that systemd derives" "it is a container, or nothing here derives one"
fi

# What the profile decided and no setting shows: aws-i4i is on aws.
printf '%s\n' 'profile: p' 'summary: for a test' 'disk: {read-ahead: {value: leave, why: no difference seen}}' \
	'sysctl: {net.ipv4.tcp_rmem: {at-least: [4096, 131072, 16777216]}}' 'overlays:' '  - when: {cloud: azure}' \
	'    sysctl: {vm.swappiness: 2}' '  - when: {cloud: aws, disk-driver: "sd*"}' '    sysctl: {vm.swappiness: 3}' \
	'  - when: {memory: ">= 1GiB"}' '    sysctl: {vm.swappiness: 4}' >"$work/p.yaml"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
is "each overlay is listed with the fact that decided" \
	"6 cloud aws false, 8 disk-driver nvme false, 10 memory 30.9 GiB true" \
	"$(jq -r '[.overlays[] | "\(.line) \(.fact) \(.value) \(.applied)"] | join(", ")' <<<"$out")"
is "what is left alone is counted and has its reason" "1 read-ahead no difference seen" \
	"$(jq -r '"\(.summary.leave) \(.leaves[0].key) \(.leaves[0].why)"' <<<"$out")"
is "all numbers of a rule are there" 'at-least ["4096 131072 16777216"]' \
	"$(jq -r '.settings[] | select(.setting == "net.ipv4.tcp_rmem") | "\(.rule) \(.bounds)"' <<<"$out")"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --verbose
says "--verbose lists overlays" '^  p:8, when cloud=aws, disk-driver=sd\*: does not apply \(disk-driver is nvme\)$' "$out"
says "--verbose lists what is left alone" '^  disk read-ahead: no difference seen \[p:3\]$' "$out"
says "the text has all numbers of a rule" 'net.ipv4.tcp_rmem .* >= 4096 131072 16777216 ' "$out"

# A value that more than one line had a part in: which they are, in which file.
printf '%s\n' 'profile: c' 'summary: for a test' 'extends: p.yaml' 'sysctl: {vm.swappiness: {severity: required}}' \
	'checks: {free-space: {at-least: 20GiB}}' >"$work/c.yaml"
# shellcheck disable=SC2016 # the $ is sed's
sed -i '4s/16777216]}/16777216]}, vm.swappiness: 1/; $achecks: {free-space: {at-least: 10GiB, severity: required}}' "$work/p.yaml"
told="p:11 (overlay memory >= 1GiB), instead of 1 at p:4, severity c:4"
expect "a profile that extends another one" 3 "$THINTUNE" audit --root "$tree" --profile "$work/c.yaml" --strict --format json
is "source tells what was said instead, and who made it required" "$told" \
	"$(jq -r '.settings[] | select(.setting == "vm.swappiness").source' <<<"$out")"
is "merged has all of them, with their files" "p $work/p.yaml:4 - 1 -
p $work/p.yaml:11 memory >= 1GiB 4 -
c $work/c.yaml:4 - - required" "$(jq -r '.settings[] | select(.setting == "vm.swappiness").merged[] |
	"\(.profile) \(.file):\(.line) \(.overlay // "-") \(.value // "-") \(.severity // "-")"' <<<"$out")"
is "also of a check" "c:5, instead of at-least 10GiB at p:12, severity p:12" \
	"$(jq -r '.checks[] | select(.check == "free-space").source' <<<"$out")"
is "of which there are two" "at-least 10GiB, at-least 20GiB" \
	"$(jq -r '.checks[] | select(.check == "free-space") | [.merged[].value] | join(", ")' <<<"$out")"
is "what one line says alone has none" null "$(jq '.settings[] | select(.setting == "net.ipv4.tcp_rmem").merged' <<<"$out")"
for format in csv junit html; do
	run "$THINTUNE" audit --root "$tree" --profile "$work/c.yaml" --format "$format"
	says "$format has the source as well" "p:11 \(overlay memory (>|&gt;|&#62;)= 1GiB\), instead of 1 at p:4, severity c:4"
done
run "$THINTUNE" explain vm.swappiness --root "$tree" --profile "$work/c.yaml"
says "explain has it" "^Profile +p:11 .overlay memory >= 1GiB., instead of 1 at p:4, severity c:4$"
says "and each line with its file" "^Stated in +$work/p.yaml:4: 1$"
says "in their order" "^ +$work/c.yaml:4: required$"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml"
printf 'EIO /proc/sys/net/ipv4/tcp_rmem\n' >"$tree/.thintune/errors"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml"
says "also where it cannot be read" 'net.ipv4.tcp_rmem .*unknown +>= 4096 131072 16777216 ' "$out"

# Files ------------------------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
expect "--output: the code is the audit's" 3 "$THINTUNE" audit --root "$tree" --output "$work/report.txt"
is "--output: nothing on standard output" "" "$out"
expect "without --output" 3 "$THINTUNE" audit --root "$tree"
same "--output: the file holds the report" <(timeless "$work/out") <(timeless "$work/report.txt")
expect "--output into a directory that is missing" 1 "$THINTUNE" audit --root "$tree" --output "$work/none/x"
says "is named" "$work/none/x" "$err"
expect "--output onto a directory" 1 "$THINTUNE" audit --root "$tree" -o "$work/json"
is "--output leaves nothing half done behind" "" "$(find "$work" -mindepth 1 -maxdepth 1 -name '.thintune-*')"
if [ -c /dev/full ]; then
	for command in facts audit apply; do
		fresh aws-i4i "$tree"
		"$THINTUNE" "$command" --root "$tree" >/dev/full 2>"$work/err"
		is "$command: a full disk behind standard output is an error" "1" "$?"
		says "$command: and is named" 'cannot write to standard output' "$(cat "$work/err")"
	done
fi
"$THINTUNE" facts --root "$tree" >&- 2>"$work/err"
is "a closed standard output is an error" 1 "$?"
# A reader that goes away early is nobody's crash.
# shellcheck disable=SC2016 # for that shell
run bash -c 'set -o pipefail; "$1" audit --root "$2" -v | head -n 1' bash "$THINTUNE" "$tree"
is "a reader that goes away: no sanitizer, no core" true \
	"$([ "$code" -le 6 ] || [ "$code" -eq 141 ] && echo true || echo "$code $err")"

# Terminals -----------------------------------------------------------------------------------------------------
# on_terminal COLUMNS COMMAND...: what a terminal of that width would get
on_terminal() { TERM=xterm "$top/tests/cli/terminal" "$@"; }
uncoloured() { sed 's/\x1b\[[0-9;]*m//g'; }
has_colour() { grep -q $'\x1b\\['; }

if [ "$(on_terminal 80 echo works 2>/dev/null)" != works ]; then
	skip "no line is wider than the terminal" "no terminal can be made here"
	finish
fi
problem=
for node in $(swept_nodes); do
	fresh "$node" "$tree"
	# The narrow one with sanitizers: it has more lines to break.
	for columns in 80 100; do
		program=$shipped
		[ "$columns" != 80 ] || program=$(program_for "$node")
		# One terminal for all. A path that has no room beside what it belongs to stays in one piece.
		# shellcheck disable=SC2016 # for that shell
		on_terminal "$columns" bash -c 'for command in audit "audit -v" facts "facts -v" apply restore run; do
			printf "command: %s\n" "$command"
			"$1" $command --root "$2"
		done' bash "$program" "$tree" | uncoloured >"$work/terminal"
		wide=$(awk -v columns="$columns" '/^command: / { command = $0 }
			length($0) > columns && length($NF) <= columns - 20 { print command ": " $0 }' "$work/terminal")
		[ -z "$wide" ] || problem="$node, $columns columns: $wide"
		[ "$(grep -c '^command: ' "$work/terminal")" = 7 ] || problem="$node: not every command ran"
	done
done
if [ -z "$problem" ]; then
	ok "no line is wider than the terminal"
else
	not_ok "no line is wider than the terminal" "$problem"
fi
problem=
for command in "" audit apply restore facts run gate profile explain record; do
	"$THINTUNE" ${command:+"$command"} --help >"$work/help"
	wide=$(awk 'length($0) > 80' "$work/help")
	[ -z "$wide" ] || problem="$command --help: $wide"
done
"$THINTUNE" explain >"$work/help"
if [ -z "$problem" ]; then ok "help fits 80 columns"; else not_ok "help fits 80 columns" "$problem"; fi

fresh aws-i4i "$tree"
run "$THINTUNE" facts --root "$tree"
says "facts have a time, as every report" '^thintune facts: a recorded node, 20[0-9-]{8}T[0-9:]{8}Z$' "$out"
run "$THINTUNE" facts --root "$tree" --format json
says "also as JSON" '^20[0-9-]{8}T[0-9:]{8}Z$' "$(jq -r .run.date "$work/out")"
for command in apply run; do
	expect "$command --dry-run is an audit" 3 "$THINTUNE" "$command" --dry-run --root "$tree"
	says "and says so" '^thintune audit: ' "$out"
	says "with what would be written" '^  vm\.swappiness +60 +1 +differs$' "$out"
	is "and writes nothing" 60 "$(cat "$tree/proc/sys/vm/swappiness")"
done
# A setting's name may have blanks, and its file is a name as well.
expect "explain tells of a setting" 0 "$THINTUNE" explain --root "$tree" nvme1n1 scheduler
says "where it is" '^File  +/sys/.*/nvme1n1/queue/scheduler$' "$out"
says "what it has" '^Now  +mq-deadline$' "$out"
says "what is wanted" '^Wanted  +none$' "$out"
says "that it differs" '^State  +differs$' "$out"
says "what sets it" '^Tuner  +disk-queue: ' "$out"
expect "by its file" 0 "$THINTUNE" explain --root "$tree" /proc/sys/fs/aio-max-nr
says "what it is computed from" '^Computed from +0 \(others use them now\) \+ [0-9]+ = ' "$out"
says "as the profile has it" '^Severity +required$' "$out"
expect "explain follows the profile" 0 "$THINTUNE" explain --root "$tree" --profile redpanda vm.swappiness
says "its line of the profile" '^Profile +redpanda:[0-9]+$' "$out"
expect "explain tells of a check" 0 "$THINTUNE" explain --root "$tree" filesystem
says "what it found" '^Now  +xfs$' "$out"
says "what it asks for" '^Wanted  +xfs or ext4$' "$out"
says "how it ended" '^State  +pass$' "$out"
colour() {
	local word=plain
	! "$@" | has_colour || word=coloured
	printf '%s' "$word"
}
is "a terminal gets colours" coloured "$(colour on_terminal 80 "$THINTUNE" audit --root "$tree")"
is "a pipe gets none" plain "$(colour "$THINTUNE" audit --root "$tree")"
is "--no-color: none" plain "$(colour on_terminal 80 "$THINTUNE" audit --root "$tree" --no-color)"
is "NO_COLOR=1: none" plain "$(colour on_terminal 80 env NO_COLOR=1 "$THINTUNE" audit --root "$tree")"
is "an empty NO_COLOR says nothing" coloured "$(colour on_terminal 80 env NO_COLOR= "$THINTUNE" audit --root "$tree")"
is "TERM=dumb: none" plain "$(colour on_terminal 80 env TERM=dumb "$THINTUNE" audit --root "$tree")"
is "TERM=dumb with --color=always: coloured" coloured "$(colour on_terminal 80 env TERM=dumb "$THINTUNE" audit --root "$tree" --color=always)"
# The option, then NO_COLOR, then CLICOLOR_FORCE, then the terminal.
for row in "plain auto - -" "coloured always - -" "plain never - -" "coloured auto - 1" "plain auto - 0" "plain auto 1 1" "coloured always 1 -" \
	"plain never - 1" "plain auto 1 -"; do
	read -r wanted when no_color force <<<"$row"
	is "into a pipe: --color=$when, NO_COLOR $no_color, CLICOLOR_FORCE $force" "$wanted" \
		"$(colour env ${no_color:+NO_COLOR="${no_color#-}"} CLICOLOR_FORCE="${force#-}" "$THINTUNE" audit --root "$tree" --color="$when")"
done
is "on a terminal: --color=never" plain "$(colour on_terminal 80 "$THINTUNE" audit --root "$tree" --color=never)"
expect "no such colour" 2 "$THINTUNE" audit --root "$tree" --color=alwayss
says "the near one is named" "option --color: 'alwayss' is not auto or always or never; did you mean 'always'\\?" "$err"
expect "both options" 2 "$THINTUNE" audit --root "$tree" --color=always --no-color
"$THINTUNE" audit --root "$tree" --color=always --output "$work/painted"
is "a file is painted where that is asked for" yes "$(has_colour <"$work/painted" && echo yes)"
run "$THINTUNE" audit --root "$tree" --color=always
says "what is required and differs is red" $'fs.aio-max-nr .*\x1b\\[31mdiffers\x1b\\[0m, required'
says "what is advised and differs is yellow" $'vm.swappiness .*\x1b\\[33mdiffers\x1b\\[0m$'
run "$THINTUNE" audit --root "$tree" --color=always --strict
says "with --strict it is red, too" $'vm.swappiness .*\x1b\\[31mdiffers\x1b\\[0m$'
is "JSON has none on a terminal either" plain "$(colour on_terminal 80 "$THINTUNE" audit --root "$tree" --format json --color=always)"
"$THINTUNE" audit --root "$tree" >"$work/piped"
on_terminal 400 "$THINTUNE" audit --root "$tree" | uncoloured >"$work/terminal"
same "a wide terminal shows what a pipe gets" <(timeless "$work/piped") <(timeless "$work/terminal")

# One line ---------------------------------------------------------------------------------------------------------
for command in audit apply restore run; do
	fresh aws-i4i "$tree"
	[ "$command" != restore ] || "$THINTUNE" apply --root "$tree" >/dev/null 2>&1
	run "$THINTUNE" "$command" --root "$tree" --quiet
	is "$command --quiet is one line" 1 "$(wc -l <"$work/out")"
	says "$command --quiet is the verdict" '^verdict: .*\(exit [034]\)$' "$out"
done
finish
