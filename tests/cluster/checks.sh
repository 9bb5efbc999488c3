# shellcheck shell=bash
# What has to hold on the node of node.sh. Sourced by try-cluster, which has $top, $state and $registry.
# shellcheck disable=SC2154 # these are the caller's

# ---- the page --------------------------------------------------------------------------------------
# block NUMBER [PAGE]: the commands of this block of the page, without what they are for
block() {
	awk -v wanted="$1" '/^```/ { number++; next } number == 2 * wanted - 1' "$top/${2:-docs/kubernetes.md}" |
		sed -E "s/ +#.*\$//; s,REGISTRY,$registry,g; s/=NAME\$/=node/; s/ NODE / node /; s,https://charts[.]redpanda[.]com,http://$charts,"
}

# as_written COMMAND: in the copy of the project; variables stay for the next one
as_written() {
	local code=0
	cd "$project" || return
	eval "$1" >"$state/command" 2>&1 </dev/null || code=$?
	cd / || return
	{ printf '$ %s\n' "$1" && cat "$state/command"; } >>"$state/commands.log"
	[[ $code == 0 ]] || note <"$state/command"
	return $code
}

# A copy, since the page's commands change files. Nothing keeps the clock of this machine, and its kernel may have faults.
copy_project() {
	project=$state/project
	mkdir "$project"
	tar -c -C "$top" --exclude='./build*' . | tar -x -C "$project"
	sed -i 's/^checks:$/&\n  clock-synchronised: leave\n  balloon: leave\n  advisories: leave/' "$project/deploy/tuning/base/node.yaml"
}

# try_block NUMBER [FROM TO]: each command of it, or these
try_block() {
	local command tried=0
	while read -r command; do
		tried=$((tried + 1))
		check "$command" as_written "$command"
	done < <(block "$1" | sed -n "${2:-1},${3:-\$}p")
	[[ $tried != 0 ]] || check "block $1 of the page has commands" false
}

# ---- stand-ins -------------------------------------------------------------------------------------
# stand_in IMAGE COMMAND: busybox, which runs this
stand_in() {
	local layout=$state/stand-ins
	umoci new --image "$layout:image" && umoci insert --image "$layout:image" "$state/rootfs" / &&
		umoci config --image "$layout:image" --config.entrypoint /bin/sh --config.entrypoint -c \
			--config.entrypoint "$2" &&
		skopeo copy "oci:$layout:image" "docker://$registry/$1" && umoci remove --image "$layout:image"
}

# The broker says what it was given.
make_stand_ins() {
	local name
	mkdir -p "$state/rootfs/bin"
	install -m 755 "$(command -v busybox)" "$state/rootfs/bin/busybox"
	for name in sh cat sleep; do ln -s busybox "$state/rootfs/bin/$name"; done
	umoci init --layout "$state/stand-ins" && stand_in pause:3.10 'exec sleep infinity' &&
		stand_in redpandadata/redpanda:v26.2.6 'cat /proc/sys/fs/aio-max-nr; exec sleep infinity'
}

stand_ins() {
	make_stand_ins >"$state/stand-ins.log" 2>&1 || {
		note <"$state/stand-ins.log"
		return 1
	}
}

# ---- questions -------------------------------------------------------------------------------------
tt() { kubectl -n thintune "$@"; }
rp() { kubectl -n redpanda "$@"; }

# of POD KEY: of the init container as the kubelet reports it
of() { kubectl -n "${1%/*}" get pod "${1#*/}" -o "jsonpath={.status.initContainerStatuses[0].$2}"; }

is() { # have wanted
	[[ $1 == "$2" ]] || ! printf '# have: %s, wanted: %s\n' "$1" "$2"
}

