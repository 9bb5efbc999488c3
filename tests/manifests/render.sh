#!/bin/bash
# deploy/tuning without a cluster: every overlay renders, every object is as the API has it to the last field,
# every pod keeps to the rules, and what a recorded node needs is writable in them.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/../cli/lib.sh"

here=$top/tests/manifests
tuning=$top/deploy/tuning
schemas=$top/../shared/schemas

# nothing SENTENCE COMMAND...: passes when it succeeds; what it prints is the reason when not
nothing() {
	local sentence=$1
	shift
	run "$@"
	if [ "$code" -eq 0 ]; then ok "$sentence"; else not_ok "$sentence" "$out" "$err"; fi
}

# Rendering ------------------------------------------------------------------------------------------------
# Components came with kustomize 3.7, patches with a target by labels as well; kubectl has had it since 1.21.
render=
if kustomize version >/dev/null 2>&1; then
	render="kustomize build"
elif command -v kubectl >/dev/null && kubectl version --client -o json 2>/dev/null | jq -e '.kustomizeVersion' >/dev/null 2>&1; then
	render="kubectl kustomize"
fi

# render NAME DIRECTORY
render_one() {
	if [ -z "$render" ]; then
		skip "$1 renders" "there is neither kustomize nor a kubectl that knows components"
		return 1
	fi
	# shellcheck disable=SC2086 # a command and its first argument
	run $render "$2"
	cp "$work/out" "$work/$1.yaml"
	if [ "$code" -eq 0 ] && [ -s "$work/out" ]; then ok "$1 renders"; else not_ok "$1 renders" "$err"; fi
}

rendered=()
for overlay in "$tuning"/overlays/*; do
	name=${overlay##*/}
	render_one "$name" "$overlay" || continue
	rendered+=("$work/$name.yaml")
	# They have no pods; tests/deploy/test-admission judges them.
	[[ $name != admission* ]] || continue
	nothing "$name: every pod keeps to the rules" "$python" "$here/rules.py" "$work/$name.yaml"
done
mkdir "$work/tuning"
cp -r "$tuning"/{base,components,overlays} "$work/tuning"
cp -r "$top/deploy/components" "$work"
for overlay in agent audit canary daemonset initcontainer restore-job; do
	mkdir "$work/tuning/$overlay"
	printf 'resources: [../overlays/%s]\ncomponents: [../components/privileged]\n' "$overlay" \
		>"$work/tuning/$overlay/kustomization.yaml"
	render_one "privileged-$overlay" "$work/tuning/$overlay" || continue
	rendered+=("$work/privileged-$overlay.yaml")
	says "$overlay with the component is privileged" 'privileged: true' "$(cat "$work/privileged-$overlay.yaml")"
	run "$python" "$here/rules.py" "$work/privileged-$overlay.yaml"
	says "$overlay with the component: the rules would notice" 'privileged is True'
done

