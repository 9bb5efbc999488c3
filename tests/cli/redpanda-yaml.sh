#!/bin/bash
# What redpanda.yaml says of rpk: our own manifests never shut our own gate by it, and no output asks for a
# --cpuset that rpk refuses.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

yaml=$work/redpanda.yaml

# rendered VALUES [PODS]: writes the redpanda.yaml that the chart makes of its values (`tuning` becomes rpk's
# section, beside flags that follow from the limits), and prints the init container's arguments, one a line.
rendered() {
	"$python" - "$top/$1" "$yaml" "$top/${2-$1}" <<-'END'
		import sys, yaml
		values = next(yaml.safe_load_all(open(sys.argv[1])))
		if "spec" in values:
		    values = values["spec"].get("clusterSpec", values["spec"])
		flags = ["--default-log-level=info", "--memory=6553M", "--reserve-memory=819M", "--smp=4"]
		rpk = {"additional_start_flags": flags, "enable_memory_locking": False, "overprovisioned": False}
		rpk.update(values["tuning"])
		assert False in values["tuning"].values(), "nothing is switched off"
		with open(sys.argv[2], "w") as out:
		    yaml.safe_dump({"redpanda": {"data_directory": "/var/lib/redpanda/data"}, "rpk": rpk}, out)

		def find(node):
		    if isinstance(node, dict):
		        for container in node.get("initContainers") or []:
		            if container.get("name") == "thintune":
		                return container["args"]
		    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
		        args = find(child)
		        if args:
		            return args
		for arg in find(list(yaml.safe_load_all(open(sys.argv[3])))):
		    print(arg.replace("$(BROKER_CPUS)", "4").replace("$(BROKER_MEMORY)", "8589934592").replace("$(", "").replace(")", ""))
	END
}

# in_pod TREE ARGUMENT...: what the init container runs, on this tree
in_pod() {
	local tree=$1 list=()
	shift
	for arg; do
		case $arg in
		--root=*) ;;
		--profile=/*) list+=(--profile "$top/deploy/cluster/base/profile.yaml") ;;
		*) list+=("$arg") ;;
		esac
	done
	"$THINTUNE" "${list[@]}" --root "$tree"
}

states() { jq -c '[.settings[] | [.setting, .state]]' "$1"; }

# The manifests' own command line, with the file and without it ----------------------------------------
stretch=deploy/cluster/stretch/base
for manifest in deploy/tuning/recipes/chart-values.yaml deploy/cluster/base/redpanda.yaml \
	"$stretch/stretchcluster.yaml $stretch/brokerpool.yaml"; do
	# shellcheck disable=SC2086 # one file or two
	mapfile -t args < <(rendered $manifest)
	manifest=${manifest%% *}
	is "$manifest: the init container runs" run "${args[0]-}"
	for file in without with; do
		fresh aws-graviton-pod "$work/$file"
		set_live "$work/$file" data-dir.has-data no
	done
	echo 65536 >"$work/with/proc/sys/fs/aio-max-nr"
	echo 65536 >"$work/without/proc/sys/fs/aio-max-nr"
	run in_pod "$work/without" "${args[@]}" --format json
	cp "$work/out" "$work/without.json"
	wanted=$code
	expect "$manifest: its switches do not shut the gate" "$wanted" \
		in_pod "$work/with" "${args[@]}" --redpanda-config "$yaml" --format json
	cp "$work/out" "$work/with.json"
	is "$manifest: no setting is told apart by them" "$(states "$work/without.json")" "$(states "$work/with.json")"
	is "$manifest: what rpk leaves alone is set" changed \
		"$(jq -r '.settings[] | select(.setting == "fs.aio-max-nr").state' "$work/with.json")"
	is "$manifest: JSON says so" ignored "$(jq -r .redpanda.switches "$work/with.json")"
	run in_pod "$work/with" "${args[@]}" --redpanda-config "$yaml"
	is "$manifest: it is told once" 1 "$(tr -s ' \n' ' ' <<<"$out" | grep -o 'rpk.tune_aio_events' | wc -l)"
	says "$manifest: with the line" 'rpk.tune_aio_events: false \(line [0-9]+\): ignored' "$(tr -s ' \n' ' ' <<<"$out")"
	lacks "$manifest: what the chart's flags say is not said again" 'start Redpanda with' "$out"
done

# Every switch, every output, and where it is the operator's word ---------------------------------------
{
	echo 'rpk:'
	for key in aio_events ballast_file clocksource coredump cpu disk_irq disk_nomerges disk_scheduler \
		disk_write_cache fstrim network swappiness transparent_hugepages; do
		echo "  tune_$key: false"
	done
} >"$yaml"
pod=$work/with
# switched [OPTION]...: how many settings it switches off
switched() {
	"$THINTUNE" audit --root "$pod" --redpanda-config "$yaml" --format json "$@" |
		jq '[.settings[] | select(.note // "" | contains("redpanda.yaml:"))] | length'
}
fresh aws-graviton-pod "$pod"
echo 65536 >"$pod/proc/sys/fs/aio-max-nr"
is "in a broker's pod nothing is switched off" 0 "$(switched --netns broker)"
run "$THINTUNE" audit --root "$pod" --redpanda-config "$yaml" --netns broker
says "of many switches some are named" 'and 10 more: ignored' "$(tr -s ' \n' ' ' <<<"$out")"
for format in k8s sh; do
	run "$THINTUNE" audit --root "$pod" --redpanda-config "$yaml" --netns broker --format "$format"
	says "$format: what it would switch off is there" 'proc/sys/fs/aio-max-nr' "$out"
	run "$THINTUNE" audit --root "$pod" --redpanda-config "$yaml" --netns host --format "$format"
	lacks "$format: elsewhere it is not" '(path: |write |mountPath: ).*/proc/sys/fs/aio-max-nr' "$out"
