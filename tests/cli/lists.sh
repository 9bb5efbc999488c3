#!/bin/bash
# --format junit and csv: what readers take, with all that the JSON of the same call has, on every recorded node; and whatever
# a node holds, nothing of it becomes a formula, an element or an end of a row.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

look() { "$python" "$top/tests/cli/test_report_lists.py" "$@"; }
run look
if [ "$code" -eq 77 ]; then
	skip "junit and csv are as their readers take them" "$out"
	finish
fi
mkdir "$work/lists"
# lists NAME PROGRAM COMMAND [OPTION]...: three reports of one call
lists() {
	local name=$work/lists/$1
	shift
	"$@" --format json -o "$name.json" --format junit -o "$name.xml" --format csv -o "$name.csv" >"$work/out" 2>"$work/err"
}
# all_right SENTENCE NAME...
all_right() {
	local sentence=$1
	shift
	is "$sentence" "" "$(look "${@/#/$work/lists/}")"
}

# noted SENTENCE NAME: one of those at which all_noted looks at once, since the reader takes as long to start as to read twenty
noted() {
	sentences+=("$1")
	noted+=("$2")
}
all_noted() {
	local number
	look "${noted[@]/#/$work/lists/}" >"$work/looked" 2>&1
	for number in "${!noted[@]}"; do
		is "${sentences[number]}" "" "$(grep -F "$work/lists/${noted[number]}." "$work/looked")"
	done
	is "of all these the reader says nothing else" "" "$(grep -vF "$work/lists/" "$work/looked")"
}

# Every node ---------------------------------------------------------------------------------------------------
names=()
for node in $(swept_nodes); do
	for profile in $profiles; do
		lists "$node-$profile" "$shipped" audit --root "$(tree "$node")" --profile "$profile"
		names+=("$node-$profile")
	done
	lists "$node-strict" "$shipped" audit --root "$(tree "$node")" --strict
	lists "$node-some" "$shipped" audit --root "$(tree "$node")" --skip sysctl
	names+=("$node-strict" "$node-some")
done
all_right "${#names[@]} audits of recorded nodes" "${names[@]}"
fresh aws-i4i "$work/node"
for command in "audit" "apply" "apply2" "audit --strict" "run" "restore" "restore2"; do
	# shellcheck disable=SC2086 # words
	lists "of-${command// /}" "$THINTUNE" ${command%2*} --root "$work/node"
	noted "$command" "of-${command// /}"
done
lists before "$THINTUNE" audit --root "$work/node"
cut_times() { sed -E 's/ (time|timestamp)="[^"]*"//g; s/(name="date" value=)"[^"]*"/\1/' "$1"; }
cp "$work/lists/before.xml" "$work/before.xml"
lists before "$THINTUNE" audit --root "$work/node"
is "but for the times, two calls print the same" "$(cut_times "$work/before.xml")" "$(cut_times "$work/lists/before.xml")"

# Results ------------------------------------------------------------------------------------------------------
result_of() { xpath "string(//testcase[@name='$1']/*/@message)" "$2"; }
xpath() { "$python" -c 'import lxml.etree, sys; print(lxml.etree.parse(sys.argv[2]).xpath(sys.argv[1]))' "$@"; }
fresh aws-i4i "$work/node"
echo 5 >"$work/node/proc/sys/vm/swappiness"
lists node "$THINTUNE" audit --root "$work/node"
is "what differs is a failure" "differs (advised): have 5, want 1" "$(result_of vm.swappiness "$work/lists/node.xml")"
is "of its state" differs "$(xpath "string(//testcase[@name='vm.swappiness']/failure/@type)" "$work/lists/node.xml")"
says "with the file" "^file: /proc/sys/vm/swappiness\$" "$(xpath "string(//testcase[@name='vm.swappiness']/failure)" "$work/lists/node.xml")"
rm "$work/node/proc/sys/vm/swappiness"
lists node "$THINTUNE" audit --root "$work/node"
says "what cannot be set is skipped, and says why" "^unsupported: " "$(result_of vm.swappiness "$work/lists/node.xml")"
printf 'profile: p\nextends: thin-ledger\nsysctl:\n  vm.swappiness: {value: 1, severity: required}\n' >"$work/p.yaml"
lists node "$THINTUNE" audit --root "$work/node" --profile "$work/p.yaml"
all_right "required, that is a failure" node
is "that is so" unsupported "$(xpath "string(//testcase[@name='vm.swappiness']/failure/@type)" "$work/lists/node.xml")"

# Hostile ------------------------------------------------------------------------------------------------------
fresh aws-i4i "$work/node"
mkdir -p "$work/node/etc"
number=0
for text in '=1+1' '+cmd' '-2+3' '@SUM(A1)' $'\t=1' '-5' '+7' '-' '＝1' 'a"b,c' 'a,=1' "'x" '</failure><x>' ']]>&amp;' \
	$'\xff=1' $'\xef\xbf\xbe' $'x\r=1' '-1e5' '-0x10'; do
	number=$((number + 1))
	printf '%s\n' "$text" >"$work/node/proc/sys/vm/swappiness"
	printf '%s\n' "$text" >"$work/node/etc/hostname"
	lists "hostile$number" "$THINTUNE" audit --root "$work/node"
	noted "a value $(printf %q "$text")" "hostile$number"
done
all_noted
cell() { "$python" -c 'import csv, sys
print(next(row["have"] for row in csv.DictReader(open(sys.argv[1], newline="")) if row["name"] == "vm.swappiness"))' \
	"$work/lists/hostile$1.csv"; }
is "a formula gets an apostrophe" "'=1+1" "$(cell 1)"
is "a number stays one" "-5" "$(cell 6)"
is "and is a number all the same" "+7" "$(cell 7)"
is "marks of markup are text" "</failure><x>" "$("$python" -c 'import junitparser, sys
for suite in junitparser.JUnitXml.fromfile(sys.argv[1]):
    for case in suite:
        if case.name == "vm.swappiness":
            print(case.result[0].text.split("have: ")[1].split("\n")[0])' "$work/lists/hostile13.xml")"
# That mistakes would be noticed.
sed 's/tests="[0-9]*"/tests="1"/' "$work/lists/before.xml" >"$work/lists/odd.xml"
cp "$work/lists/before.json" "$work/lists/odd.json"
sed "s/,differs,/,=differs,/; s/\$/,x/" "$work/lists/before.csv" >"$work/lists/odd.csv"
is "a wrong count and a broken row would be noticed" "csv xml" \
	"$(look "$work/lists/odd" | sed -n 's/.*odd\.\([a-z]*\):.*/\1/p' | sort -u | xargs)"
finish
