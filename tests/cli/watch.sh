#!/bin/bash
# watch: each of its wake-ups alone, what it publishes, and how it begins and ends.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/watch-lib.sh disable=SC1091
. "$top/tests/cli/watch-lib.sh"

tree=$work/tree
public=$tree/run/thintune/public
fresh aws-i4i "$tree"
mkdir -p "$tree/etc/redpanda" "$work/site"
printf 'profile: site\nsummary: a site\nextends: thin-ledger\n' >"$work/site/site.yaml"

# What wakes it -----------------------------------------------------------------------------------
state "$tree" >"$work/before"
listen
watch --interval 24h --profile "$work/site/site.yaml"
looked "it looks as it starts" start
is "systemd is told that it is ready" "READY=1" "${heard%% *}"
is "the report, the page, the metrics and its own file are published" \
	"metrics.prom ready report.html report.json watch.json" "$(cd "$public" && echo *)"
is "for others to read" "644 755" "$(stat -c %a "$public/report.json") $(stat -c %a "$public")"
kill -USR1 "$watch_pid"
looked "SIGUSR1 wakes it" sigusr1
kill -HUP "$watch_pid"
hear
says "SIGHUP is a reload, of which systemd is told" '^RELOADING=1 MONOTONIC_USEC=[1-9][0-9]*$' "$heard"
looked "which wakes it" sighup
says "and ends with that look" '^READY=1 ' "$heard"
printf '# a remark\n' >>"$work/site/site.yaml"
looked "a profile that is written to wakes it" file
cp "$work/site/site.yaml" "$work/site/new"
mv "$work/site/new" "$work/site/site.yaml"
looked "a profile that is replaced wakes it" file
is "what was not right is told once" 1 "$(grep -c 'sysctl vm.swappiness differs: 60, wanted 1' "$work/log")"
is "and the verdict once" 1 "$(grep -c 'differs (exit code 3): ' "$work/log")"
printf 'redpanda: {}\n' >"$tree/etc/redpanda/redpanda.yaml"
looked "a redpanda.yaml that appears wakes it" file
mkdir "$work/site/..1"
ln -s ..1 "$work/site/..data_tmp"
mv -T "$work/site/..data_tmp" "$work/site/..data"
looked "a ConfigMap that the kubelet replaces wakes it" file
is "each is counted by its cause" "1 1 1 4 0 0 0" \
	"$(told '.looks | "\(.start) \(.sighup) \(.sigusr1) \(.file) \(.link) \(.device) \(.timer)"')"
state "$tree" | grep -v redpanda.yaml >"$work/after"
same "and nothing is written to the node" "$work/before" "$work/after"
printf '1\n' >"$tree/proc/sys/vm/swappiness"
kill -USR1 "$watch_pid"
looked "somebody mends a setting" sigusr1
says "which is told" 'no longer so: sysctl vm.swappiness differs' "$(cat "$work/log")"

# What is published -------------------------------------------------------------------------------
run "$THINTUNE" audit --root "$tree" --profile "$work/site/site.yaml" --format json
# For the page a watch knows the hash of the program.
without_run "$work/out" | grep -v '^    "sha256": ' >"$work/audit.json"
without_run "$public/report.json" | grep -v '^    "sha256": ' >"$work/watch-report.json"
same "the report is that of an audit" "$work/audit.json" "$work/watch-report.json"
is "the node is not ready while something required does not hold" \
	"not ready: 1 required setting or check does not hold" "$(cat "$public/ready")"
says "the metrics name what is not right" \
	'^thintune_setting_off\{tuner="sysctl",setting="fs.aio-max-nr",state="differs",severity="required"\} 1$' "$(cat "$public/metrics.prom")"
says "also of checks" '^thintune_check_off\{check="[a-z-]*",state="unknown",severity="advised"\} 1$' "$(cat "$public/metrics.prom")"
says "and count its looks" '^thintune_looks_total\{cause="file"\} 4$' "$(cat "$public/metrics.prom")"
is "the time of the look is that of the audit within" "" \
	"$(awk '/^thintune_(look|last_audit)_timestamp_seconds/ { seen[$2] } END { if (length(seen) != 1) print "two times" }' "$public/metrics.prom")"
if command -v promtool >/dev/null; then
	expect "promtool has nothing to say about them" 0 promtool check metrics <"$public/metrics.prom"
