# SPDX-License-Identifier: Apache-2.0
"""Names that several files have to agree on: labels of nodes and targets, directories, accounts, lists of files. Each
function takes the project's folder and yields sentences about what is wrong."""
import json
import re

import dashboards
import manifests
import rules
import tap
from invariants import BROKER_LABELS, PROVIDER, broker_specs, configurations, dig, meant, pod_templates

MONITORING = "deploy/monitoring"
PATHS = {"redpanda": "https/public_metrics", "cockroachdb": "https/_status/vars", "thin-ledger-node-exporter": "http",
         "redpanda-operator": "https/metrics", "thintune": "http/metrics"}
# Those that run beside the platform's own nodes have no provider.
ELSEWHERE = {"cockroachdb", "redpanda-operator"}


def page(top):
    return (top / "docs/platform.md").read_text()


def _ours(top, kind):
    return [r for path, r in manifests.resources(top) if r["kind"] == kind and MONITORING in str(path)]


def target_problems(top):
    """Targets carry the labels that rules and dashboards ask for."""
    given = {}
    source = "__meta_kubernetes_node_label_" + re.sub(r"\W", "_", PROVIDER)
    for monitor in _ours(top, "ServiceMonitor") + _ours(top, "PodMonitor"):
        name, endpoint = monitor["metadata"]["name"], (monitor["spec"].get("endpoints") or monitor["spec"]["podMetricsEndpoints"])[0]
        labels = {r["targetLabel"]: r.get("replacement") or r["sourceLabels"] for r in endpoint["relabelings"]}
        given[labels.get("job")] = endpoint.get("scheme", "http") + endpoint.get("path", "")
        # Rates over two minutes, the shortest that rules have, want more than two samples.
        if endpoint["interval"] not in ("15s", "30s"):
            yield f"{name}: read every {endpoint['interval']}"
        wanted = {"node": ["__meta_kubernetes_pod_node_name"], "provider": [source]}
        if labels.get("job") not in ELSEWHERE and {k: labels.get(k) for k in wanted} != wanted:
            yield f"{name}: labels {labels}, wanted {wanted}"
        if "provider" in labels and not dig(monitor, "spec.attachMetadata.node"):
            yield f"{name}: labels of nodes are not attached"
    if given != PATHS:
        yield f"jobs and paths {given}, wanted {PATHS}"
    asked = " ".join([r["expr"] for g in rules.groups(top) for r in g["rules"]] + [e for _, _, e in dashboards.expressions(top)])
    for job in set(re.findall(r'job="([^"]+)"', asked)) - set(given):
        yield f"no target has the job {job}"


def node_problems(top):
    """Pods go to the nodes that the page labels and taints, and brokers are found by the labels that they have."""
    provider, broker = re.search(r"kubectl label node NODE (\S+)=azure (\S+)=true", page(top)).groups()
    taint = re.search(r"kubectl taint node NODE (\S+)=true:NoSchedule", page(top)).group(1)
    if provider != PROVIDER:
        yield f"docs/platform.md labels nodes with {provider}"
    pods = [(kind, pod) for kind, _, _, pod in broker_specs(top)]
    pods += [(p["name"], p["spec"]) for p in pod_templates(top) if p["name"].startswith("DaemonSet")]
    tuner = top / "deploy/tuning/overlays/daemonset/daemonset.yaml"
    pods += [("the node tuner", dig(r, "spec.template.spec")) for r in manifests.load(tuner)]
    if f"kubectl label node NODE {broker}=true\n" not in (top / "docs/kubernetes.md").read_text():
        yield f"docs/kubernetes.md does not tell how nodes get {broker}"
    for name, pod in pods:
        if pod.get("nodeSelector") != {broker: "true"}:
            yield f"{name}: runs on nodes {pod.get('nodeSelector')}, wanted those with {broker}"
        if not any(t.get("key", taint) == taint and t.get("effect", "NoSchedule") == "NoSchedule" for t in pod["tolerations"]):
            yield f"{name}: does not tolerate {taint}"
    for kind, _, _, pod in broker_specs(top):
        for rule in pod["topologySpreadConstraints"] if kind == "Redpanda" else []:
            if rule["labelSelector"]["matchLabels"] != BROKER_LABELS:
                yield f"{kind}: spreads {rule['labelSelector']}, which no broker is"


def storage_problems(top):
    made = re.search(r"kind: StorageClass\nmetadata: {name: (\S+)}", page(top)).group(1)
    classes = {dig(r, f"spec.{prefix}storage.persistentVolume.storageClass")
               for kind, prefix in (("Redpanda", "clusterSpec."), ("StretchCluster", "")) for r in manifests.of_kind(top, kind)}
    if classes != {made}:
        yield f"brokers ask for {classes}, docs/platform.md makes {made}"


