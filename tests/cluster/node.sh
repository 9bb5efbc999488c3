# shellcheck shell=bash
# A Kubernetes cluster of one node, in namespaces of its own: nothing of it is reached from outside, and all of it ends with
# the script that sourced this, which has to be the first process of a new PID, mount and network namespace.
# shellcheck disable=SC2154 # the caller's
# Needs $tools (what `tools` prints) and $state, an empty directory. Sourced, never run.

address=192.0.2.1 # for documentation (RFC 5737)
registry=127.0.0.1:5000

# start NAME COMMAND...: in the background; its output is kept
start() {
	local name=$1
	shift
	"$@" >"$state/$name.log" 2>&1 &
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

listens() { : <"/dev/tcp/${1/://}"; } # ADDRESS:PORT

# Its first process, whose end is told only after that of all others; or unshare, where there is none yet.
stop_inside() {
	local first=''
	read -r first _ <"/proc/$inside/task/$inside/children" || true
	kill -KILL "${first:-$inside}" || true
} 2>/dev/null

# The calling script once more, as the first process of new namespaces, so that everything ends with it; also when
# this one is told to end.
in_namespaces() {
	local code=0 inside='' stopped=
	trap 'stopped=1; [[ ! $inside ]] || stop_inside' HUP INT QUIT TERM
	unshare --mount --pid --net --fork --kill-child --propagation private "$0" --inside &
	inside=$!
	[[ ! $stopped ]] || stop_inside
	wait "$inside" || code=$?
	# Each signal ends a wait early.
	while kill -0 "$inside" 2>/dev/null; do wait "$inside" || code=$?; done
	trap '' HUP INT QUIT TERM # what is put back now is not to be stopped
	return $code
}

kubeconfig() { # NAME TOKEN
	cat >"$state/$1.kubeconfig" <<-END
		apiVersion: v1
		kind: Config
		clusters: [{name: c, cluster: {server: "https://$address:6443", certificate-authority: $state/pki/apiserver.crt}}]
		users: [{name: u, user: {token: $2}}]
		contexts: [{name: c, context: {cluster: c, user: u}}]
		current-context: c
	END
}

prepare_network() {
	ip link set lo up
	ip address add "$address/32" dev lo
	# Programs that ask for the way to elsewhere get an answer; there is no elsewhere.
	ip link add uplink type bridge
	ip link set uplink up
	ip address add 198.51.100.1/24 dev uplink
	ip route add default via 198.51.100.254 dev uplink
}

control_plane() {
	openssl genrsa -out "$state/accounts.key" 2048 2>/dev/null
	printf 'administrator,administrator,1,system:masters\nnode,system:node:node,2,system:nodes\n' >"$state/tokens"
	start etcd etcd --data-dir "$state/etcd" --listen-client-urls http://127.0.0.1:2379 \
		--advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
	start kube-apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 --cert-dir "$state/pki" \
		--bind-address "$address" --advertise-address "$address" --secure-port 6443 \
		--service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range 203.0.113.0/24 \
		--service-account-key-file "$state/accounts.key" --service-account-signing-key-file "$state/accounts.key" \
		--token-auth-file "$state/tokens" --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
		--feature-gates ImageVolume=true --allow-privileged --kubelet-preferred-address-types InternalIP
	kubeconfig administrator administrator
	kubeconfig node node
	export KUBECONFIG=$state/administrator.kubeconfig KUBECACHEDIR=$state/kubectl
	until_true 180 kubectl get --raw /readyz || return 1
	start kube-controller-manager kube-controller-manager --kubeconfig "$KUBECONFIG" --leader-elect=false \
		--service-account-private-key-file "$state/accounts.key" --root-ca-file "$state/pki/apiserver.crt" \
		--flex-volume-plugin-dir "$state/volumes"
	start kube-scheduler kube-scheduler --kubeconfig "$KUBECONFIG" --leader-elect=false
	until_true 60 listens 127.0.0.1:10257 && until_true 60 listens 127.0.0.1:10259
}

container_runtime() {
	mkdir -p "$state/net.d"
	cat >"$state/net.d/10-pods.conflist" <<-END
		{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "pods", "isGateway": true,
		"ipam": {"type": "host-local", "dataDir": "$state/addresses", "ranges": [[{"subnet": "198.18.0.0/24"}]]}}]}
	END
	cat >"$state/containerd.toml" <<-END
		version = 2
		root = "$state/containerd"
		state = "/run/containerd"
		[grpc]
		address = "/run/containerd/containerd.sock"
		[plugins."io.containerd.internal.v1.opt"]
		path = "$state/opt"
		[plugins."io.containerd.grpc.v1.cri"]
		sandbox_image = "registry.k8s.io/pause:3.10"
		# Not everybody who is root may lower it.
		restrict_oom_score_adj = true
		[plugins."io.containerd.grpc.v1.cri".cni]
		bin_dir = "$tools/cni"
		conf_dir = "$state/net.d"
		[plugins."io.containerd.grpc.v1.cri".registry]
		config_path = "$state/mirrors"
	END
	# What others publish is asked for here; there is no elsewhere.
	mkdir -p "$state/mirrors/_default"
	printf '[host."http://%s"]\n' "$registry" >"$state/mirrors/_default/hosts.toml"
	start containerd containerd --config "$state/containerd.toml"
	printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' "$state/registry" "$registry" \
		>"$state/registry.yaml"
	start registry docker-registry serve "$state/registry.yaml"
	mkdir -p /etc/containers/registries.conf.d
	printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$registry" >/etc/containers/registries.conf.d/here.conf
	until_true 60 ctr version && until_true 60 listens "$registry"
}

node() {
	cat >"$state/kubelet.yaml" <<-END
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		address: $address
		authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
		authorization: {mode: AlwaysAllow}
		cgroupDriver: cgroupfs
		# A container with whole CPUs has them alone; what is kept back leaves one to the others.
		cpuManagerPolicy: static
		kubeReserved: {cpu: 500m}
		containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
		enforceNodeAllocatable: []
		evictionHard: {memory.available: 1Mi}
		failSwapOn: false
		imageGCHighThresholdPercent: 100
		makeIPTablesUtilChains: false
		podLogsDir: $state/pods
		# Stand-ins look for no names.
		resolvConf: ""
		volumePluginDir: $state/volumes
	END
	start kubelet kubelet --config "$state/kubelet.yaml" --kubeconfig "$state/node.kubeconfig" \
		--hostname-override node --node-ip "$address"
	until_true 120 kubectl wait --for=condition=Ready node/node --timeout=1s
}