# Everything that the plan for this node touches, and its value. The plan knows more interrupts when containers have CPUs alone.
settings() {
	{
		{ "$top/build/thintune" audit --format json --profile "$project/deploy/tuning/base/node.yaml" --netns host || true; } |
			jq -r '.settings[] | "\(.path): \(.have)"'
		grep . /proc/irq/*/smp_affinity_list /proc/irq/default_smp_affinity
	} | sort -u
}

# ---- the DaemonSet ---------------------------------------------------------------------------------
rolled_out() { # DaemonSet
	tt rollout status "daemonset/$1" --timeout 120s >/dev/null || {
		tt describe pod | note
		return 1
	}
}

node_tuner() { tt get pod -l app.kubernetes.io/component=node-tuner -o 'jsonpath=thintune/{.items[0].metadata.name}'; }

features_say() { is "$(head -n 1 /etc/kubernetes/node-feature-discovery/features.d/thintune)" "feature.node.kubernetes.io/thintune-ready=$1"; }

judge_daemonset() {
	check "the DaemonSet rolls out" rolled_out thintune
	check "its init container ended with success" is "$(of "$(node_tuner)" state.terminated.exitCode)" 0
	check "its result is there for Node Feature Discovery" features_say true
	check "the node is tuned" is "$(cat /proc/sys/vm/swappiness)" 1
}

# ---- a broker --------------------------------------------------------------------------------------
# write_volume NAME: as Redpanda's image expects it
write_volume() {
	mkdir "$state/$1"
	chown 101:101 "$state/$1"
	chmod 2770 "$state/$1"
	kubectl apply -f - <<-END
		apiVersion: v1
		kind: PersistentVolume
		metadata: {name: $1}
		spec:
		  capacity: {storage: 100Gi}
		  accessModes: [ReadWriteOnce]
		  local: {path: $state/$1}
		  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [
		    {key: kubernetes.io/hostname, operator: In, values: [node]}]}]}}
	END
}

# One broker that fits this machine, and its volume.
write_broker() {
	sed -i -E 's/replicas: 3/replicas: 1/; s/cpu: "4", memory: 16Gi/cpu: "1", memory: 2Gi/' \
		"$project/deploy/tuning/overlays/initcontainer/broker.yaml"
	write_volume data
}

level() { kubectl label --overwrite namespace redpanda "pod-security.kubernetes.io/enforce=$1" >/dev/null; }

refused_by_pod_security() { grep -q 'violates PodSecurity "baseline' <<<"$(rp get events -o 'jsonpath={.items[*].message}')"; }

init_ended_with() { # code
	local code
	code=$(of redpanda/redpanda-0 state.terminated.exitCode)
	[[ -n $code ]] || code=$(of redpanda/redpanda-0 lastState.terminated.exitCode)
	is "$code" "$1"
}

broker_waits() { is "$(rp get pod redpanda-0 -o 'jsonpath={.status.containerStatuses[0].state.waiting.reason}')" PodInitializing; }

described() { rp describe pod redpanda-0 | grep -E "$1" | note | grep .; }

report_says() { grep -q "$1" <<<"$(rp logs redpanda-0 -c thintune)"; }

broker_runs() { rp wait --for=condition=Ready pod/redpanda-0 --timeout 5s; }

broker_started_after() {
	local ended started
	ended=$(of redpanda/redpanda-0 state.terminated.finishedAt)
	started=$(rp get pod redpanda-0 -o 'jsonpath={.status.containerStatuses[0].state.running.startedAt}')
	[[ -n $ended && ! $started < $ended ]]
}

judge_broker() {
	check "a volume for a broker" write_broker
	mount --bind "$state/data" "$state/data"
	mount -o remount,bind,ro "$state/data"
	level baseline
	try_block 2
	check "without the label of the namespace its pod is refused" until_true 60 refused_by_pod_security
	level privileged
	check "a read-only data directory: the init container ends with 4" until_true 120 init_ended_with 4
	check "the broker does not start" broker_waits
	check "kubectl describe says why" described 'thintune: the broker must not start .exit 4, profile thin-ledger'
	mount -o remount,bind,rw "$state/data"
	check "once it is mended the pod can go" rp delete pod redpanda-0 --wait=false
	check "and the next one runs" until_true 180 broker_runs
	check "the init container ended with success" init_ended_with 0
	check "the broker was started after it" broker_started_after
	check "kubectl describe has the verdict" described 'thintune: the broker may start .exit 0, profile thin-ledger'
	check "the pod is Guaranteed" is "$(rp get pod redpanda-0 -o 'jsonpath={.status.qosClass}')" Guaranteed
	check "its init container saw that it has a CPU alone" report_says 'no container has exclusively'
}

# Where the node refuses what the manifests ask for, says the page.
privileged_is_done() {
	local directory=$project/deploy/privileged
	mkdir "$directory"
	printf 'resources: [../tuning/overlays/daemonset]\ncomponents: [../tuning/components/privileged]\n' \
		>"$directory/kustomization.yaml"
	kubectl apply -k "$directory" >/dev/null && rolled_out thintune &&
		is "$(tt get daemonset thintune -o 'jsonpath={.spec.template.spec.initContainers[0].securityContext.privileged}')" true
}

# ---- looking and undoing ---------------------------------------------------------------------------
job_ended() { # job condition
	tt wait --for="condition=$2" "job/$1" --timeout 60s >/dev/null || {
		tt logs "job/$1" | note
		return 1
	}
}

report_of() { tt logs "job/$1" | grep -E "$2" | note | grep .; }

# What the runbook types, with the arguments of the container itself.
asked() {
	tt exec "daemonset/$1" -c watch -- /thintune audit --root=/host --owner=agent --profile=/etc/thintune/profiles/node.yaml --netns=host \
		>"$state/asked"
}

told() { grep -E "$1" "$state/asked" | note | grep .; }

audit_finds_a_change() {
	local code=0
	echo 17 >/proc/sys/vm/swappiness
	asked thintune-audit || code=$?
	[[ $code == 3 ]] && told 'vm.swappiness .*17'
}

# As its signal asks for; nothing tells a watch of a sysctl that somebody writes.
agent_repairs_a_change() {
	echo 17 >/proc/sys/vm/swappiness
	kill -USR1 "$(pgrep -fo '^/thintune watch --repair')" && until_true 60 swappiness_is 1
}

swappiness_is() { [[ $(</proc/sys/vm/swappiness) == "$1" ]]; }

node_says() { is "$(curl -sS "http://$address:17644$1" | head -n 1)" "$2"; } # PATH WANTED

changed_since_before() { comm -23 "$state/before" <(settings); }

differs_from_before() { [[ $(changed_since_before) ]]; }

nothing_is_left() { [[ ! $(changed_since_before | tee "$state/left") ]] || ! note <"$state/left"; }

# The Job without its --owner, as the page has it for what a broker wants, and what it cannot reach.
undo_everything() {
	tt delete job thintune-restore --ignore-not-found --wait >/dev/null &&
		kubectl kustomize "$project/deploy/tuning/overlays/restore-job" | sed '/--owner=agent/d; s/NODE/node/' |
		kubectl apply -f - >/dev/null && job_ended thintune-restore Failed &&
		report_of thintune-restore 'tcp_mtu_probing .* belongs to another network namespace'
}

judge_the_rest() {
	try_block 4 1 1
	check "the audit rolls out: the node is ready" rolled_out thintune-audit
	check "it can be asked: the node is as the DaemonSet left it" asked thintune-audit
	check "it saw which CPUs a container has alone" told 'no container has exclusively'
	check "and is not as it was before" differs_from_before
	check "an audit of a changed node fails and names the change" audit_finds_a_change
	try_block 4 2
	check "the agent rolls out: the node is ready" rolled_out thintune
	check "its run has mended that" swappiness_is 1
	check "it repairs what is changed" agent_repairs_a_change
	check "the node says that it is ready" node_says /readyz ready
	check "the privileged DaemonSet rolls out" privileged_is_done
	check "the node is tuned" swappiness_is 1
	try_block 5
	check "what the broker wants stays" swappiness_is 1
	check "without its owner the Job names what goes with the broker's pod" undo_everything
	check "every setting is as it was" nothing_is_left
}

# ---- every manifest --------------------------------------------------------------------------------
schemas=$top/../shared/schemas

# The kinds that others define. Waits until the API server serves them.
define_kinds() {
	local file
	for file in "$schemas"/*.coreos.com_*.yaml "$schemas"/*.redpanda.com_*.yaml; do
		kubectl create -f "$file" >/dev/null || return 1
	done
	kubectl wait --for=condition=Established crd --all --timeout 60s >/dev/null
}

# taken DIRECTORY: every object of it, field by field
taken() {
	kubectl apply --server-side --validate=strict -k "$project/deploy/$1" >"$state/command" 2>&1 || {
		grep -v serverside-applied "$state/command" | note
		return 1
	}
}

given_up() { kubectl delete -k "$project/deploy/$1" --wait >/dev/null; }

# The commands of deploy/README.md, on a cluster that has nothing of it; there is no operator whose job could be waited for.
judge_readme() {
	local command tried=0
	while read -r command; do
		[[ $command != *' wait '* ]] || continue
		tried=$((tried + 1))
		check "from deploy/: $command" as_written "cd deploy && $command"
	done < <(block 1 deploy/README.md)
	check "deploy/README.md has commands" test "$tried" -gt 2
	check "topics and users are there" is "$(kubectl -n thin-ledger get topics,users -o name | wc -l)" 5
	check "the cluster's file can be taken back" as_written "kubectl delete -f deploy/cluster/thin-ledger-cluster.yaml"
	# What kubectl applied from here is kubectl's: a server-side apply of the same objects is refused fields.
	check "the operator can be taken back" as_written "kubectl delete -f deploy/operator/redpanda-operator.yaml"
}

judge_manifests() {
	local directory
	if [[ ! -d $schemas ]]; then
		count=$((count + 1))
		printf 'ok %d - every manifest # SKIP the folder with the definitions of others is not here\n' "$count"
		return
	fi
	check "the kinds of Redpanda and Prometheus are defined" define_kinds
	judge_readme
	check "there are manifests" write_order
	kubectl create namespace cockroachdb >/dev/null
	while read -r directory; do
		if [[ $directory == recovery/shadow && ! -e $schemas/cluster.redpanda.com_shadowlinks.yaml ]]; then
			count=$((count + 1))
			printf 'ok %d - deploy/%s # SKIP the definition of its kind is not here\n' "$count" "$directory"
			continue
		fi
		check "the API server takes deploy/$directory" taken "$directory"
		# Their namesakes for the other kind of cluster come next.
		[[ $directory != cluster/stretch/topics ]] || check "and gives it up again" given_up "$directory"
	done <"$state/order"
}

# Namespaces first, as docs/platform.md has it.
order() {
	printf '%s\n' operator cluster/namespace cluster/stretch/topics cluster/topics
	(cd "$project/deploy" && find . -name kustomization.yaml -printf '%h\n') | sed 's,^\./,,' |
		grep -v -e '^privileged$' -e components -e tuning/ -e '^operator$' -e '^cluster/namespace$' -e 'topics$' | sort
}

write_order() { order >"$state/order"; }

judge() {
	copy_project
	check "stand-ins for what others publish" stand_ins
	settings >"$state/before"
	try_block 1
	judge_daemonset
	judge_broker
	judge_the_rest
	judge_exclusive
	judge_chart
	judge_admission
	judge_manifests
}