def textfile_problems(top):
    """thintune writes where node-exporter reads."""
    pod = next(p["spec"] for p in pod_templates(top) if p["name"] == "DaemonSet node-exporter")
    container = pod["containers"][0]
    directory = next(a.split("=")[1] for a in container["args"] if a.startswith("--collector.textfile.directory="))
    volume = next((m["name"] for m in container["volumeMounts"] if m["mountPath"] == directory), None)
    read = next((v["hostPath"]["path"] for v in pod["volumes"] if v["name"] == volume), None)
    unit = (tap.TOP / "systemd/thintune-audit.service").read_text()
    written = re.search(r"--output (\S+)/\S+\.prom\b", unit).group(1)
    if read != written:
        yield f"node-exporter reads {read}, thintune-audit.service writes to {written}"


def security_problems(top):
    """A namespace lets in what runs in it, and no more."""
    hosts = {"thin-ledger"} if any("hostPath" in json.dumps(pod) for _, _, _, pod in broker_specs(top)) else set()
    hosts |= {p["namespace"] for p in pod_templates(top) if "hostPath" in json.dumps(p["spec"]) or p["spec"].get("hostNetwork")}
    for namespace in manifests.of_kind(top, "Namespace"):
        name = namespace["metadata"]["name"]
        level = namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        if level != ("privileged" if name in hosts else "restricted"):
            yield f"the namespace {name} enforces {level}"


def prometheus_problems(top):
    """What Prometheus and Grafana have to find, they find."""
    for path, resource in manifests.resources(top):
        if resource["kind"] in ("ServiceMonitor", "PodMonitor", "PrometheusRule") \
                and resource["metadata"].get("labels", {}).get("app.kubernetes.io/part-of") != "thin-ledger":
            yield f"{path.name}: {resource['metadata']['name']} is not selected by Prometheus"
    kustomization = manifests.yaml.safe_load((top / MONITORING / "kustomization.yaml").read_text())
    generator = kustomization["configMapGenerator"][0]
    for folder, listed in (("rules", kustomization["resources"]), ("dashboards", generator["files"])):
        for path in (top / MONITORING / folder).iterdir():
            if f"{folder}/{path.name}" not in listed:
                yield f"{folder}/{path.name} is not applied"
    if generator["options"]["labels"] != {"grafana_dashboard": "1"}:
        yield f"Grafana does not find dashboards by {generator['options']['labels']}"
    kept = int(re.search(r"prometheusSpec\.retention=(\d+)d", page(top)).group(1))
    asked = "".join(p.read_text() for folder in ("rules", "dashboards") for p in (top / MONITORING / folder).iterdir())
    longest = max(int(days) for days in re.findall(r"(?:\[|_avg)(\d+)d", asked))
    if kept <= longest:
        yield f"Prometheus keeps {kept} days, {longest} are asked for"
    account = re.search(r"prometheus\.serviceAccount\.name=(\S+)", page(top)).group(1)
    roles = {r["metadata"]["name"] for r in manifests.of_kind(top, "ClusterRole")}
    for binding in _ours(top, "ClusterRoleBinding"):
        if binding["subjects"] != [{"kind": "ServiceAccount", "name": account, "namespace": "monitoring"}] or binding["roleRef"]["name"] not in roles:
            yield f"{binding['metadata']['name']}: {binding['subjects']}, wanted the account {account} and a role that is there"


# What the runbook of a full disk lends, and how far it stays away from what is free.
LENT = {90 << 30, 10 << 30}


def limit_problems(top):
    """Runbooks name the limit of free space that is configured, 5 % of the volume, and its fifth, 1 %."""
    limit = meant(*next(iter(configurations(top)))[2:])["storage_min_free_bytes"]
    for name in ("RedpandaDiskSpaceLow.md", "RedpandaWritesRejected.md"):
        text = (top / "docs/runbooks" / name).read_text()
        strange = {int(n) for n in re.findall(r"\b\d{9,}\b", text)} - {limit, limit // 5} - LENT
        if strange or str(limit) not in text:
            yield f"{name}: {strange}, and the limit is {limit}"


ALL = {
    "runbooks name the limit of free space that is configured": limit_problems,
    "targets carry the labels that rules and dashboards ask for": target_problems,
    "pods go to the nodes that the page labels and taints": node_problems,
    "brokers ask for the storage that the page makes": storage_problems,
    "thintune writes where node-exporter reads": textfile_problems,
    "namespaces let in what runs in them and no more": security_problems,
    "Prometheus and Grafana find what is theirs": prometheus_problems,
}
