#!/bin/bash
# compare: two reports, one node on two days, a fleet; what is no report is told; the exit codes.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

compare() { "$THINTUNE" compare "$@"; }
audit() { "$shipped" audit --root "$1" --format json --output "$2"; }
valid() { valid_json "$1" compare "$2"; }
# named FILE NAME DATE: the report with another node's name, and another time
named() { jq --arg name "$2" --arg date "$3" '.node.hostname = $name | .run.date = $date' "$1"; }

mkdir "$work/r"
cd "$work/r" || exit 1
fresh aws-i4i "$work/node"
audit "$work/node" one.json
printf '37\n' >"$work/node/proc/sys/vm/swappiness"
printf '1024\n' >"$work/node/proc/sys/net/core/somaxconn"
audit "$work/node" two.json

# Two ----------------------------------------------------------------------------------------------------------
cp one.json same.json
expect "equal reports: 0" 0 compare one.json same.json
says "and says so" '^verdict: equal: all [0-9]+ rows of 2 reports say the same \(exit 0\)$' "$out"
expect "unlike reports: 3" 3 compare one.json two.json --format json
cp "$work/out" two-rows
is "two settings changed are two rows" "net.core.somaxconn vm.swappiness" "$(jq -r '[.rows[].setting] | join(" ")' two-rows)"
is "with the value of each" '60 one;37 two' \
	"$(jq -r '.rows[] | select(.setting == "vm.swappiness").values | map(.value + " " + .nodes[0]) | join(";")' two-rows)"
valid "the JSON keeps to its schema" two-rows
run compare one.json two.json
is "the text has these two rows and no other" 2 "$(sed -n '/^ROW/,/^$/p' <<<"$out" | grep -c '^sysctl')"
says "and both values" '^sysctl vm\.swappiness +60 \(wanted 1\) +37 \(wanted 1\)$' "$out"
run compare one.json two.json --quiet
is "--quiet is one line" 1 "$(wc -l <"$work/out")"
jq '.settings |= reverse | .checks |= reverse' one.json >backwards.json
expect "the order of a report's rows does not count" 0 compare one.json backwards.json
jq 'del(.settings[] | select(.setting == "vm.swappiness"))' one.json >lacks.json
expect "a setting that one lacks is a difference" 3 compare one.json lacks.json
says "told as absent" '^sysctl vm\.swappiness +60 \(wanted 1\) +\(absent\)$' "$out"
jq '.checks[0].state = "fail" | .checks[0].have = "elsewhere"' one.json >check.json
expect "a check is a row, too" 3 compare one.json check.json
says "with its state" '^check [a-z-]+ .*fail: elsewhere' "$out"
expect "CSV, too" 3 compare one.json two.json --format csv
says "CSV has a line for each value" '^sysctl,vm\.swappiness,37,1,,1,two.?$' "$out"
run compare one.json two.json --format json --output a.json --format csv --output a.csv
is "several formats in one call" "3 thintune.compare/1 5" "$code $(jq -r .schema a.json) $(wc -l <a.csv)"

run compare one.json two.json same.json --format html --output a.html
is "HTML, too" 3 "$code"
run compare one.json same.json --format html --output b.html
is "also where nothing differs" 0 "$code"
expect "which loads nothing and nests" 0 "$python" "$top/tests/cli/test_report_html.py" a.html b.html

# Waivers --------------------------------------------------------------------------------------------------------
until=$(date -u -d '+60 days' +%F)
printf 'profile: waives\nextends: thin-ledger\nwaivers: [{what: sysctl vm.swappiness, reason: batch host, owner: ops, until: %s}]\n' \
	"$until" >waives.yaml
"$shipped" audit --root "$work/node" --profile waives.yaml --format json --output waived.json
expect "what is waived in one report is no difference" 0 compare two.json waived.json
says "but is noted" 'note: sysctl vm\.swappiness is waived in waived, ' "$(tr -s '\n ' '  ' <<<"$out")"
is "and listed in JSON" '[] ["sysctl vm.swappiness"]' \
	"$(compare two.json waived.json --format json | jq -r '[.nodes[].waived | tostring] | join(" ")')"
run compare two.json --profile waives.yaml --format json
is "what a profile waives is not counted as wanted otherwise, and told" "0 vm.swappiness ops $until" \
	"$(jq -r '[([.rows[] | select(.setting == "vm.swappiness")] | length | tostring), (.waived[] | .setting, .waiver.owner, .waiver.until)] | join(" ")' \
		"$work/out")"
run compare two.json --profile waives.yaml
says "by whom and until when" "; waived by ops until $until, [0-9]+ days left: batch host" "$(tr -s '\n ' '  ' <<<"$out")"