# A profile for a node pool, as the page says: the canary with another name.
cp -r "$work/tuning/overlays/canary" "$work/tuning/overlays/bulk"
mv "$work/tuning/overlays/bulk"/{canary,bulk}.yaml
sed -i s/canary/bulk/g "$work/tuning/overlays/bulk"/*.yaml
if render_one bulk "$work/tuning/overlays/bulk"; then
	rendered+=("$work/bulk.yaml")
	nothing "bulk: every pod keeps to the rules" "$python" "$here/rules.py" "$work/bulk.yaml"
	for name in bulk canary; do sed -E "s/$name/POOL/g; s/(thintune-profiles)-[a-z0-9]+/\1/" "$work/$name.yaml" >"$work/pool-$name"; done
	same "bulk: is the canary with another name" "$work/pool-canary" "$work/pool-bulk"
fi

# What the rules would notice: all of it is made first, and given to them at once.
mkdir "$work/odd"
noticed=()
would_notice() { # SENTENCE OVERLAY SED WANTED
	sed -E "$3" "$tuning/overlays/$2" >"$work/odd/${#noticed[@]}.yaml"
	noticed+=("$1" "$4")
}
would_notice "too little to probe with" initcontainer/patch.yaml 's/cpu: "1", memory: 256Mi/cpu: 100m, memory: 32Mi/' 'whole CPUs'
would_notice "a variable that is misspelt" initcontainer/patch.yaml 's/BROKER_CPUS\)/BROKER_CPU)/' 'a variable that is not there'
would_notice "a network of the pod's own" daemonset/daemonset.yaml '/hostNetwork/d' 'in no network of the node'
would_notice "a tuner of every node" daemonset/daemonset.yaml '/nodeSelector/,+1d' 'tunes every node'
would_notice "a broker's container that says it is the agent" initcontainer/patch.yaml 's/--owner=.*/--owner=agent/' 'wanted broker:'
would_notice "an agent that does not say so" daemonset/daemonset.yaml '/--owner/d' 'wanted agent'
would_notice "a container that is not told its pod" initcontainer/patch.yaml 's/metadata.name$|metadata.name}/metadata.uid}/' 'is told'
would_notice "nothing kept on the node" initcontainer/patch.yaml '/var-lib-thintune, mountPath/d' 'does not keep /var/lib/thintune'
would_notice "what is kept where no directory is" restore-job/job.yaml '/hostPath: .path: .var.lib.thintune/s/DirectoryOrCreate/Directory/' 'does not keep /var/lib/thintune'
would_notice "an audit that may write" audit/daemonset.yaml '/node-proc-irq, mountPath/s/, readOnly: true, recursiveReadOnly: IfPossible//' 'only looks, with'
would_notice "an audit with a capability" audit/daemonset.yaml 's/^( *)- ALL/&\n\1add: [NET_ADMIN]/' "only looks, with"
would_notice "a number of nodes at once" audit/daemonset.yaml 's/maxUnavailable: 100%/maxUnavailable: 3/' 'no percentage'
would_notice "a server with root's rights" ../components/serve/patch.yaml 's/runAsUser: 65532/runAsUser: 0/' 'runs as'
would_notice "a server with a capability" ../components/serve/patch.yaml 's/^( *)- ALL/&\n\1add: [NET_ADMIN]/' 'has the capabilities'
would_notice "a server that may write" ../components/serve/patch.yaml 's/, readOnly: true//' 'of the node, wanted'
would_notice "a server that sees more of the node" ../components/serve/patch.yaml 's,path: /run/thintune/public,path: /run/thintune,' 'of the node, wanted'
would_notice "a port where nobody listens" ../components/serve/patch.yaml 's/containerPort: 17644/containerPort: 17645/' 'does not listen'
would_notice "a server that is started again for what it tells" ../components/serve/patch.yaml 's,path: /healthz,path: /readyz,' 'livenessProbe does not ask'
would_notice "a program that talks to the API server" audit/daemonset.yaml '0,/Token: false/s//Token: true/' 'automountServiceAccountToken is True'
would_notice "one that cannot" node-problem-detector/daemonset.yaml '/automountServiceAccountToken/d' 'automountServiceAccountToken is None'
would_notice "one that writes to the node" node-problem-detector/daemonset.yaml '/verdicts, mountPath/s/readOnly: true, //' 'verdicts is writable'
would_notice "one that is root" node-problem-detector/daemonset.yaml 's/runAsUser: 65532/runAsUser: 0/' 'runAsUser is 0'
would_notice "a tuner that taints keep away" daemonset/daemonset.yaml 's/- operator: Exists/- {operator: Exists, key: a}/' 'does not tolerate'
run "$python" "$here/rules.py" "$work"/odd/*.yaml
for ((number = 0; number < ${#noticed[@]}; number += 2)); do
	says "the rules would notice: ${noticed[number]}" "^$work/odd/$number.yaml: .*${noticed[number + 1]}"
done

# The program ------------------------------------------------------------------------------------------------
# Each container's own arguments, on a node that is recorded instead of the one below /host.
for file in initcontainer/patch daemonset/daemonset restore-job/job; do
	fresh aws-i4i "$work/tree"
	mapfile -t words < <("$python" "$here/rules.py" --arguments "$tuning/overlays/$file.yaml" thintune |
		sed "s,^--root=/host,--root=$work/tree,; s,/etc/thintune/profiles,$tuning/base,; s,/features.d,$work,")
	run "$THINTUNE" "${words[@]}"
	if [ "$code" -ne 2 ] && [ "${#words[@]}" -gt 1 ]; then
		ok "thintune takes the arguments of $file.yaml"
	else
		not_ok "thintune takes the arguments of $file.yaml" "${words[*]}" "$err"
	fi
done

# The API ----------------------------------------------------------------------------------------------------
# The operator takes the chart's values below spec.clusterSpec.
{
	printf 'apiVersion: cluster.redpanda.com/v1alpha2\nkind: Redpanda\nmetadata: {name: redpanda}\nspec:\n  clusterSpec:\n'
	sed 's/^/    /' "$tuning/recipes/chart-values.yaml"
} >"$work/operator.yaml"
if [ ! -d "$schemas" ]; then
	skip "every object is as the API has it" "the folder with the API's schemas is not here"
else
	nothing "every object is as the API has it" "$python" "$here/strict.py" "$schemas" \
		"${rendered[@]}" "$tuning"/overlays/*/{daemonset,job,broker}.yaml
	nothing "the values for the chart fit into the operator's Redpanda object" \
		"$python" "$here/strict.py" "$schemas" "$work/operator.yaml"
	sed 's/readOnlyRootFilesystem/readOnlyRootFileSystem/' "$tuning/overlays/daemonset/daemonset.yaml" >"$work/odd.yaml"
	run "$python" "$here/strict.py" "$schemas" "$work/odd.yaml"
	says "a misspelt field would be noticed" 'readOnlyRootFileSystem'
	sed 's/tune_aio_events/tune_aio_event/' "$work/operator.yaml" >"$work/odd.yaml"
	run "$python" "$here/strict.py" "$schemas" "$work/odd.yaml"
	says "in the chart's values, too" 'tune_aio_event'
