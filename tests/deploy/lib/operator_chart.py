# SPDX-License-Identifier: Apache-2.0
"""What the vendor's chart makes of the commands that install the operator, beside deploy/operator. Each function takes the
project's folder and yields sentences about what does not fit the rest of deploy/."""
import itertools
import os
import pathlib
import re

import helm
import manifests
from invariants import PROVIDERS, dig, matches

CHART = pathlib.Path(os.environ.get("THINTUNE_OPERATOR_CHART") or helm.CACHE / "operator")
NAMESPACE = "redpanda-system"
# page: how its command begins
COMMANDS = {
    "deploy/operator/README.md": "helm upgrade --install redpanda-operator redpanda/operator",
    "docs/platform.md": "helm --kube-context azure upgrade --install redpanda-operator redpanda/operator",
}


def why_not():
    return helm.why_not(CHART, "values.yaml", "THINTUNE_OPERATOR_CHART")


def rendered(top):
    """(page, what its command renders) of each."""
    for page, start in COMMANDS.items():
        release, arguments = helm.command(top / page, start)
        yield page, helm.render(CHART, release, NAMESPACE, "", arguments)


def _operators(documents):
    return [d["spec"]["template"] for d in documents if d["kind"] == "Deployment"]


def policy_problems(top):
    """The brokers' network policy lets in the operator, whoever made its pod."""
    policies = [p["spec"] for p in manifests.of_kind(top, "NetworkPolicy")]
    peers = [peer for rule in policies[0]["ingress"] for peer in rule["from"]
             if dig(peer, "namespaceSelector.matchLabels") == {"kubernetes.io/metadata.name": NAMESPACE}]
    ours = [d["spec"]["template"] for d in manifests.of_kind(top, "Deployment") if d["metadata"]["namespace"] == NAMESPACE]
    for page, documents in [("deploy/operator", None), *rendered(top)]:
        for pod in ours if documents is None else _operators(documents):
            labels = pod["metadata"]["labels"]
            if not any(matches(peer["podSelector"], labels) for peer in peers):
                yield f"{page}: the operator's pods, {labels}, are not let in to the brokers"


def monitor_problems(top):
    """Each operator is scraped once, by our monitor, and by an account that may."""
    monitor = next(m["spec"] for m in manifests.of_kind(top, "ServiceMonitor") if m["metadata"]["namespace"] == NAMESPACE)
    for page, documents in rendered(top):
        services = [d for d in documents if d["kind"] == "Service" and matches(monitor["selector"], d["metadata"]["labels"])]
        read = [(d["metadata"]["name"], p["name"]) for d in services for p in d["spec"]["ports"]
                if p["name"] in [e["port"] for e in monitor["endpoints"]]]
        if len(read) != 1:
            yield f"{page}: Prometheus reads {read} of the operator"
        for pod in _operators(documents):
            selected = [d for d in services if d["spec"]["selector"].items() <= pod["metadata"]["labels"].items()]
            if not selected:
                yield f"{page}: no Service has the pods {pod['metadata']['labels']}"
        yield from (f"{page}: counted twice, by {d['metadata']['name']} as well" for d in documents if "Monitor" in d["kind"])
    rules = [rule for r in manifests.of_kind(top, "ClusterRole") if "reader" in r["metadata"]["name"] for rule in r["rules"]]
    if rules != [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]:
        yield f"who may read metrics: {rules}"


def _rights(rules):
    for rule in rules:
        yield from itertools.product(rule.get("apiGroups", []), rule.get("resources", []), rule["verbs"])


def right_problems(top):
    """Our one role grants nothing that the chart's do not."""
    _, documents = next(rendered(top))
    theirs = {right for d in documents if d["kind"] in ("ClusterRole", "Role") for right in _rights(d["rules"])}
    ours = next(r for r in manifests.of_kind(top, "ClusterRole") if r["metadata"]["name"] == "redpanda-operator")
    for group, resource, verb in sorted(set(_rights(ours["rules"])) - theirs):
        yield f"{verb} {resource}.{group} is not among the chart's rights"


def argument_problems(top):
    """Our operator starts as the chart's does."""
    _, documents = next(rendered(top))
    theirs = set(_operators(documents)[0]["spec"]["containers"][0]["args"])
    ours = next(d for d in manifests.of_kind(top, "Deployment") if d["metadata"]["name"] == "redpanda-operator")
    ours = set(ours["spec"]["template"]["spec"]["containers"][0]["args"])
    strip = {re.sub(r"(tag)=.*", r"\1", a) for a in ours}, {re.sub(r"(tag)=.*", r"\1", a) for a in theirs}
    if strip[0] - strip[1] != {"--enable-console=false"}:
        yield f"only here: {sorted(strip[0] - strip[1])}"
    if strip[1] - strip[0] != {"--enable-console=true", "--enable-shadowlinks=true", "--enable-connect=false", "--connect-monitoring-enabled=false"}:
        yield f"only in the chart: {sorted(strip[1] - strip[0])}"


def multicluster_problems(top):
    """The stretched variant's operator is the multicluster one, finds its certificate, and knows the three providers."""
    documents = dict(rendered(top))["docs/platform.md"]
    operator = next(d for d in documents if d["kind"] == "Deployment")
    arguments = operator["spec"]["template"]["spec"]["containers"][0]["args"]
    names = [a.partition("=")[2] for a in arguments if a.startswith("--name=")]
    peers = sorted(re.findall(r"--peer=(\w+)://", " ".join(arguments)))
    if arguments[0] != "multicluster" or names != [operator["metadata"]["name"]]:
        yield f"{operator['metadata']['name']} starts as {arguments[0]} {names}"
    if peers != sorted(PROVIDERS) or not set(names) <= set(peers):
        yield f"{names} has the peers {peers}"
    if "--disable-telemetry" not in arguments or not any(a.startswith("--license-file-path=") for a in arguments):
        yield f"it reports to the vendor, or has no licence: {arguments}"


def named_problems(top):
    """Every workload of the chart is in deploy/operator, or its README names it as left out."""
    _, documents = next(rendered(top))
    page = (top / "deploy/operator/README.md").read_text()
    for document in documents:
        command = dig(document, "spec.template.spec.containers") or [{}]
        words = " ".join((command[0].get("command") or []) + (command[0].get("args") or [])[:1])
        if document["kind"] == "Job" and f"`{words.rpartition(' ')[2]}`" not in page:
            yield f"the job {document['metadata']['name']} ({words}) is not named"


ALL = {
    "the brokers' network policy lets in the operator, whoever installed it": policy_problems,
    "each operator is scraped once, by an account that may": monitor_problems,
    "our role has no right that the chart's have not": right_problems,
    "our operator starts with the chart's arguments": argument_problems,
    "the stretched variant's operator is the multicluster one, with its peers": multicluster_problems,
    "each job of the chart is here or named as left out": named_problems,
}
