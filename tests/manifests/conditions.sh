#!/bin/bash
# The node's condition that node-problem-detector makes of `thintune gate`, and the rule of node-readiness-controller on it: both
# to the last field, gate by what the container sees, and, where it was built, by node-problem-detector itself.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/../cli/lib.sh"

here=$top/tests/manifests
tuning=$top/deploy/tuning
rule=$tuning/recipes/readiness-rule.yaml
detector=${THINTUNE_NPD:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/thintune/npd/node-problem-detector}
crd=readiness.node.x-k8s.io_nodereadinessrules.yaml
schemas=$top/../shared/schemas

if ! kubectl version --client -o json 2>"$work/err" | jq -e .kustomizeVersion >/dev/null 2>&1; then
	skip "the node's condition" "a kubectl that knows components is not here"
	finish
fi
expect "node-problem-detector renders" 0 kubectl kustomize "$tuning/overlays/node-problem-detector"
[ "$code" -eq 0 ] || finish
cp "$work/out" "$work/rendered.yaml"
image=$(sed -n 's/^ *newName: //p' "$top/deploy/components/image/image.yaml"):$("$THINTUNE" --version | cut -d ' ' -f 2)

# The manifests ------------------------------------------------------------------------------------------------------
expect "the configuration, its pod and the rule fit together" 0 "$python" "$here/conditions.py" "$work/rendered.yaml" "$rule" "$image"
would_notice() { # SENTENCE SED WANTED: in either file
	sed -E "$2" "$work/rendered.yaml" >"$work/odd.yaml"
	sed -E "$2" "$rule" >"$work/odd-rule.yaml"
	run "$python" "$here/conditions.py" "$work/odd.yaml" "$work/odd-rule.yaml" "$image"
	says "it would be noticed: $1" "$3"
}
would_notice "a misspelt field" 's/"skip_initial_status"/"skip_initial"/' 'skip_initial is no field'
would_notice "a condition before anybody has asked" 's/"skip_initial_status": true/"skip_initial_status": false/' 'before anybody'
would_notice "a sentence that is cut" 's/"max_output_length": 80/"max_output_length": 60/' 'cuts the sentence'
would_notice "a time that is none" 's/"timeout": "10s"/"timeout": "10"/' 'asks every'
would_notice "a rule that takes longer than all" 's/"invoke_interval": "60s"/"invoke_interval": "600s"/; s/"timeout": "10s"$/"timeout": "90s"/' 'longer than 10s'
would_notice "a condition that is not there" 's/"condition": "Broker/"condition": "Brokers/' 'no condition of a node'
would_notice "an event in place of a condition" 's/"permanent"/"temporary"/' 'no condition of a node'
would_notice "a program that is not there" 's,"/opt/thintune/thintune","/usr/bin/thintune",' '/usr/bin/thintune is no program of'
would_notice "a program of another version" 's,(reference: .*thintune:).*,\10.0.9,' 'is no program of'
would_notice "a program of another registry" 's,(reference: ).*/thintune,\1example.org/thintune,' 'is no program of'
would_notice "a configuration that is elsewhere" 's,=/config/thintune,=/etc/thintune,' 'not where its configuration'
would_notice "more of the node" 's,path: /run/thintune/verdicts,path: /run/thintune,' 'of the node, wanted'
would_notice "a volume that is writable" '/name: config$/{n;s/readOnly: true/readOnly: false/}' 'config is writable'
would_notice "a rule that taints again" 's/bootstrap-only/continuous/' 'does more than'
would_notice "a rule that ends pods" 's/effect: NoSchedule\}/effect: NoExecute}/' 'does more than'
would_notice "a taint of somebody else" 's,key: readiness.k8s.io/,key: thintune.io/,' 'no taint of that'
would_notice "a rule on another condition" 's/type: BrokerKept/type: NodeKept/' 'waits for'
would_notice "a field that is newer or older than its controller" 's/^  enforcementMode:/  conditionPolicy: all\n&/' 'conditionPolicy is no field'
would_notice "a rule on other nodes" 's/^    matchLabels:/    matchExpressions:/' 'the condition is made on'
if [ ! -e "${THINTUNE_CRDS:-}/$crd" ]; then
	skip "the rule is as its controller defines it" "the definition is not here (THINTUNE_CRDS names the folder of the controller's)"
