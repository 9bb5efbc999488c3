# SPDX-License-Identifier: Apache-2.0
"""What kubectl makes of every kustomization below deploy/, what must hold of it, and the file that is made of one."""
import re
import shutil
import subprocess

import invariants
import manifests


def _kubectl():
    """kubectl that renders as today's do (1.21 and later), or None."""
    kubectl = shutil.which("kubectl")
    if not kubectl:
        return None
    shown = subprocess.run([kubectl, "kustomize", "--help"], capture_output=True, text=True, check=False)
    return kubectl if "--load-restrictor" in shown.stdout else None


KUBECTL = _kubectl()
POOL = "thin-ledger.example/thintune-pool"


def overlay_problems(name, document):
    """A patch whose target is misspelt is no error to kubectl: it changes nothing."""
    meta, kind = document["metadata"], document["kind"]
    provider = name.rpartition("overlays/")[2]
    if kind == "RedpandaBrokerPool" and "overlays/" in name:
        selector = invariants.dig(document, "spec.podTemplate.spec.nodeSelector")
        if meta["name"] != f"brokers-{provider}" or selector.get(invariants.PROVIDER) != provider:
            yield f"pool {meta['name']} on nodes {selector}, wanted those of {provider}"
    if kind in ("Topic", "User"):
        wanted = {"name": "thin-ledger"}
        if name.startswith("cluster/stretch"):
            wanted.update(group="cluster.redpanda.com", kind="StretchCluster")
        if invariants.dig(document, "spec.cluster.clusterRef") != wanted:
            yield f"{meta['name']} belongs to {invariants.dig(document, 'spec.cluster.clusterRef')}, wanted {wanted}"
    if name.startswith("cluster/") and kind != "Namespace" and meta.get("namespace") != "thin-ledger":
        yield f"{meta['name']} is in the namespace {meta.get('namespace')}"


def made_problems(top):
    """The one file of the ledger's cluster is what its script makes of the kustomization."""
    result = subprocess.run([top / "deploy/cluster/render"], capture_output=True, text=True, check=False)
    if result.returncode or result.stderr:
        yield result.stderr
    elif result.stdout != (top / "deploy" / manifests.MADE).read_text():
        yield f"deploy/{manifests.MADE} is not what deploy/cluster/render makes of deploy/cluster/base"


def same_problems(top):
    """And that is what kubectl makes of it, object by object."""
    made = (top / "deploy" / manifests.MADE).read_text()
    rendered = subprocess.run([KUBECTL, "kustomize", top / "deploy/cluster/base"], capture_output=True, text=True, check=True).stdout
    one, other = ({(d["kind"], d["metadata"]["name"]): d for d in yaml_documents(text)} for text in (made, rendered))
    for kind, name in one.keys() | other.keys():
        if one.get((kind, name)) != other.get((kind, name)):
            yield f"deploy/{manifests.MADE}: {kind} {name} is not what kubectl makes of deploy/cluster/base"


def registry_problems(top):
    """Whatever starts thintune takes its image from the one place that says where it is."""
    image = next(manifests.load(top / "deploy/components/image/image.yaml"))["imageTag"]["newName"]
    for path in sorted(p.parent for p in (top / "deploy").rglob("kustomization.yaml")):
        shown = subprocess.run([KUBECTL, "kustomize", path], capture_output=True, text=True, check=True).stdout
        for found in set(re.findall(r"(?:image|reference): (\S*thintune:\S*)", shown)):
            if not found.startswith(f"{image}:"):
                yield f"{path.relative_to(top)}: {found}, wanted {image}"


def yaml_documents(text):
    return filter(None, manifests.yaml.load_all(text, Loader=manifests.UniqueLoader))


def rendered(path):
    return list(yaml_documents(subprocess.run([KUBECTL, "kustomize", path], capture_output=True, text=True, check=True).stdout))


# DaemonSets of deploy/tuning that watch nodes; one of them on each.
WATCHERS = ("agent", "audit", "canary")


def node_problems(top):
    """Nothing about nodes counts them, and no two tuners come to one node: whoever has a pool has its nodes alone."""
    pools, agents = {}, {}
    for name in WATCHERS:
        documents = rendered(top / "deploy/tuning/overlays" / name)
        yield from (f"{name}: a {d['kind']} counts its pods by hand" for d in documents if d["kind"] in ("Job", "CronJob"))
        sets = [d for d in documents if d["kind"] == "DaemonSet"]
        pod = sets[0]["spec"]["template"]
        terms = invariants.dig(pod, "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", [])
        excluded = [e["key"] for term in terms for e in term["matchExpressions"] if e["operator"] == "DoesNotExist"]
        arguments = {c["name"]: [a.replace(f"/{name}.yaml", "/node.yaml") for a in c["args"]]
                     for key in ("initContainers", "containers") for c in pod["spec"].get(key, [])}
        agents = arguments if name == "agent" else agents
        if name == "canary" and arguments != agents:
            yield f"canary: {arguments}, and the agent {agents}"
        pools[name] = pod["spec"]["nodeSelector"].get(POOL), excluded, sets[0]["spec"]["selector"]["matchLabels"]
        monitor = next(m for m in manifests.of_kind(top, "PodMonitor") if m["metadata"]["name"] == "thintune")["spec"]
        read = monitor["podMetricsEndpoints"][0]["port"]
        ports = [p["containerPort"] for c in pod["spec"]["containers"] for p in c.get("ports", []) if p["name"] == read]
        if len(sets) != 1 or len(ports) != 1:
            yield f"{name}: {len(sets)} DaemonSets, ports {ports} named {read}"
        wanted = monitor["selector"]["matchExpressions"][0]
        if pod["metadata"]["labels"].get(wanted["key"]) not in wanted["values"] or monitor["namespaceSelector"]["matchNames"] != ["thintune"]:
            yield f"{name}: no PodMonitor reads it"
    if any(pools[name][:2] != (None, [POOL]) for name in ("agent", "audit")) or pools["canary"][:2] != ("canary", []):
        yield f"nodes of a pool are not its own: {pools}"
    if pools["agent"][2].items() <= pools["canary"][2].items():
        yield "the agent's DaemonSet selects the pods of the canary's"


def problems(top):
    """deploy/tuning has tests of its own; deploy/components is part of others."""
    for path in sorted(p.parent for p in (top / "deploy").rglob("kustomization.yaml")):
        name = str(path.relative_to(top / "deploy"))
        if name.startswith(("tuning", "components")):
            continue
        result = subprocess.run([KUBECTL, "kustomize", str(path)], capture_output=True, text=True, check=False)
        if result.returncode or result.stderr:
            yield f"{name}: {result.stderr}"
            continue
        for document in yaml_documents(result.stdout):
            found = [*invariants.image_problems(document), *overlay_problems(name, document)]
            if manifests.SCHEMAS.is_dir():
                found += manifests.schema_problems(document)
            yield from (f"{name}: {document['kind']}: {text}" for text in found)
