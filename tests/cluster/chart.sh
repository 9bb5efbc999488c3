# shellcheck shell=bash
# The page's two helm commands, with Redpanda's own chart given by path, on the cluster of node.sh. Sourced by try-cluster, after
# checks.sh.
# shellcheck disable=SC2154 # these are the caller's

# As tests/deploy/lib/helm.py finds them. The charts that it depends on are in its folder charts/.
helm=${THINTUNE_HELM:-${XDG_CACHE_HOME:-$HOME/.cache}/thintune/chart/helm}
chart=${THINTUNE_CHART:-${XDG_CACHE_HOME:-$HOME/.cache}/thintune/chart/redpanda}
charts=127.0.0.1:8879

# Where the page asks the vendor, who is elsewhere.
serve_chart() {
	mkdir "$state/charts" "$state/helm" &&
		export HELM_CACHE_HOME=$state/helm/cache HELM_CONFIG_HOME=$state/helm/config HELM_DATA_HOME=$state/helm/data &&
		"$helm" package "$chart" -d "$state/charts" >/dev/null && "$helm" repo index "$state/charts" || return
	ln -s "$helm" "$state/helm/helm"
	PATH=$state/helm:$PATH
	start charts /usr/bin/python3 -m http.server --bind "${charts%:*}" --directory "$state/charts" "${charts#*:}"
	until_true 30 listens "$charts"
}

# The kinds of cert-manager, which the cluster needs, with any content.
define_certificates() {
	local kind
	for kind in Certificate Issuer; do
		kubectl create -f - <<-END || return
			apiVersion: apiextensions.k8s.io/v1
			kind: CustomResourceDefinition
			metadata: {name: ${kind,,}s.cert-manager.io}
			spec:
			  group: cert-manager.io
			  scope: Namespaced
			  names: {kind: $kind, plural: ${kind,,}s, singular: ${kind,,}}
			  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object,
			    x-kubernetes-preserve-unknown-fields: true}}}]
		END
	done
	kubectl wait --for=condition=Established crd --all --timeout 60s
}

# In cert-manager's place: whoever wants a certificate gets this one.
issue_certificates() {
	local name
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=here -keyout "$state/tls.key" \
		-out "$state/tls.crt" 2>/dev/null
	while true; do
		for name in $(rp get certificates -o 'jsonpath={.items[*].spec.secretName}'); do
			rp get secret "$name" || rp create secret generic "$name" --from-file=tls.crt="$state/tls.crt" \
				--from-file=tls.key="$state/tls.key" --from-file=ca.crt="$state/tls.crt"
		done
		sleep 1
	done
}

# What of others runs in the chart's pod succeeds at once.
chart_stand_ins() {
	local path
	for path in bin/bash bin/rpk redpanda-operator; do
		printf '#!/bin/sh\nexit 0\n' >"$state/rootfs/$path" && chmod 755 "$state/rootfs/$path" || return
	done
	stand_in redpandadata/redpanda:v26.2.1 'exit 0' && stand_in redpandadata/redpanda-operator:v26.2.1 'exit 0'
}

chart_init_says() { # JSONPATH
	rp get pod redpanda-0 -o "jsonpath={.status.initContainerStatuses[?(@.name=='thintune')].$1}"
}

chart_init_ended() { is "$(chart_init_says state.terminated.exitCode)" 0; }

# The API server took it with all that the values say, and the pod is made from it.
statefulset_has_us() {
	is "$(rp get statefulset redpanda -o 'jsonpath={.spec.template.spec.initContainers[*].name}')" \
		"redpanda-configurator bootstrap-yaml-envsubst thintune"
}

judge_chart() {
	if [[ ! -x $helm || ! -e $chart/charts ]]; then
		count=$((count + 1))
		printf "ok %d - the vendor's chart # SKIP helm and the chart are not here (THINTUNE_HELM, THINTUNE_CHART)\n" "$count"
		return
	fi
	check "the chart is offered on this machine" serve_chart
	check "the kinds of cert-manager are defined" define_certificates
	check "stand-ins for the chart's images" chart_stand_ins
	check "a volume for the chart's broker" write_volume chart-data
	start certificates issue_certificates
	try_block 3
	check "the API server has the StatefulSet, with thintune as its last init container" statefulset_has_us
	check "thintune's init container ends with success" until_true 240 chart_init_ended
	check "its report says which profile" report_says 'thin-ledger'
	check "and what came of the disk's figures" report_says 'io-config.yaml'
	check "the chart is taken back" "$helm" uninstall redpanda -n redpanda --wait
	check "the Job without an owner names what goes with its pod" undo_everything
	check "every setting is as it was, after the chart's broker" nothing_is_left
}
