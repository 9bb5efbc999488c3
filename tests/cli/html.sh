#!/bin/bash
# HTML reports without a browser (tests/browser has one): well-formed, nothing is loaded, and what JSON says is there.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

html=$top/tests/cli/test_report_html.py

# both SENTENCE COMMAND...: its JSON and its page say the same
both() {
	local sentence=$1
	shift
	run "$shipped" "$@" --format json --output "$work/report.json" --format html --output "$work/page.html"
	run "$python" "$html" --same "$work/report.json" "$work/page.html"
	is "$sentence" "0 " "$code $out$err"
}

for node in $(swept_nodes); do
	both "$node: the page is well-formed and says what JSON says" audit --root "$(tree "$node")"
done
timeless() { sed 's/20[0-9-]*T[0-9:]*Z//g; s/[0-9]* ms, //' "$work/page.html"; }
timeless >"$work/first"
both "$node: once more" audit --root "$(tree "$node")"
timeless >"$work/second"
same "it is the same page whatever the time" "$work/first" "$work/second"

fresh numa2 "$work/tree"
both "an audit with settings left out" audit --root "$work/tree" --skip sysctl
says "it tells the required one that was left out" '>Left out, and looked at all the same</h2>' "$(cat "$work/page.html")"
run "$THINTUNE" audit --root "$work/tree" --only disk-irq --format html
is "a look that leaves a required setting out" "0 " "$code $err"
says "it is in the answer" '<h1>[^<]*1 required setting left out does not hold' "$out"
says "its figure leads to it" '<a href="#left-out"><b class="bad">1</b><span>required amiss' "$out"
says "there is a step for it" 'that --only disk-irq left out is not known to hold: fs.aio-max-nr' "$out"
lacks "and it is not said that nothing is to do" 'Nothing: what this report' "$out"

# What is to be typed next is typed, on the same tree: a shell and thintune understand all of it.
echo 'redpanda: {}' >"$work/x.yaml"
run "$THINTUNE" audit --root "$work/tree" --data-dir "/mnt/a \$b" --redpanda-config "$work/x.yaml" --kubelet-dir /k --disk nvme0n1 --nic eth0 \
	--netns host --broker-cpus 2 --broker-memory 4GiB --skip sysctl,net-irq --allow-fewer-shards --strict --owner me --no-defaults --format html
printf '%s' "$out" | "$python" -c "import html, re, sys; print('\n'.join(html.unescape(one) for one in re.findall('<pre>((?:sudo )?thintune .*?)</pre>', sys.stdin.read())))" \
	>"$work/next"
says "commands to type are told" '^sudo thintune apply .*--skip sysctl,net-irq' "$(cat "$work/next")"
says "and one that leaves nothing out" '^sudo thintune audit ' "$(cat "$work/next")"
says "and one that measures" "^sudo thintune probe --quick .*--data-dir '/mnt/a \\\$b'" "$(cat "$work/next")"
sudo() { "$@"; }
thintune() { "$THINTUNE" "$@" --root "$work/tree" >/dev/null; }
while read -r line; do
	run eval "$line"
	is "it can be typed: $line" "no usage" "$([ "$code" -eq 2 ] && printf '%s' "$err" || echo no usage)"
done <"$work/next"
"$THINTUNE" restore --root "$work/tree" >/dev/null

both "apply" apply --root "$work/tree"
says "what was changed stands before and after" '65536</span></td><td data-l="Now"><span class="num">1048576<' "$(cat "$work/page.html")"
both "an audit of what was changed" audit --root "$work/tree"
says "the journal tells what was there before" '>What thintune has changed \(15\)</h2>' "$(cat "$work/page.html")"
run "$THINTUNE" restore --root "$work/tree" --format html
says "restore tells what is back" '>What was put back \(15\)</h2>' "$out"
printf '%s' "$out" >"$work/page.html"
run "$python" "$html" "$work/page.html"
is "and is a page as well" "0 " "$code $out$err"
run "$THINTUNE" restore --root "$work/tree" --format html
says "a restore with nothing to undo says so" '<h1>. There was nothing to undo</h1>' "$out"
both "run" run --root "$work/tree"
says "run says whether the broker may start" '<h1>. Redpanda may start: 2 advised points are open</h1>' "$(cat "$work/page.html")"
run "$THINTUNE" probe --root "$work/tree" --format html
says "a probe that could not be made says why" '<h1>. Not ready: a recorded node has no disk</h1>' "$out"
"$THINTUNE" restore --root "$work/tree" >/dev/null
expect "facts are no page" 2 "$THINTUNE" facts --root "$work/tree" --format html

# A node that wants nothing of its reader, and one that a required point says no to.
printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 60}\n' >"$work/p.yaml"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/p.yaml" --format html
says "a match is green, and there is nothing to do" 'class="band good">' "$out"
says "and says so" 'The node matches the profile' "$out"
printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: {value: 1, severity: required}}\n' >"$work/p.yaml"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/p.yaml" --format html
says "what is required is red, and the command names the profile's file" "thintune apply --profile $work/p.yaml" "$out"
says "the band is red" 'class="band bad">' "$out"

# Lost once each, as --same would see it.
run "$shipped" audit --root "$(tree numa2)" --format json --output "$work/report.json" --format html --output "$work/whole.html"
for lost in 's|<summary>why</summary><p class="note">[^<]*</p>|<summary>why</summary>|' 's|<b class="bad">[0-9]*</b>|<b class="bad">77</b>|' 's|fs.aio-max-nr|a|g'; do
	sed "$lost" "$work/whole.html" >"$work/broken.html"
	run "$python" "$html" --same "$work/report.json" "$work/broken.html"
	is "it would be missed: $lost" 1 "$code"
done

# Broken once each, as the checker would see it.
for break in 's|</table>||' 's|<body>|<body><img src=x>|' 's|script-src|script-src *|' 's|<h1>|<h1 onclick="x">|' 's|<caption.*</caption>||'; do
	sed "$break" "$work/page.html" >"$work/broken.html"
	run "$python" "$html" "$work/broken.html"
	is "it would be seen: $break" 1 "$code"
done
finish