elif [ ! -d "$schemas" ]; then
	skip "the rule is as its controller defines it" "the folder with the API's schemas is not here"
else
	expect "the rule is as its controller defines it" 0 "$python" "$here/strict.py" "$schemas" "$rule"
	sed 's/enforcementMode/enforcement/' "$rule" >"$work/odd.yaml"
	run "$python" "$here/strict.py" "$schemas" "$work/odd.yaml"
	says "a misspelt field of it would be noticed" 'enforcement'
fi

# Brokers from before the toleration -----------------------------------------------------------------------------------
# intolerant PYTHON: what the command in the head of the rule prints, of the StatefulSet, one of its pods and a pod of others
intolerant() {
	kubectl kustomize "$tuning/overlays/initcontainer" | "$python" -c 'import json, sys, yaml
one = next(d for d in yaml.safe_load_all(sys.stdin) if d["kind"] == "StatefulSet")
pod = one["spec"]["template"]["spec"]
one["metadata"]["namespace"] = "redpanda"
exec(sys.argv[1])
items = [one, {"kind": "Pod", "metadata": {"name": "redpanda-0", "namespace": "redpanda"}, "spec": pod},
         {"kind": "Pod", "metadata": {"name": "other", "namespace": "other"}, "spec": {"containers": [{"name": "other"}]}}]
print(json.dumps({"items": items}))' "$1" >"$work/list.json"
	kubectl() { cat "$work/list.json"; }
	run eval "cd '$top' && $(sed -n 's/^#   \(kubectl get pods,.*\)/\1/p' "$rule")"
	unset -f kubectl
}
of_both() { printf 'StatefulSet redpanda/redpanda: %s\nPod redpanda/redpanda-0: %s' "$1" "$1"; }
intolerant ''
is "of brokers with both tolerations nothing is listed" "0 " "$code $out$err"
for key in feature.node.kubernetes.io/thintune readiness.k8s.io/thintune; do
	intolerant "pod['tolerations'] = [t for t in pod['tolerations'] if t['key'] != '$key']"
	is "without the toleration of $key pod and StatefulSet are listed" "$(of_both "$key")" "$out"
done
intolerant 'for t in pod["tolerations"]: t["effect"] = "NoExecute"'
is "tolerations of eviction alone are none" 4 "$(grep -c . "$work/out")"
intolerant 'pod["tolerations"] = [{"operator": "Equal", "key": t["key"], "value": "x"} for t in pod["tolerations"]]'
is "nor are those of one value" 4 "$(grep -c . "$work/out")"
intolerant 'del pod["tolerations"]'
is "nor is none" 4 "$(grep -c . "$work/out")"
intolerant 'pod["tolerations"] = [{"operator": "Exists"}]'
is "one of everything is both" "0 " "$code $out$err"
for file in "$tuning/recipes/startup-taint.yaml" "$top/docs/kubernetes.md"; do
	says "${file##*/} has that command" 'kubectl get pods,statefulsets -A -o json \| jq -rf deploy/tuning/recipes/intolerant.jq' "$(<"$file")"
done

