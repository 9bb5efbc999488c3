#!/bin/bash
# What a profile requires and one that extends it, or an overlay, does not require any more, no report and no check of the
# profile passes over; and each setting names the page that advises it.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$(tree uni)
mkdir "$work/p"
cd "$work/p" || exit 1
cat >base.yaml <<'END'
profile: base
sysctl:
  vm.swappiness: {value: 1, severity: required}
  net.core.somaxconn: {at-least: 4096, severity: required}
  net.ipv4.tcp_sack: 1
disk:
  nomerges: {value: 2, severity: required}
overlays:
  - when: {disk-driver: "nvme*"}
    disk: {nomerges: {value: 1}}
END
# lowers TEXT: lines "KEY NOW PROFILE:LINE OVERLAY" of what a profile that extends base lowers here
lowers() {
	printf 'profile: site\nextends: base.yaml\n%b' "$1" >site.yaml
	run "$THINTUNE" audit --root "$tree" --profile site.yaml --format json --output report.json
	jq -r '.lowered[] | "\(.section).\(.key) \(.now) \(.profile):\(.line) \(.overlay // "-") by \(.required_by)"' report.json
}

is "a profile that lowers nothing" "" "$(lowers 'sysctl: {net.ipv4.tcp_sack: 0}\n')"
is "a value without a severity keeps the one it inherits" "" "$(lowers 'sysctl: {vm.swappiness: 5}\n')"
is "advised, with a value" "sysctl.vm.swappiness advised site:4 - by base:3" \
	"$(lowers 'sysctl:\n  vm.swappiness: {value: 1, severity: advised}\n')"
is "advised, the severity alone" "sysctl.vm.swappiness advised site:4 - by base:3" \
	"$(lowers 'sysctl:\n  vm.swappiness: {severity: advised}\n')"
is "left alone" "sysctl.vm.swappiness leave site:3 - by base:3" "$(lowers 'sysctl: {vm.swappiness: leave}\n')"
is "left alone, though required in name" "sysctl.vm.swappiness leave site:4 - by base:3" \
	"$(lowers 'sysctl:\n  vm.swappiness: {value: leave, severity: required}\n')"
is "only what is required can be" "" "$(lowers 'sysctl: {net.ipv4.tcp_sack: leave}\n')"
is "of all disks, and of some" "disk.nomerges leave site:3 - by base:7
disk.nomerges leave site:3 - by base:10 (overlay disk-driver=nvme*), severity base:7" "$(lowers 'disk: {nomerges: leave}\n')"
is "by an overlay that applies" "sysctl.vm.swappiness advised site:5 cpus >= 1 by base:3" \
	"$(lowers 'overlays:\n  - when: {cpus: ">= 1"}\n    sysctl: {vm.swappiness: {severity: advised}}\n')"
is "not by one that does not apply" "" \
	"$(lowers 'overlays:\n  - when: {cpus: ">= 1000"}\n    sysctl: {vm.swappiness: {severity: advised}}\n')"
expect "profile check tells that one as well" 0 "$THINTUNE" profile check site.yaml
says "with where" "sysctl vm.swappiness: only advised by site:5 \(overlay cpus >= 1000\), required by base:3" "$err"
says "and counts it" "; 1 warning$" "$out"
is "an own value that its overlay lowers" "sysctl.net.ipv4.tcp_sack advised site:6 cpus >= 1 by site:3" \
	"$(lowers 'sysctl: {net.ipv4.tcp_sack: {value: 1, severity: required}}\noverlays:\n  - when: {cpus: ">= 1"}\n    sysctl: {net.ipv4.tcp_sack: {severity: advised}}\n')"
lowers 'sysctl: {vm.swappiness: leave, net.core.somaxconn: {severity: advised}}\n' >/dev/null
cp site.yaml middle.yaml
sed -i 's/profile: site/profile: middle/' middle.yaml
again() {
	printf 'profile: top\nextends: middle.yaml\n%b' "$1" >top.yaml
	"$THINTUNE" audit --root "$tree" --profile top.yaml --format json | jq -r '.lowered[] | "\(.key) \(.now) \(.profile)"'
}
is "what the profile in the middle lowers is told of the one on top" "vm.swappiness leave middle
net.core.somaxconn advised middle" "$(again 'sysctl: {net.ipv4.tcp_sack: 1}\n')"
is "what is required again is not" "net.core.somaxconn advised middle" \
	"$(again 'sysctl: {vm.swappiness: {value: 1, severity: required}}\n')"
again 'sysctl: {net.ipv4.tcp_sack: 1}\n' >/dev/null

# Where it is told ---------------------------------------------------------------------------------------------
run "$THINTUNE" audit --root "$tree" --profile top.yaml
says "the text tells it without --verbose" "^  sysctl vm.swappiness: left alone by middle:3, required by base:3$" "$out"
lacks "but not the verdict alone" "middle" "$("$THINTUNE" audit --root "$tree" --profile top.yaml --quiet)"
run "$THINTUNE" audit --root "$tree" --profile top.yaml --format html
says "HTML tells it" "sysctl vm.swappiness: left alone by middle:3, required by base:3" "$out"
for format in json junit csv; do
	run "$THINTUNE" audit --root "$tree" --profile top.yaml --format "$format" --output "lists.$format"
