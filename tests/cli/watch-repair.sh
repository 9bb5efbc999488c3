#!/bin/bash
# watch --repair: what it writes and what it only tells, whom it gives way to, and that all of it can be undone.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/watch-lib.sh disable=SC1091
. "$top/tests/cli/watch-lib.sh"

tree=$work/tree
swappiness=$tree/proc/sys/vm/swappiness
mkdir "$work/site"
printf 'profile: site\nsummary: a site\nextends: thin-ledger\n' >"$work/site/site.yaml"

# wake SENTENCE: a look, and what it says
wake() {
	kill -USR1 "$watch_pid"
	looked "$1" sigusr1
}

# state_of TUNER NAME: as the published report has it
state_of() {
	jq -r --arg tuner "$1" --arg name "$2" '.settings[] | select(.tuner == $tuner and .setting == $name).state' \
		"$tree/run/thintune/public/report.json"
}

# What it writes ------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
disturb "$tree"
state "$tree" >"$work/before"
listen
watch --repair --interval 24h --profile "$work/site/site.yaml"
looked "it looks as it starts" start
is "it repairs what disturbs nobody" "1 changed" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
is "of a disk's queue it only tells" "mq-deadline differs" \
	"$(sed 's/.*\[\(.*\)\].*/\1/' "$(queue_of "$tree" nvme1n1)/scheduler") $(state_of disk-queue 'nvme1n1 scheduler')"
says "and why" 'not by watch: a write below queue/ stops all requests' \
	"$(jq -r '.settings[] | select(.setting == "nvme1n1 scheduler").note' "$tree/run/thintune/public/report.json")"
state "$tree" >"$work/after"
is "below a queue nothing is written at all" "" "$(diff "$work/before" "$work/after" | grep '/queue/')"
run "$THINTUNE" history --root "$tree" --format json
is "the history tells of the watch" "watch vm.swappiness" \
	"$(jq -r '.lines[-1] | "\(.command) \(.changes[] | select(.setting == "vm.swappiness").setting)"' "$work/out")"
repaired=$(told .repairs_done)
is "what it wrote is counted" "$(jq '[.settings[] | select(.state == "changed")] | length' "$tree/run/thintune/public/report.json")" "$repaired"
wake "a second look"
is "writes nothing" "$repaired 0" "$(told .repairs_done) $(jq .run.writes "$tree/run/thintune/public/report.json")"
is "nor a line of the history" 1 "$(wc -l <"$tree/var/lib/thintune/history.jsonl")"

# A person's restore --------------------------------------------------------------------------------
expect "a person restores" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "which undoes all that watch wrote" "$work/before" "$work/after"
wake "the next look"
is "leaves it as it is" "37 differs" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
says "and says whom it respects" '^restored .* by uid .*thintune watch --resume' "$(told .held)"
expect "--resume" 0 "$THINTUNE" watch --root "$tree" --resume
wake "after it"
is "it repairs again" "1 changed null" "$(cat "$swappiness") $(state_of sysctl vm.swappiness) $(told .held)"
"$THINTUNE" restore --root "$tree" --quiet >/dev/null
kill -HUP "$watch_pid"
# RELOADING=1
hear
looked "SIGHUP" sighup
is "means the same" "1 changed" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
"$THINTUNE" restore --root "$tree" --quiet >/dev/null
printf 'sysctl: {vm.swappiness: 2}\n' >>"$work/site/site.yaml"
looked "and so does another profile" file
is "which it follows" "2 changed" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
printf 'nonsense: 1\n' >>"$work/site/site.yaml"
looked "a mistake in it" file
printf '60\n' >"$swappiness"
wake "does not keep it"
is "from repairing by the last good one" "2 site" "$(cat "$swappiness") $(told .profile.name)"
says "and it says so" 'nonsense' "$(told .profile.fault)"

# Somebody who rewrites -------------------------------------------------------------------------------
# One rewrite was counted above.
printf '60\n' >"$swappiness"
wake "a second time somebody rewrites it"
is "it is repaired" 2 "$(cat "$swappiness")"
printf '60\n' >"$swappiness"
wake "a third time"
is "it is left alone" "60 contested" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
says "for an hour" 'vm.swappiness contested: 60, wanted 2; somebody rewrote it 3 times within an hour, so watch leaves it alone for 60 min: no known conflicting tool is running' "$(cat "$work/log")"
says "which the metrics count" '^thintune_contested 1$' "$(cat "$tree/run/thintune/public/metrics.prom")"
wake "and stays so"
is "at the next look" "60 contested" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
stop
listen
watch --repair --interval 24h --profile "$work/site/site.yaml"
looked "also for a watch that starts anew" start
is "which knows of it" "60 contested" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
printf '1\n' >"$tree/proc/sys/net/ipv4/tcp_slow_start_after_idle"
wake "others are repaired meanwhile"
is "as ever" 0 "$(cat "$tree/proc/sys/net/ipv4/tcp_slow_start_after_idle")"
"$python" "$top/tests/cli/test_watch_schema.py" "$top/docs/watch.schema.json" "$tree/run/thintune/public/watch.json" >"$work/schema" 2>&1
case $? in
0) ok "watch.json is as its schema says" ;;
77) skip "watch.json is as its schema says" "$(cat "$work/schema")" ;;
*) not_ok "watch.json is as its schema says" "$(cat "$work/schema")" ;;
esac

for value in 3 4 5 6; do
	printf 'profile: site\nsummary: a site\nextends: thin-ledger\nsysctl: {net.core.somaxconn: 500%s}\n' "$value" >"$work/site/site.yaml"
	looked "a profile that changes time and again ($value)" file
	is "is followed each time: nobody has rewritten what it wrote ($value)" "500$value" "$(cat "$tree/proc/sys/net/core/somaxconn")"
done

# Another owner ---------------------------------------------------------------------------------------
stop
"$THINTUNE" restore --root "$tree" --quiet --force >/dev/null
rm -r "$tree/run/thintune"
"$THINTUNE" apply --root "$tree" --owner broker:a/b --profile redpanda --quiet >/dev/null 2>&1
before=$(cat "$swappiness")
printf 'profile: site\nsummary: a site\nextends: thin-ledger\nsysctl: {vm.swappiness: 9}\n' >"$work/site/site.yaml"
listen
watch --repair --interval 24h --profile "$work/site/site.yaml" --owner agent
looked "beside another owner" start
is "it does not take what that one claims" "$before contested" "$(cat "$swappiness") $(state_of sysctl vm.swappiness)"
says "and names it" 'wanted by broker:a/b' "$(cat "$work/log")"

# No place for its memory ---------------------------------------------------------------------------
stop
fresh aws-i4i "$tree"
listen
watch --repair --interval 24h
looked "a watch that works" start
mv "$tree/run/thintune/public" "$tree/run/thintune/public.was"
printf 'no directory\n' >"$tree/run/thintune/public"
printf '60\n' >"$swappiness"
wake "where it could not remember what it wrote"
is "it repairs nothing" 60 "$(cat "$swappiness")"
says "and says so" 'nothing is repaired: cannot write ' "$(cat "$work/log")"
stop
finish