else
	skip "promtool has nothing to say about them" "promtool is not installed"
fi
"$python" "$top/tests/cli/test_watch_schema.py" "$top/docs/watch.schema.json" "$public/watch.json" >"$work/schema" 2>&1
case $? in
0) ok "watch.json is as its schema says" ;;
77) skip "watch.json is as its schema says" "$(cat "$work/schema")" ;;
*) not_ok "watch.json is as its schema says" "$(cat "$work/schema")" ;;
esac
run "$THINTUNE" status --root "$tree"
says "status tells of the last look" 'the last look was [0-9]+ (s|min) ago: differs$'
run "$THINTUNE" status --root "$tree" --format json
is "also for programs" "sigusr1 differs" "$(jq -r '"\(.watch.cause) \(.watch.verdict)"' "$work/out")"

# Beside others -----------------------------------------------------------------------------------
expect "a second watch on the node gives up" 6 "$THINTUNE" watch --root "$tree"
says "and says why" 'another watch is at work on this node'
exec 8<"$tree/run/thintune"
flock 8
kill -USR1 "$watch_pid"
hear
says "while somebody applies or measures it waits" 'STATUS=.*put off, since another thintune holds the lock' "$heard"
looks=$(told '.looks | add')
flock -u 8
looked "and looks once they are done, for the same cause" sigusr1
is "which is one look" "$((looks + 1))" "$(told '.looks | add')"

# A profile with a mistake --------------------------------------------------------------------------
cp "$work/site/site.yaml" "$work/good.yaml"
printf 'nonsense: 1\n' >>"$work/site/site.yaml"
looked "a mistake in the profile wakes it" file
says "it is told loudly" 'the profile cannot be used: .*nonsense.*going on with the last good one' "$(cat "$work/log")"
is "and it goes on with the last good one" "site differs" "$(told '"\(.profile.name) \(.look.verdict)"')"
says "which is in watch.json" 'nonsense' "$(told .profile.fault)"
mv "$work/good.yaml" "$work/site/site.yaml"
looked "a mended one wakes it" file
is "and counts again" null "$(told .profile.fault)"
says "which is told" 'the profile can be used again' "$(cat "$work/log")"

# The end -----------------------------------------------------------------------------------------
kill -TERM "$watch_pid"
hear
is "on SIGTERM systemd is told that it ends" STOPPING=1 "${heard% }"
ended "and it ends well" 0
is "with nothing left to read but what it published" "" "$(find "$public" -name '.thintune-*')"
watch --interval 1ms --quiet
looked "it starts again" start
looked "and the timer wakes it" timer
looked "again and again" timer
is "its looks go on being counted" 2 "$(told .looks.start)"
kill -INT "$watch_pid"
ended "SIGINT ends it as well" 0
is "with --quiet only mistakes are told" "" "$(cat "$work/log")"
stop

# How it cannot begin -----------------------------------------------------------------------------
expect "without a good profile it does not stay" 2 "$THINTUNE" watch --root "$tree" --profile "$work/none.yaml" --owner nobody
says "and says why" 'none.yaml'
expect "nor without a place to publish" 1 "$THINTUNE" watch --root "$tree" --publish "$work/none"
says "and says why" "cannot write '$work/none/watch.json'"
expect "nor on a record that is a file" 2 "$THINTUNE" watch --root "$top/tests/nodes/aws-i4i.node"
expect "an interval of nothing is none" 2 "$THINTUNE" watch --root "$tree" --interval 0s
expect "nor is one that never ends" 2 "$THINTUNE" watch --root "$tree" --interval 25h
expect "--resume starts no watch" 2 "$THINTUNE" watch --root "$tree" --resume --repair

expect "nor is there a watch without a place for its features" 1 "$THINTUNE" watch --root "$tree" --nfd "$work/none/thintune"
says "and says why" "cannot write '$work/none/thintune'"
expect "which are a file" 2 "$THINTUNE" watch --root "$tree" --nfd -