fi

# One text in two places ---------------------------------------------------------------------------------------
containers='import sys, yaml
pod = yaml.safe_load(open(sys.argv[1]))
for key in sys.argv[2].split("."): pod = pod[key]
print(yaml.safe_dump([pod["initContainers"], pod["volumes"]]))'
"$python" -c "$containers" "$tuning/overlays/initcontainer/patch.yaml" spec.template.spec >"$work/patch"
"$python" -c "$containers" "$tuning/recipes/chart-values.yaml" statefulset.podTemplate.spec >"$work/values"
same "the chart's values hold the same init container as the patch" "$work/patch" "$work/values"
version=$("$THINTUNE" --version | cut -d ' ' -f 2)
is "every image has this version, also those that are volumes" "image: thintune:$version reference: thintune:$version" \
	"$(grep -rhoE '(image|reference): "?thintune:[^", ]+' "$tuning" | tr -d '"' | sort -u | paste -sd ' ')"
is "and so has the page's" "thintune:$version" "$(grep -ohE 'thintune:[0-9][^] /`'"'"']*' "$top/docs/kubernetes.md" | sort -u)"

# The taint --------------------------------------------------------------------------------------------------------
fresh aws-i4i "$work/tree"
"$THINTUNE" run --root "$work/tree" --format nfd >"$work/features" 2>"$work/err"
nothing "the rule for the taint fits what thintune says and what NFD knows" \
	"$python" "$here/taint.py" "$tuning/recipes/startup-taint.yaml" "$work/features"
sed 's/thintune-ready: {op: DoesNotExist}/thintune-redy: {op: NotThere}/; s/taints:/taint:/' "$tuning/recipes/startup-taint.yaml" >"$work/odd.yaml"
run "$python" "$here/taint.py" "$work/odd.yaml" "$work/features"
for mistake in 'taint is no field' 'thintune-redy is no label' 'NotThere is no operator' 'the label None is not tainted'; do
	says "a mistake in it would be noticed: $mistake" "$mistake"
done

# What nodes need ------------------------------------------------------------------------------------------------
for node in $(nodes); do
	tree=$(tree "$node")
	"$THINTUNE" audit --root "$tree" --netns broker --format k8s >"$work/broker-$node.yaml" 2>"$work/err"
	"$THINTUNE" audit --root "$tree" --netns host --profile "$tuning/base/node.yaml" --format k8s \
		>"$work/host-$node.yaml" 2>>"$work/err"
done
nothing "the init container may write what the plan of any recorded node needs" \
	"$python" "$here/rules.py" --covers "$tuning/overlays/initcontainer/patch.yaml" thintune "$work"/broker-*.yaml
nothing "and so may the daemonset" \
	"$python" "$here/rules.py" --covers "$tuning/overlays/daemonset/daemonset.yaml" thintune "$work"/host-*.yaml
nothing "and the agent's watch" "$python" "$here/rules.py" --covers "$tuning/overlays/agent/patch.yaml" watch "$work"/host-*.yaml
# A restore writes settings; it does not probe as the owner of the data directory.
sed -i '/SETGID\|SETUID/d' "$work"/broker-*.yaml
sed -i '/^        add:$/{N;/\n        - /!s/^[^\n]*\n//}' "$work"/broker-*.yaml
nothing "and the restore job, for both" \
	"$python" "$here/rules.py" --covers "$tuning/overlays/restore-job/job.yaml" thintune "$work"/{host,broker}-*.yaml
sed '/node-proc-sys-vm,/d' "$tuning/overlays/daemonset/daemonset.yaml" >"$work/odd.yaml"
run "$python" "$here/rules.py" --covers "$work/odd.yaml" thintune "$work"/host-*.yaml
says "a mount that is missing would be noticed" 'vm/swappiness is not writable'
finish
