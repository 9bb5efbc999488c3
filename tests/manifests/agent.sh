#!/bin/bash
# The containers `watch` and `serve` of deploy/tuning with the arguments that they have there: what one publishes of a
# recorded node the other gives to whoever asks, and its probes are answered.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/../cli/lib.sh"
# shellcheck source=tests/cli/watch-lib.sh disable=SC1091
. "$top/tests/cli/watch-lib.sh"

rules=$top/tests/manifests/rules.py
tuning=$top/deploy/tuning
tree=$work/tree
public=$tree/run/thintune/public
chmod 755 "$work"

# words FILE CONTAINER: in $words; the node, its profile and its directory are those of this test
words() {
	mapfile -t words < <("$python" "$rules" --arguments "$tuning/$1" "$2" |
		sed "s,^--root=/host,--root=$tree,; s,/etc/thintune/profiles,$work/profiles,; s,/published,$public,; s,/features.d,$work,; s,:17644,:0,")
}

# ask PATH: in $answered, with the Host header that a kubelet and Prometheus send
ask() {
	answered=$("$python" - "$address" "$1" <<-'END'
		import sys, urllib.error, urllib.request
		try:
		    answer = urllib.request.urlopen(sys.argv[1] + sys.argv[2])
		except urllib.error.HTTPError as error:
		    answer = error
		print(answer.status, answer.read().decode())
	END
	)
}

mkdir "$work/profiles"
cp "$tuning/base/node.yaml" "$work/profiles"
# With a waiver there is a metric of its end, too.
printf 'waivers:\n  - {what: check iommu, reason: a test, owner: tests, until: %s}\n' "$(date -u -d '30 days' +%F)" >>"$work/profiles/node.yaml"
for one in agent/patch audit/daemonset; do
	fresh aws-i4i "$tree"
	mkdir -p "$public" "$tree/proc/sys/kernel/random"
	# A server tells nothing of a look of another boot.
	cp /proc/sys/kernel/random/boot_id "$tree/proc/sys/kernel/random/"
	listen
	words "overlays/$one.yaml" watch
	is "${one%/*}: its container watches" watch "${words[0]}"
	NOTIFY_SOCKET=$work/notify "$THINTUNE" "${words[@]}" >"$work/log" 2>&1 7<&- &
	watch_pid=$!
	looked "${one%/*}: thintune takes its arguments, and looks" start
	words components/serve/patch.yaml serve
	exec 8< <(exec "$THINTUNE" "${words[@]}" 2>&1)
	serve_pid=$!
	read -r -t "$patience" said <&8
	address=${said##* }
	address=${address%/}
	ask /healthz
	says "${one%/*}: its liveness probe is answered" '^200 ' "$answered"
	ask /readyz
	if [ "${one%/*}" = audit ]; then
		says "audit: the node is not ready while something required does not hold" '^503 not ready: 1 required' "$answered"
		is "audit: and nothing was repaired" 65536 "$(cat "$tree/proc/sys/fs/aio-max-nr")"
	else
		says "${one%/*}: the node is ready, since it was repaired" '^200 ready' "$answered"
	fi
	if [ "${one%/*}" = agent ]; then
		says "agent: its label expires" '^# \+expiry-time=' "$(cat "$work/thintune")"
		says "agent: and says that the node is ready" '^feature.node.kubernetes.io/thintune-ready=true$' "$(cat "$work/thintune")"
	fi
	ask /metrics
	says "${one%/*}: Prometheus is told the profile" 'thintune_info.*profile="node"' "$answered"
	cp "$public/metrics.prom" "$work/${one%/*}.prom"
	kill "$serve_pid"
	exec 8<&-
	stop
done

# What rules and dashboards read of thintune, and what is published; names with a colon are made by rules.
grep -rhoE '(^|[^a-z_:])thintune_[a-z_]+' "$top"/deploy/monitoring/{rules,dashboards} | sed 's/^[^t]*//' | sort -u >"$work/read"
sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$work/agent.prom" | sort -u >"$work/published"
is "every metric that rules and dashboards read is one that the agent publishes" "" "$(comm -23 "$work/read" "$work/published")"
says "and they read some" '^thintune_contested$' "$(cat "$work/read")"
finish