done
mv lists.junit lists.xml
run "$python" "$top/tests/cli/test_report_lists.py" "$PWD/lists"
is "JUnit and CSV have each of them, as JSON has" 0 "$((code == 77 ? 0 : code))"
says "by its name in the schema" '<testsuite name="lowered" tests="2" failures="0" errors="0" skipped="2"' "$(cat lists.xml)"
run "$THINTUNE" audit --root "$tree" --profile top.yaml --format json --output report.json
run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" report.json
[ "$code" -eq 0 ] || [ "$code" -eq 77 ]
is "JSON is as docs/report.schema.json has it" 0 "$?"
gated() {
	printf 'profile: strict\nextends: base.yaml\n%b' "$1" >strict.yaml
	printf 'profile: site\nextends: strict.yaml\n%b' "$2" >site.yaml
	"$THINTUNE" audit --root "$tree" --profile site.yaml --format json | jq -r '"\(.profile.gate)", (.lowered[] | "\(.section) \(.now) \(.profile):\(.line) by \(.required_by)")'
}
is "a gate that is less strict than an inherited one" "report
gate report site:3 by strict:3" "$(gated 'gate: strict\n' 'gate: report\n')"
is "or than the default of what it extends" "report
gate report site:3 by the default" "$(gated '' 'gate: report\n')"
is "a stricter one lowers nothing" "strict" "$(gated '' 'gate: strict\n')"
is "nor does the same one" "strict" "$(gated 'gate: strict\n' 'gate: strict\n')"
is "one in the middle that is made up for" "required-only" "$(gated 'gate: report\n' 'gate: required-only\n')"
gated 'gate: strict\n' 'gate: report\n' >/dev/null
says "the text tells it" "^  gate: report by site:3, stricter by strict:3$" "$("$THINTUNE" audit --root "$tree" --profile site.yaml)"
says "--verbose names the gate" "^gate of the profile: report$" "$("$THINTUNE" audit --root "$tree" --profile site.yaml --verbose)"
says "profile check warns of it" "gate: report by site:3, stricter by strict:3" "$("$THINTUNE" profile check site.yaml 2>&1)"
says "JUnit tells it" 'message="lowered: gate: report by site:3, stricter by strict:3"' \
	"$("$THINTUNE" audit --root "$tree" --profile site.yaml --format junit)"
says "CSV tells it" ',lowered,profile,gate,,report,,,,advised,lowered,skipped,no,"gate: report by site:3, stricter by strict:3",,site:3,' \
	"$("$THINTUNE" audit --root "$tree" --profile site.yaml --format csv)"
says "the metrics count it" '^thintune_lowered 1$' "$("$THINTUNE" audit --root "$tree" --profile site.yaml --format prometheus)"
"$THINTUNE" audit --root "$tree" --profile site.yaml --format json --output report.json
run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" report.json
is "JSON is as docs/report.schema.json has it, with a gate" 0 "$((code == 77 ? 0 : code))"
for profile in $profiles; do
	is "$profile lowers nothing" "[]" "$("$THINTUNE" audit --root "$tree" --profile "$profile" --format json | jq -c .lowered)"
	lacks "profile check $profile" "lowered|required by" "$("$THINTUNE" profile check "$profile" 2>&1)"
done

# A slip of the keys ------------------------------------------------------------------------------------------
printf 'profile: p\ngate: strct\n' >slip.yaml
expect "a gate that is misspelt" 2 "$THINTUNE" profile check slip.yaml
says "the near one is offered" "slip.yaml:2:7: 'gate' must be one of strict, required-only, report; did you mean 'strict'\\?" "$err"
expect "what profile is to do, misspelt" 2 "$THINTUNE" profile shw
says "the near one is offered, too" "or schema; did you mean 'show'\\?$" "$err"
expect "what it takes too much of" 2 "$THINTUNE" profile show a b
lacks "is not misspelt" "did you mean" "$err"
for command in facts profile; do
	lacks "$command has no exit codes of an audit" "below a floor|locked" "$("$THINTUNE" "$command" --help)"
done

# Advice -------------------------------------------------------------------------------------------------------
is "each setting names the page that advises it" "" \
	"$("$THINTUNE" audit --root "$tree" --format json | jq -r '.settings[] | select((.advice // "") | test("^https://[^ ]+$") | not) | .setting')"
advice=$(jq -r '.settings[] | select(.setting == "vm.swappiness") | .advice' <("$THINTUNE" audit --root "$tree" --format json))
says "explain shows the same" "$advice" "$("$THINTUNE" explain vm.swappiness --root "$tree")"
says "so does --verbose" "advice: $advice" "$("$THINTUNE" audit --root "$tree" --verbose)"
finish
