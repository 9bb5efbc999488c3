# shellcheck shell=bash
# What the API server itself says of brokers by the admission policies, of node-problem-detector's pod and of the rule on its
# condition. Sourced by try-cluster, after checks.sh.
# shellcheck disable=SC2154 # these are the caller's

# jq programs, which make of the page's StatefulSet a worse one
ungated='del(.spec.template.spec.initContainers)'
stock='.spec.template.spec.initContainers += [{name: "tuning", image: "redpanda", command: ["/bin/bash", "-c", "rpk redpanda tune all"],
	securityContext: {privileged: true}}]'
requires='.spec.template.spec.nodeSelector = {"feature.node.kubernetes.io/thintune-ready": "true"}'
newer='.spec.template.spec.containers[0].image = "redpandadata/redpanda:v26.2.7"'

gate_namespace() {
	kubectl create namespace gate && kubectl label namespace gate thin-ledger.example/gate=deny pod-security.kubernetes.io/enforce=privileged
} >/dev/null

# stateful_set JQ: the page's, in the namespace gate, with one broker and without a claim that nothing here would fulfil
stateful_set() {
	kubectl kustomize "$project/deploy/tuning/overlays/initcontainer" | kubectl create -n gate --dry-run=client -o json -f - |
		jq "del(.spec.volumeClaimTemplates) | .spec.replicas = 1 | .spec.template.spec.volumes += [{name: \"datadir\", emptyDir: {}}] | $1"
}

# warnings JQ: of the policies, about this StatefulSet
warnings() { would_be_made "$1" && grep 'Warning: Validation failed for ValidatingAdmissionPolicy' "$state/command"; }

# would_be_made JQ: leaves what kubectl said of it
would_be_made() {
	stateful_set "$1" | kubectl create --dry-run=server -f - >"$state/command" 2>&1 && grep -q 'created (server dry run)' "$state/command" ||
		! note <"$state/command"
}

warned_of() { grep -q "$1" <<<"$(warnings "$2")"; } # TEXT JQ

unwarned() { would_be_made . && ! warnings . | note | grep .; }

expressions_are_sound() {
	local name
	for name in thintune-brokers thintune-brokers-keep; do
		until_true 60 looked_at "$name" &&
			is "$(kubectl get validatingadmissionpolicy "$name" -o 'jsonpath={.status.typeChecking.expressionWarnings}')" '' || return
	done
}

looked_at() { [[ $(kubectl get validatingadmissionpolicy "$1" -o 'jsonpath={.status.observedGeneration}') ]]; }

made() { stateful_set "$1" | kubectl create -f - >/dev/null 2>&1; }

replaced() { stateful_set "$1" | kubectl replace -f - 2>&1; }

refused() { grep -q "denied request: $1" <<<"$(replaced "$2")"; } # TEXT JQ

let_through() { replaced "$1" >"$state/command" || ! note <"$state/command"; }

made_anew() { kubectl -n gate delete statefulset redpanda --cascade=orphan >/dev/null && made "$1"; }

pod_of_gate() { kubectl -n gate get pod redpanda-0 -o 'jsonpath={.metadata.uid}'; }

pod_comes_back() {
	local before
	before=$(pod_of_gate) && kubectl -n gate delete pod redpanda-0 --grace-period 0 --force >/dev/null 2>&1 &&
		until_true 60 other_pod_than "$before" &&
		is "$(kubectl -n gate get pod redpanda-0 -o 'jsonpath={.spec.initContainers[*].name}')" ''
}

other_pod_than() {
	local now
	now=$(pod_of_gate) && [[ $now != "$1" ]]
}

gate_is() { kubectl label --overwrite namespace gate "thin-ledger.example/gate=$1" >/dev/null; }

would_be_taken() { # OVERLAY
	kubectl apply --server-side --dry-run=server --validate=strict -k "$project/deploy/tuning/overlays/$1" >"$state/command" 2>&1 ||
		! note <"$state/command"
}

rule_is_taken() {
	kubectl create -f "$1" >/dev/null && kubectl wait --for=condition=Established crd/nodereadinessrules.readiness.node.x-k8s.io --timeout 60s >/dev/null &&
		kubectl apply --server-side --validate=strict -f "$project/deploy/tuning/recipes/readiness-rule.yaml" >"$state/command" 2>&1 ||
		! note <"$state/command"
}

judge_admission() {
	local definition=${THINTUNE_CRDS:-}/readiness.node.x-k8s.io_nodereadinessrules.yaml
	try_block 6
	check "a namespace whose brokers keep their gate" gate_namespace
	check "the API server takes the policies, field by field" as_written "kubectl apply --validate=strict -k deploy/tuning/overlays/admission-deny"
	check "and finds no fault with their expressions" expressions_are_sound
	check "a broker without its gate is warned of" until_true 60 warned_of 'no init container thintune' "$ungated"
	check "and the chart's own tuner" warned_of 'runs rpk redpanda tune: tuning' "$stock"
	check "and a label that is required" warned_of 'requires a label of thintune' "$requires"
	check "of a broker with its gate nothing is said" unwarned
	check "it can be made" made .
	check "its gate cannot be taken away" until_true 60 refused 'takes away the init container thintune' "$ungated"
	check "nor the chart's own tuner be added" refused 'adds what is privileged' "$stock"
	check "nor a label be required" refused 'would require a label' "$requires"
	check "another version can be rolled out" let_through "$newer"
	check "whoever makes the StatefulSet anew may do so, without its gate too" made_anew "$ungated"
	check "and what was never gated may be changed" let_through "$ungated | $newer"
	check "an evicted pod is made anew from it" pod_comes_back
	check "mended, it has its gate again" let_through .
	check "where the namespace only asks for warnings" gate_is warn
	check "the gate can be taken away" until_true 60 let_through "$ungated"
	# That volume is on by default from Kubernetes 1.35 on.
	check "node-problem-detector's pod is taken, with an image as a volume" would_be_taken node-problem-detector
	check "the canary's agent is taken" would_be_taken canary
	if [[ -e $definition ]]; then
		check "the rule on its condition is taken" rule_is_taken "$definition"
	else
		count=$((count + 1))
		printf 'ok %d - the rule on its condition is taken # SKIP THINTUNE_CRDS names no folder with the definition of its kind\n' "$count"
	fi
}