# Another place ------------------------------------------------------------------------------------
# As Node Feature Discovery reads it: what is below a time that is over is no feature.
features() { grep -v '^#' "$work/features/thintune" | sed 's|^feature.node.kubernetes.io/thintune-||'; }
expiry() { date -d "$(sed -n '1s/^# +expiry-time=//p' "$work/features/thintune")" +%s; }
mkdir "$work/elsewhere" "$work/features"
listen
watch --interval 23h --publish "$work/elsewhere" --nfd "$work/features/thintune"
looked "it publishes where it is told" start
first=$(features)
says "the features say that the node is not ready" '^ready=false$' "$first"
says "and which profile" '^profile=thin-ledger$' "$first"
is "they expire three intervals after the look" "$((69 * 3600))" \
	"$(($(expiry) - $(sed -n 's/^thintune_look_timestamp_seconds //p' "$work/elsewhere/metrics.prom")))"
is "all of it" "metrics.prom ready report.html report.json watch.json" "$(cd "$work/elsewhere" && echo *)"
printf 'no JSON' >"$work/elsewhere/watch.json"
kill -USR1 "$watch_pid"
looked "a damaged file of its own keeps it from nothing" sigusr1
says "and is told" 'is damaged or was not written by thintune: what earlier looks found is not known' "$(cat "$work/log")"
is "it counts anew" 1 "$(jq '.looks | add' "$work/elsewhere/watch.json")"
run "$THINTUNE" status --root "$tree" --format json
is "status finds what is published elsewhere" sigusr1 "$(jq -r .watch.cause "$work/out")"
mv "$work/elsewhere" "$work/moved"
run "$THINTUNE" status --root "$tree"
says "or says that it does not" "its last look is unknown: '$work/elsewhere' has no watch.json here"
mv "$work/moved" "$work/elsewhere"
is "it waits without a right in effect, but to read what is another's" 0 \
	$((16#$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$watch_pid/status") & ~4))
is "the features are the same, with no time among them" "$first" "$(features)"
cp "$work/features/thintune" "$work/features.before"
mv "$tree/sys/devices/system/cpu" "$work/cpu"
kill -USR1 "$watch_pid"
looked "a look comes to nothing" sigusr1
is "which is told" null "$(jq -r .look.verdict "$work/elsewhere/watch.json")"
same "the features are left to expire" "$work/features.before" "$work/features/thintune"
mv "$work/cpu" "$tree/sys/devices/system/cpu"
# Somebody else's directory: its loss costs no memory of what was looked at.
mv "$work/features" "$work/gone"
looks=$(jq '.looks | add' "$work/elsewhere/watch.json")
kill -USR1 "$watch_pid"
looked "a look has no place for its features" sigusr1
says "which is told" "cannot write '$work/features/thintune'" "$(cat "$work/log")"
is "and is a look like others" "$((looks + 1))" "$(jq '.looks | add' "$work/elsewhere/watch.json")"
stop
: >"$tree/proc/locks"
run "$THINTUNE" status --root "$tree"
says "of a watch that has ended status tells that it has" \
	"; no watch runs: the one that published in '$work/elsewhere' has ended, and the last look was [0-9]+ (s|min) ago: differs$"
run "$THINTUNE" status --root "$tree" --format json
is "also to programs" "false $work/elsewhere true" "$(jq -r '.watch | "\(.runs) \(.ended) \(.has_looked)"' "$work/out")"
rm "$tree/proc/locks"

# A reload while another thintune is at work --------------------------------------------------------
listen
flock 8
watch --interval 24h
hear
says "a start waits for nobody's lock" '^READY=1 STATUS=look 0 .start.: put off' "$heard"
is "until its first look nobody is ready by the look of an earlier watch" \
	"not ready: watch has started, and has not looked yet" "$(cat "$public/ready")"
run "$THINTUNE" status --root "$tree"
says "and status says so" 'whether watch runs is unknown, and has not looked yet; the last look before it was [0-9]+ (s|min) ago: cannot open '
run "$THINTUNE" status --root "$tree" --format json
is "also to programs" "null false null" "$(jq -r '.watch | "\(.runs) \(.has_looked) \(.ended)"' "$work/out")"
kill -HUP "$watch_pid"
hear
says "a reload is told" '^RELOADING=1 ' "$heard"
hear
says "and is not over while its look is put off" '^STATUS=look 0 .start.: put off' "$heard"
flock -u 8
looked "the next one publishes in the usual place" start
says "and ends the reload" '^READY=1 ' "$heard"
run "$THINTUNE" status --root "$tree" --format json
is "and status looks there" "start true" "$(jq -r '.watch | "\(.cause) \(.has_looked)"' "$work/out")"
is "ready is what this look says" "not ready: 1 required setting or check does not hold" "$(cat "$public/ready")"
stop
finish