# The gate -----------------------------------------------------------------------------------------------------------
tree=$work/tree
mapfile -t words < <("$python" "$here/conditions.py" --arguments "$work/rendered.yaml" | sed "s,^--root=/host,--root=$work/seen,")
# seen: what the container sees of the node, and no more
seen() {
	rm -rf "$work/seen"
	mkdir -p "$work/seen/proc/sys/kernel/random" "$work/seen/sys/devices/system" "$work/seen/run/thintune"
	cp -r "$tree/sys/devices/system/cpu" "$work/seen/sys/devices/system/"
	cp "$tree/proc/sys/kernel/random/boot_id" "$work/seen/proc/sys/kernel/random/"
	[ ! -d "$tree/run/thintune/verdicts" ] || cp -r "$tree/run/thintune/verdicts" "$work/seen/run/thintune/"
}
# is_told SENTENCE CODE PATTERN
is_told() {
	seen
	expect "$1: thintune ends with $2" "$2" "$THINTUNE" "${words[@]}"
	says "$1: and says why" "$3" "$out"
	is "$1: in 79 characters" "${out:0:79}" "$out"
}
tuned() { "$THINTUNE" run --root "$tree" --owner agent --netns host --profile "$tuning/base/node.yaml" >"$work/report" 2>&1; }
blocked() {
	set_live "$tree" data-dir.exists no
	set_live "$tree" data-dir.is-directory no
	"$THINTUNE" run --root "$tree" --owner agent --profile thin-ledger >"$work/report" 2>&1
}
fresh aws-i4i "$tree"
is_told "no run yet" 2 'no verdict'
tuned
is_told "a node that is tuned" 0 '^the broker may start'
printf '01234567-0123-0123-0123-0123456789ab\n' >"$tree/proc/sys/kernel/random/boot_id"
is_told "after a reboot" 2 'boot'
blocked
is_told "a node on which no broker may start" 1 '^the broker must not start: '

# node-problem-detector ----------------------------------------------------------------------------------------------
if [ ! -x "$detector" ]; then
	skip "node-problem-detector makes the condition" "it was not built (tests/manifests/npd/build; THINTUNE_NPD names what it makes)"
	finish
fi
# Its user, who has to be able to read the verdicts; and both programs, which may lie in a home directory.
chmod 755 "$work"
install -m 755 "$detector" "$work/detector"
install -m 755 "$shipped" "$work/thintune"
user=()
! is_root || user=(setpriv --reuid=65532 --regid=65532 --clear-groups)
# condition_is STATUS REASON MESSAGE: by what node-problem-detector tells an API server, started with the arguments of its pod
condition_is() {
	local port='' server detects until=$((SECONDS + 60)) wanted="\"message\": \"$3\".*\"reason\": \"$2\", \"status\": \"$1\", \"type\": \"BrokerKeptFromStartingByNode\""
	seen
	: >"$work/told"
	exec 8< <(exec "$here/npd/api" "$work/told" 2>&1)
	server=$!
	read -r -t 60 port <&8
	NODE_NAME=node KUBERNETES_SERVICE_HOST='' "${user[@]}" "$work/detector" "${arguments[@]}" \
		"--apiserver-override=http://127.0.0.1:$port?inClusterConfig=false" >"$work/log" 2>&1 &
	detects=$!
	until grep -q . "$work/told" || ! kill -0 "$detects" 2>/dev/null || [ "$SECONDS" -gt "$until" ]; do sleep 0.1; done
	kill "$detects" "$server"
	wait "$detects" 2>/dev/null
	exec 8<&-
	if grep -qE "$wanted" "$work/told" && [ "$(wc -l <"$work/told")" -eq 1 ]; then
		ok "node-problem-detector tells the API server $1, $2"
	else
		not_ok "node-problem-detector tells the API server $1, $2" "$(cat "$work/told" "$work/log")"
	fi
}
"$python" "$here/conditions.py" --config "$work/rendered.yaml" |
	jq --arg root "--root=$work/seen" --arg program "$work/thintune" \
		'.rules[0].path = $program | .rules[0].args |= map(if startswith("--root=") then $root else . end)' >"$work/thintune.json"
mapfile -t arguments < <("$python" -c 'import sys, yaml
pod = next(d for d in yaml.safe_load_all(open(sys.argv[1])) if d["kind"] == "DaemonSet")["spec"]["template"]["spec"]
print("\n".join(pod["containers"][0]["args"]))' "$work/rendered.yaml" | sed "s,=/config/,=$work/,")
condition_is True BrokerMustNotStart 'the broker must not start: .*'
fresh aws-i4i "$tree"
condition_is Unknown NoVerdictAgainstIt '.*no verdict.*'
tuned
condition_is False NoVerdictAgainstIt "nothing of the node itself keeps a broker from starting, by the agent's last run since the boot"
finish
