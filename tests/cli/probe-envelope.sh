#!/bin/bash
# probe --envelope: its report is in form in every format, both figures stand in io-config.yaml, what does not go with
# it, and what keeps it from measuring. Which rates hold is the machine's affair; tests/unit/test_search.c judges the search.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if ! is_root; then
	skip "the envelope" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "the envelope" "no loop device, or no mkfs.ext4"
	finish
fi

printf 'profile: p\nsummary: for a test\n' >"$work/p.yaml"
# The shortest steps for the shortest limit that a disk in memory mostly keeps beside other work.
short=(probe --quick --profile "$work/p.yaml" --jobs append-16k --size 32MiB --runtime 500ms --envelope --limit 14ms)
envelope() { run "$THINTUNE" "${short[@]}" --data-dir "$disk" "$@"; }
value() { jq -r "$1" "$work/out"; }
load() { value ".probe.envelope.loads[] | select(.load == \"$1\") | $2"; }

# What it finds -----------------------------------------------------------------------------------------
envelope --format html --output "$work/page" --format text --output "$work/text" --verbose --format json
is "the three loads are measured" "0 randread-4k append-16k half-and-half done" \
	"$code $(value '.probe.envelope.loads | "\(map(.load) | join(" ")) \(map(.state) | unique | join(" "))"')"
says "it says first how long it takes" "this takes up to 6 minutes for its envelope" "$err"
is "beside the jobs" "prefill append-16k" "$(value '.probe.jobs | map(.job) | join(" ")')"
is "the limit is the one that was asked for" 14000000 "$(value .probe.envelope.limit_ns)"
is "the peak of two loads at once is not known" null "$(load half-and-half .peak)"
is "of the others it is" "true true" "$(load randread-4k '.peak > 0') $(load append-16k '.peak > 0')"
is "the percentile is that of the peak" true "$(value '[.probe.envelope.loads[:2][] |
	.percentile == (if .peak >= 10000 then "p99.99" elif .peak >= 1000 then "p99.9" else "p99" end)] | all')"
is "all steps are there, by rate" true "$(value '[.probe.envelope.loads[] | [.points[].rate] | length > 0 and . == sort] | all')"
is "percentiles are in order" true "$(value '[.probe.envelope.loads[].points[] |
	[.p50_ns, .p99_ns, .p999_ns, .p9999_ns, .longest_ns] | . == sort] | all')"
# shellcheck disable=SC2016 # $knee is jq's
is "the highest rate that holds is one of the steps" true "$(value '[.probe.envelope.loads[] | select(.knee) | .knee as $knee |
	.points | map(select(.state == "holds").rate) | max == $knee] | all')"
is "and it is below the lowest that does not" true "$(value '[.probe.envelope.loads[] | select(.knee and .above) | .knee < .above] | all')"
if [ -s "$top/docs/report.schema.json" ] && "$python" -c 'import jsonschema' 2>/dev/null; then
	cp "$work/out" "$work/report.json"
	run "$python" -c 'import json, jsonschema, sys
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' "$work/report.json" "$top/docs/report.schema.json"
	is "the report is in form" 0 "$code"
else
	skip "the report is in form" "python3-jsonschema is not here"
fi
says "the text has the figures" "^append-16k +[0-9.]+ +[0-9.-]+ +p99" "$(<"$work/text")"
says "and what is meant" "requests come at random moments" "$(<"$work/text")"
says "the page has a plot" "append-16k: latency by rate" "$(<"$work/page")"
is "nothing is left behind" "" "$(find "$disk" -mindepth 1 ! -name lost+found)"
for engine in linux-aio threads; do
	envelope --engine "$engine" --verify --format json
	is "$engine: all of it" "0 $engine done" "$code $(value '"\(.probe.engine) \(.probe.envelope.loads | map(.state) | unique | join(" "))"')"
done
truncate -s 64M "$work/named"
run "$THINTUNE" "${short[@]:0:4}" --envelope --limit 14ms --runtime 500ms --file "$work/named" --jobs randread-4k-qd1 --format json --engine threads
is "of a named file only what reads" "0 randread-4k" "$code $(value '.probe.envelope.loads | map(.load) | join(" ")')"

# A limit that nothing keeps -----------------------------------------------------------------------------
envelope --limit 1us --format json
is "where no rate holds there is no knee, and the disk's other figures count" "0 null true" \
	"$code $(load append-16k '"\(.knee) \(.above > 0)"')"
says "and it says so" "not even [0-9]+ a second hold|too few samples|late by [0-9.]+ ms by itself" "$(load append-16k .remark)"

# What keeps it from measuring ---------------------------------------------------------------------------
# Five minutes, if it were left alone.
"$THINTUNE" probe --quick --profile "$work/p.yaml" --jobs append-4k --size 32MiB --runtime 5min --data-dir "$disk" \
	--format json >"$work/out" 2>"$work/err" &
victim=$!
child_of $victim
# An append has a file of its own, beside the one that was filled before.
while kill -0 $victim 2>/dev/null && [ "$(find "/proc/$child/fd" -lname "$disk/*" 2>/dev/null | wc -l)" -lt 2 ]; do :; done
: >"$disk/pid.lock"
"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("locked", flush=True); time.sleep(600)' "$disk/pid.lock" >"$work/locked" &
holder=$!
wait $victim
is "a broker that locks the directory meanwhile ends it" 1 $?
says "in words" "a running broker holds the data directory since: measuring would disturb it" "$(cat "$work/err")"
is "and what was under way does not count" "append-4k failed a broker was started" \
	"$(value '.probe.jobs[-1] | "\(.job) \(.state) \(.remark)"')"
until [ -s "$work/locked" ]; do sleep 0.05; done
envelope --format json
is "beside a broker it does not measure unasked" "1 null" "$code $(value .probe.envelope)"
kill $holder
rm "$disk/pid.lock"
for options in "--limit 1ms" "--envelope --cpu" "--envelope --buffered" "--envelope --limit 0s" "--envelope --limit 501ms" \
	"--envelope --runtime 11s" "--envelope --runtime 1s --limit 29ms"; do
	# shellcheck disable=SC2086 # words are wanted
	expect "$options is a usage error" 2 "$THINTUNE" probe $options
done

# Interrupted -------------------------------------------------------------------------------------------------
"$THINTUNE" "${short[@]}" --runtime 10s --jobs append-4k --data-dir "$disk" --format json >"$work/out" 2>"$work/err" &
victim=$!
child_of $victim
kill -TERM $victim
wait $victim
is "a signal ends it" 1 $?
says "in words" "interrupted by SIGTERM" "$(cat "$work/err")"
finish
