# shellcheck shell=bash
# A broker that the kubelet gives a CPU alone after `watch --repair` has started: interrupts leave that CPU, and come back when it
# has ended. Sourced by try-cluster, after checks.sh.
# shellcheck disable=SC2154 # these are the caller's

# ---- what is moved ----------------------------------------------------------------------------------
# Leaves the files of all masks: of interrupts that are to come, and of those that can be moved of the disk below this test. The
# kernel refuses to move those that it places itself, as a disk's queues mostly are. The cards of this machine are in another
# network namespace, where the agent does not see them.
find_masks() {
	local device vector file mask
	masks=(/proc/irq/default_smp_affinity)
	device=$(realpath "/sys/dev/block/$(stat -c %Hd:%Ld "$state")")
	until [[ ! $device || -d $device/msi_irqs ]]; do device=${device%/*}; done
	for vector in "$device"/msi_irqs/*; do
		file=/proc/irq/${vector##*/}/smp_affinity
		{ mask=$(<"$file") && echo "$mask" >"$file"; } 2>/dev/null && masks+=("$file")
	done
	((${#masks[@]} > 1)) || printf '# no interrupt of the disk below %s can be moved: only the mask of new ones is looked at\n' "$state"
}

read_masks() { grep -H . "${masks[@]}"; }

are_as() { is "$(read_masks)" "$1"; }

come_back_to() { until_true 180 are_as "$1" || are_as "$1"; }

# bits MASKS CPU: 1 where all of them hold it, 0 where none does. A mask has words of 32 CPUs, the first ones in the last.
bits() {
	local mask words word
	while IFS=: read -r _ mask; do
		IFS=, read -ra words <<<"$mask"
		word=$((${#words[@]} - 1 - $2 / 32))
		if ((word < 0)); then echo 0; else echo $((16#${words[word]} >> $2 % 32 & 1)); fi
	done <<<"$1" | sort -u
}

all_hold() { is "$(bits "$1" "$2")" 1; }

none_holds() { is "$(bits "$(read_masks)" "$1")" 0; }

# When one of them changes, in seconds since the machine's start, until there is a file "enough".
follow_masks() {
	local before=$1 last='' now uptime
	until [[ $last ]]; do
		[[ ! -e $state/enough ]] || last=1
		now=$(read_masks)
		[[ $now == "$before" ]] || { read -r uptime _ </proc/uptime && printf '%s\n' "$uptime"; }
		before=$now
		sleep 0.05
	done
}

# ---- the agent and the broker -----------------------------------------------------------------------
# The page's, which is also shown data on the disk below this test.
agent_runs() {
	local directory=$state/exclusive container
	mkdir "$directory"
	printf 'resources: [../project/deploy/tuning/overlays/agent]\npatches:\n- target: {kind: DaemonSet}\n  patch: |-\n' \
		>"$directory/kustomization.yaml"
	{
		printf '    - {op: add, path: /spec/template/spec/%s, value: %s}\n' volumes/- "{name: data, hostPath: {path: $state}}"
		for container in initContainers/0 containers/0; do
			printf '    - {op: add, path: /spec/template/spec/%s, value: %s}\n' "$container/args/-" --data-dir=/data \
				"$container/volumeMounts/-" '{name: data, mountPath: /data, readOnly: true}'
		done
	} >>"$directory/kustomization.yaml"
	kubectl apply -k "$directory" >/dev/null && rolled_out thintune
}

brokers_are_gone() { rp delete statefulset redpanda --ignore-not-found --wait && rp delete pod,pvc --all --wait; } >/dev/null

# Without an init container, whose run would take interrupts off that CPU itself, and without a card of its own, of which the
# kernel would tell: nothing but its control group is there to be seen.
start_broker() {
	rp apply -f - <<-'END' && rp wait --for=condition=Ready pod/alone --timeout 120s
		apiVersion: v1
		kind: Pod
		metadata: {name: alone}
		spec:
		  automountServiceAccountToken: false
		  hostNetwork: true
		  terminationGracePeriodSeconds: 0
		  containers:
		  - name: redpanda
		    image: docker.redpanda.com/redpandadata/redpanda:v26.2.6
		    command: [sh, -c, cat /proc/uptime; exec sleep infinity]
		    resources:
		      requests: {cpu: "1", memory: 64Mi}
		      limits: {cpu: "1", memory: 64Mi}
	END
} >/dev/null

# What its main process may run on.
find_its_cpu() {
	its_cpu=$(rp exec alone -- cat /proc/1/status | sed -n 's/^Cpus_allowed_list:[[:space:]]*//p') && [[ $its_cpu =~ ^[0-9]+$ ]]
}

# The broker says when it started.
tell_when() {
	local started
	started=$(rp logs alone | sed 's/ .*//') && [[ $started ]] || return
	printf '# CPU %s. %s\n' "$its_cpu" "The masks changed, in seconds from the broker's start:" >"$state/when"
	awk -v started="$started" '{ printf "# %.2f\n", $1 - started }' "$state/mask-changes" >>"$state/when"
	[[ -s $state/mask-changes ]] && cat "$state/when" && read_masks | note
}

looks() { jq -c .looks /run/thintune/public/watch.json; }

# looks_since LOOKS: how many more there are by now, by cause
looks_since() { jq -nc --argjson before "$1" --argjson now "$(looks)" '$now | with_entries(.value -= $before[.key])'; }

# Devices and cards of others may come meanwhile, and a look that has several causes counts as one of them.
is_woken() { looks_since "$1" | jq -e '.container + .device + .link > 0 and .timer + .sighup + .sigusr1 + .file + .start == 0'; }

tell_what_woke() {
	until_true 60 is_woken "$1" || true
	looks_since "$1" | note
	is_woken "$1" >/dev/null
}

judge_exclusive() {
	local untuned before earlier follower
	check "the page's brokers are gone" brokers_are_gone
	find_masks
	untuned=$(read_masks)
	check "the agent rolls out, and is shown data" agent_runs
	before=$(read_masks)
	earlier=$(looks)
	follow_masks "$before" >"$state/mask-changes" &
	follower=$!
	check "a broker starts" start_broker
	check "the kubelet gives it a CPU alone" find_its_cpu
	check "new interrupts and the disk's went there" all_hold "$before" "$its_cpu"
	check "they leave it" until_true 60 none_holds "$its_cpu"
	: >"$state/enough"
	wait "$follower"
	check "when, was to be seen" tell_when
	check "what the kernel tells of woke watch, and no timer, signal or file" tell_what_woke "$earlier"
	check "the broker ends" rp delete pod alone --wait
	check "they come back" come_back_to "$before"
	check "the next Job has a name that is free" tt delete job thintune-restore --ignore-not-found --wait
	try_block 5
	check "they are as they were before the agent" are_as "$untuned"
	check "every setting is as it was, after that broker" nothing_is_left
}