# One node, two days -------------------------------------------------------------------------------------------
named one.json db1 2026-11-01T06:00:00Z >day1.json
named two.json db1 2026-11-08T06:00:00Z >day2.json
run compare day1.json day2.json
says "the same node twice is told by its dates" '^ROW +2026-11-01T06:00:00Z +2026-11-08T06:00:00Z$' "$out"
is "in JSON, too" true "$(compare day1.json day2.json --format json | jq .in_time)"
mkdir other
cp day2.json other/day1.json
jq '.run.date = "2026-11-01T06:00:00Z" | .node.id = "b"' day2.json >other/day1.json
jq '.node.id = "a"' day1.json >day3.json
run compare day3.json other/day1.json
says "two nodes of one name by their files" '^ROW +db1 \(day3\.json\) +db1 \(other/day1\.json\)$' "$out"

# A fleet ------------------------------------------------------------------------------------------------------
mkdir fleet
for number in $(seq 1 12); do
	case $number in
	5 | 9) from=two.json ;;
	11) from=lacks.json ;;
	*) from=one.json ;;
	esac
	named "$from" "db$number" 2026-11-30T14:00:00Z >"fleet/$number.json"
done
expect "a fleet with outliers: 3" 3 compare fleet/*.json --format json
cp "$work/out" fleet-report
valid "its JSON keeps to the schema" fleet-report
is "groups of equal nodes, the largest first" "9 2 1" "$(jq -r '[.groups[].nodes | length] | join(" ")' fleet-report)"
is "what sets the second apart" "net.core.somaxconn vm.swappiness" \
	"$(jq -r '. as $all | [.groups[1].differs_from_largest[] | $all.rows[.].setting] | join(" ")' fleet-report)"
run compare fleet/*.json
says "outliers node by node" '^  db11: sysctl vm\.swappiness: \(absent\)$' "$out"
says "those that are equal together" '^  db5, db9: sysctl net\.core\.somaxconn: 1024' "$out"
if [ "$("$top/tests/cli/terminal" 80 echo works 2>/dev/null)" = works ]; then
	for columns in 60 80; do
		"$top/tests/cli/terminal" "$columns" "$THINTUNE" compare fleet/*.json >"$work/wide"
		is "no line is wider than $columns columns" "" \
			"$(sed 's/\x1b\[[0-9;]*m//g' "$work/wide" | tr -d '\r' | awk -v most="$columns" 'length($0) > most')"
	done
else
	skip "no line is wider than the terminal" "no terminal can be made here"
fi

# One report and another profile -------------------------------------------------------------------------------
# What the profile of the report itself would want is known: the report says whether it holds.
for node in $(swept_nodes); do
	"$shipped" audit --root "$(tree "$node")" --format json >"$node.json"
	"$THINTUNE" compare "$node.json" --profile thin-ledger --format json >against.json
	jq -c --slurpfile report "$node.json" '($report[0].settings | map({key: (.tuner + " " + .setting), value: .state}) | from_entries) as $states
		| [.rows[] | select(.tuner) | $states[.tuner + " " + .setting] | select(IN("same", "managed"))] | length' against.json
	jq -c --slurpfile report "$node.json" '(.rows | map(select(.tuner) | .tuner + " " + .setting)) as $rows
		| ([.not_judged[].what]) as $open
		| [$report[0].settings[] | select(.state == "differs" and (.tuner | IN("sysctl", "governor", "hugepages", "disk-queue")))
			| .tuner + " " + .setting | select((IN($rows[]) or IN($open[])) | not)
			| select((endswith(" io_timeout") and IN("disk io-timeout"; $open[])) | not)] | length' against.json
done >judged
is "of $(swept_nodes | wc -l) nodes no setting that holds would be wanted otherwise, and each that differs would, or cannot be judged" 0 \
	"$(sort -u judged | paste -sd ' ')"
run compare one.json --profile redpanda
is "another profile wants something else" 3 "$code"
says "which is told with its line" '^sysctl vm\.swappiness +60 +1 \[redpanda:[0-9]+\]$' "$out"
# shellcheck disable=SC2016 # no expansion is meant
says "and so is what cannot be judged" '`auto` is computed from the node: sysctl fs\.aio-max-nr' "$(tr -s '\n ' '  ' <<<"$out")"
printf 'profile: calm\nsysctl: {vm.swappiness: {at-most: 60}}\nchecks: {kernel: {at-least: "9.1"}, filesystem: [xfs]}\n' >calm.yaml
run compare one.json --profile calm.yaml --format json
is "checks of kernel and file system are judged" '3 check kernel at-least "9.1"' \
	"$code $(jq -r '[.rows[] | "check " + .check + " " + .wanted] | join(";")' "$work/out")"
is "the values that hold are counted" 2 "$(jq .held "$work/out")"
printf 'profile: cloudy\nsysctl: {vm.swappiness: 60}\noverlays: [{when: {cloud: aws}, sysctl: {vm.swappiness: 1}}]\n' >cloudy.yaml
expect "an overlay that the report decides counts" 3 compare one.json --profile cloudy.yaml
printf 'profile: cloudy\ndisk: {nomerges: 0}\noverlays: [{when: {disk-model: "X*"}, disk: {nomerges: 2}}]\n' >cloudy.yaml
expect "one that it cannot decide does not" 0 compare one.json --profile cloudy.yaml
says "but is told" 'disk nomerges' "$out"
expect "two reports and a profile: 2" 2 compare one.json two.json --profile redpanda
expect "a profile that is not there: 2" 2 compare one.json --profile redponda

# What is no report --------------------------------------------------------------------------------------------
"$shipped" facts --root "$work/node" --format json >facts.json
expect "facts and a profile: 1" 1 compare facts.json --profile redpanda
says "and why" "cannot compare 'facts\.json': it is no report but 'thintune\.facts/" "$err"
jq '.schema = "thintune.report/3"' one.json >later.json
head -c 5000 one.json >short.json
jq '.settings += [.settings[0]]' one.json >twice.json
printf '[%.0s' $(seq 100) >deep.json
truncate -s 65M large.json
ln -s nowhere.json dangling.json
for file in facts.json later.json short.json twice.json deep.json large.json dangling.json missing.json .; do
	expect "$file: 1" 1 compare one.json "$file"
	is "and nothing is compared" "" "$out"
	says "but told in one line that names it" "^thintune: cannot (compare|read|open) '${file//./[.]}'" "$err"
done
run compare one.json later.json
says "a later version is told, not guessed" "format is 'thintune.report/3', and this thintune knows thintune.report/1" "$err"
jq '.schema = "thintune.report/1" | .brand_new = {"a": [1, 2, {"b": null}]}' one.json >first.json
expect "a report of the first format, with unknown keys, is read" 0 compare one.json first.json
says "and the formats are noted" 'note: the reports are of 2 formats' "$out"
expect "the others are compared all the same" 1 compare one.json later.json two.json
says "and the verdict says that one is missing" 'verdict: .* 1 report could not be read \(exit 1\)' "$(tr '\n' ' ' <<<"$out")"
is "JSON lists it" 1 "$(compare one.json later.json two.json --format json 2>/dev/null | jq '.unread | length')"

# The command line ---------------------------------------------------------------------------------------------
expect "no report: 2" 2 compare
expect "one report: 2" 2 compare one.json
mapfile -t many < <(seq 1001)
expect "1,001 reports: 2" 2 compare "${many[@]}"
says "with the limit" "compare: 1000 arguments are the most, and '1001' is one more" "$err"
expect "one file twice: 2" 2 compare one.json two.json one.json
says "which is named" "'one\.json' is named twice" "$err"
ln -s two.json also-two.json
ln two.json still-two.json
for again in ./two.json ../r/two.json also-two.json still-two.json; do
	expect "and as $again, too" 2 compare one.json two.json "$again"
	says "with both names" "'two\.json' and '${again//./[.]}' are the same file" "$err"
done
expect "a format that it has not: 2" 2 compare one.json two.json --format sh
expect "an option of other commands: 2" 2 compare one.json two.json --root /

# Two profiles -------------------------------------------------------------------------------------------------
printf 'profile: site\nextends: thin-ledger\ngate: strict\nsysctl: {vm.swappiness: 5}\n' >site.yaml
expect "two profiles that differ: 3" 3 "$THINTUNE" profile diff thin-ledger site.yaml
says "in what is stated" '^sysctl vm\.swappiness +1 +5$' "$out"
is "and in nothing that is inherited" "gate sysctl" "$(sed -n '/^WHAT/,/^$/p' <<<"$out" | sed '1d; /^$/d' | cut -d ' ' -f 1 | xargs)"
expect "a profile and itself: 0" 0 "$THINTUNE" profile diff site.yaml site.yaml
run "$THINTUNE" profile diff thin-ledger site.yaml --format json
is "JSON has a row for each, with both sides" '3 thintune.profile-diff/1 gate:required-only:strict sysctl vm.swappiness:1:5' \
	"$code $(jq -r '[.schema, (.rows[] | .what + ":" + .values[0].value + ":" + .values[1].value)] | join(" ")' "$work/out")"
expect "a profile that is not there: 2" 2 "$THINTUNE" profile diff thin-ledger thin-lodger
expect "one profile: 2" 2 "$THINTUNE" profile diff thin-ledger
expect "three: 2" 2 "$THINTUNE" profile diff thin-ledger redpanda development
expect "only diff has JSON: 2" 2 "$THINTUNE" profile show thin-ledger --format json

# Hostile ------------------------------------------------------------------------------------------------------
jq --arg evil $'\e]0;pwn\a\e[2J\u202e' '.node.hostname = $evil | .settings[0].have = $evil | .settings[1].setting = $evil
	| .checks[0].have = "=cmd()" | .profile.name = $evil | .run.date = $evil' one.json >evil.json
for format in text csv json html; do
	run compare one.json evil.json --format "$format"
	is "nothing of a hostile report reaches the terminal as $format" "3 " "$code $(sed 's/\r$//' "$work/out" | LC_ALL=C grep -P '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae')"
done
compare one.json evil.json --format html --output evil.html
expect "and its page is whole" 0 "$python" "$top/tests/cli/test_report_html.py" evil.html
run compare one.json evil.json --format csv
says "no cell is a formula" "\"'=cmd\(\)\"" "$out"
finish