done
is "a pod that tunes the node follows them" yes "$([ "$(switched --netns host)" -gt 0 ] && echo yes)"
set_live "$pod" container
is "where it is not known what this is, too" yes "$([ "$(switched --netns broker)" -gt 0 ] && echo yes)"
is "and JSON says so" followed "$("$THINTUNE" audit --root "$pod" --redpanda-config "$yaml" --netns broker \
	--format json | jq -r .redpanda.switches)"
set_live "$pod" container none
is "and on the node itself" yes "$([ "$(switched --netns broker)" -gt 0 ] && echo yes)"

# A split, rpk's state file and --cpuset -----------------------------------------------------------------
split=$work/split
state=$split/run/redpanda_node_tuner_state.yaml
printf 'profile: split\nsummary: for a test\nextends: redpanda\nirq: {placement: dedicated}\n' >"$work/split.yaml"
audit() { "$THINTUNE" audit --root "$split" --profile "$work/split.yaml" "$@"; }
pinning() { audit --format json | jq -r '.settings[] | select(.tuner == "pinning") | "\(.setting): \(.state) \(.note)"'; }

fresh cpus16 "$split"
for format in text json html sh k8s systemd prometheus; do
	run audit --format "$format"
	lacks "$format: no --cpuset beside the state file" '--cpuset' "$out"
done
run audit
says "the report says where the CPUs come from" \
	'start Redpanda with --smp 15 --memory [0-9]+M; rpk 25.3 and later takes its CPUs from /run/redpanda_node_tuner_state.yaml' \
	"$(tr -s ' \n' ' ' <<<"$out")"
run audit --format json
is "and JSON does" "null /run/redpanda_node_tuner_state.yaml" "$(jq -r '.start_options | "\(.cpuset) \(.state_file)"' "$work/out")"

# One that is there when redpanda.yaml gets its own CPUs is removed, and comes back with restore.
# The rest of the node is as it should be, so that only what is asked for decides the code.
"$THINTUNE" apply --root "$split" --profile "$work/split.yaml" --skip pinning >/dev/null 2>&1
expect "the state file is written" 0 "$THINTUNE" apply --root "$split" --profile "$work/split.yaml" --only pinning
is "it is there" yes "$([ -s "$state" ] && echo yes)"
mkdir -p "$split/etc/redpanda"
printf 'rpk:\n  additional_start_flags:\n  - --cpuset\n  - 2-15\n' >"$split/etc/redpanda/redpanda.yaml"
is "beside a --cpuset it is not wanted" \
	"rpk state file: skipped redpanda.yaml:3 says --cpuset 2-15, and rpk does not start Redpanda with both: remove it, and rpk reads CPUs 1-15 here
rpk state file, left over: differs null" "$(pinning)"
run audit
lacks "nothing is advised against redpanda.yaml" 'start Redpanda with.*--(cpuset|smp)' "$out"
says "what it says is shown with its line" 'redpanda.yaml starts Redpanda with --cpuset 2-15 \(line 3\)' "$out"
expect "apply takes it away" 0 "$THINTUNE" apply --root "$split" --profile "$work/split.yaml" --only pinning
is "it is gone" yes "$([ -e "$state" ] || echo yes)"
expect "a second apply has nothing to do" 0 "$THINTUNE" apply --root "$split" --profile "$work/split.yaml" --only pinning
is "and writes nothing" 0 "$("$THINTUNE" apply --root "$split" --profile "$work/split.yaml" --only pinning --format json | jq .run.writes)"
expect "restore" 0 "$THINTUNE" restore --root "$split"
is "leaves what was there before all: nothing" yes "$([ -e "$state" ] || echo yes)"

# A file that rpk itself made also rules out an advised --cpuset.
rm "$split/etc/redpanda/redpanda.yaml"
run audit --profile redpanda
says "shared CPUs are named" 'start Redpanda with .*--cpuset 0-15' "$(tr -s ' \n' ' ' <<<"$out")"
mkdir -p "$split/run"
printf 'cpusets:\n  redpanda_cpuset: "1"\n' >"$state"
run audit --profile redpanda
lacks "but not beside a state file" '--cpuset' "$out"
run "$THINTUNE" facts --root "$split"
says "which facts show" "rpk state file +/run/redpanda_node_tuner_state.yaml" "$out"
: >"$state"
run audit --profile redpanda
says "an empty one is none" 'start Redpanda with .*--cpuset 0-15' "$(tr -s ' \n' ' ' <<<"$out")"

# More shards than CPUs: no split, in no output.
printf 'rpk:\n  smp: 16\n' >"$split/etc/redpanda/redpanda.yaml"
run audit --format json
is "shards that have no place forbid the split" "skipped redpanda.yaml:2 says rpk.smp: 16, but only 15 CPUs would be left for Redpanda: lower it" \
	"$(jq -r '.settings[] | select(.setting == "placement") | "\(.state) \(.note)"' "$work/out")"
is "and all CPUs are Redpanda's" 0-15 "$(jq -r .placement.compute_cpus "$work/out")"
is "facts show the flag and its line" '[["rpk.smp","16",2]]' \
	"$("$THINTUNE" facts --root "$split" --format json | jq -c '[.redpanda.start_flags[] | [.flag, .value, .line]]')"

# A record plans the same ------------------------------------------------------------------------------
printf 'redpanda: {node_id: 7}\nrpk:\n  additional_start_flags:\n  - --cpuset=2-15 --memory=8G\n  - "--smp"\n  - 3\n  smp: 2\n  tune_cpu: false\n  license: SECRET\n' \
	>"$split/etc/redpanda/redpanda.yaml"
audit --format json | jq 'del(.run)' >"$work/first.json"
expect "a record of it" 0 "$THINTUNE" record --root "$split" "$work/split.node"
lacks "holds nothing else of the file" 'SECRET|node_id' "$(cat "$work/split.node")"
rm -rf "$split"
"$python" "$top/tests/nodes/unpack" "$work/split.node" "$split"
audit --format json | jq 'del(.run)' >"$work/second.json"
same "gives the same audit" "$work/first.json" "$work/second.json"
# What Redpanda is told of its disk -------------------------------------------------------------------
printf 'disks:\n- mountpoint: /var/lib/redpanda/data\n  read_iops: 1000\n  read_bandwidth: 1000000\n  write_iops: 1000\n  write_bandwidth: 1M\n' >"$split/etc/redpanda/io-config.yaml"
run "$THINTUNE" audit --root "$split" --verbose
says "an io-config.yaml beside redpanda.yaml is found" 'io-config .* /etc/redpanda/io-config.yaml +pass' "$out"
sed -i 's#/var/lib/redpanda/data#/mnt/other#' "$split/etc/redpanda/io-config.yaml"
run "$THINTUNE" audit --root "$split"
says "one of another directory does not count" 'io-config .*fail \(it is for /mnt/other' "$(tr -s ' \n' ' ' <<<"$out")"
printf 'rpk:\n  additional_start_flags: [--io-properties-file=/etc/redpanda/io-config.yaml]\n' >"$split/etc/redpanda/redpanda.yaml"
run "$THINTUNE" audit --root "$split"
says "a flag beside that file keeps Redpanda from starting" 'io-config .*fail \(/etc/redpanda/io-config.yaml is there as well' \
	"$(tr -s ' \n' ' ' <<<"$out")"
mv "$split/etc/redpanda/io-config.yaml" "$split/etc/redpanda/other.yaml"
sed -i 's#/io-config.yaml#/other.yaml#' "$split/etc/redpanda/redpanda.yaml"
run "$THINTUNE" audit --root "$split"
says "without it the flag counts" 'io-config .*fail \(it is for /mnt/other' "$(tr -s ' \n' ' ' <<<"$out")"

finish
