# SPDX-License-Identifier: Apache-2.0
"""What the operator's own code makes of our resources: the stretched variant as its multicluster mode renders it at each
provider, and what it would change of topics and users at its next look. Each function takes the project's folder and yields
sentences about what does not fit."""
import functools
import json
import os
import pathlib
import subprocess

import chart
import helm
import invariants
import manifests
import rendering
from invariants import dig

# What tests/deploy/operator/build makes.
PROGRAM = pathlib.Path(os.environ.get("THINTUNE_OPERATOR_SAYS") or helm.CACHE.parent / "operator/operator-says")
# How a broker describes what our topics ask for.
DESCRIBED = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", "write.caching": "false",
             "message.timestamp.type": "CreateTime", "max.message.bytes": "2097152"}
# Redpanda's answers to whoever deletes a topic of kafka_nodelete_topics: today's says nothing of it.
REFUSED = {"NOTHING", "TOPIC_AUTHORIZATION_FAILED"}


def why_not():
    if not PROGRAM.is_file():
        return "the operator's source was not built (tests/deploy/operator/build; THINTUNE_OPERATOR_SAYS names what it makes)"
    return None if rendering.KUBECTL else "a kubectl of 1.21 or newer is not here"


@functools.lru_cache(maxsize=64)
def _kustomized(path, _changed):
    return subprocess.run([rendering.KUBECTL, "kustomize", path], capture_output=True, text=True, check=True).stdout


def _documents(top, name):
    """Made anew when a file below deploy/cluster is another."""
    changed = tuple((str(p), p.read_text()) for p in sorted((top / "deploy/cluster").rglob("*.yaml")))
    return list(rendering.yaml_documents(_kustomized(top / "deploy/cluster" / name, changed)))


@functools.lru_cache(maxsize=64)
def _said(text, *arguments):
    result = subprocess.run([PROGRAM, *arguments], input=text, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return result.stdout


def _say(documents, *arguments):
    return _said("\n---\n".join(map(json.dumps, documents)), *arguments)


def pools(top):
    """{provider: its pool as it is applied}"""
    return {p: next(d for d in _documents(top, f"stretch/overlays/{p}") if d["kind"] == "RedpandaBrokerPool") for p in invariants.PROVIDERS}


def rendered(top, provider):
    cluster = next(d for d in _documents(top, f"stretch/overlays/{provider}") if d["kind"] == "StretchCluster")
    return list(rendering.yaml_documents(_say([cluster, *pools(top).values()], "render", provider)))


def _of_kind(top, provider, kind):
    return [d for d in rendered(top, provider) if d["kind"] == kind]


def _pod(top, provider):
    return _of_kind(top, provider, "StatefulSet")[0]["spec"]["template"]


def _plain(value):
    """Without what only the API's own types add: 1 as text, a divisor of none."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key != "divisor"}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool) or not isinstance(value, int) else str(value)


def bootstrap_problems(top):
    """Every key is rendered as written at all providers, no listener beside those that are, one budget."""
    cluster = manifests.of_kind(top, "StretchCluster")[0]["spec"]
    for provider in invariants.PROVIDERS:
        maps = [m["data"] for m in _of_kind(top, provider, "ConfigMap")]
        yield from (f"{provider}: {problem}" for problem in chart.listener_problems(maps[0]["redpanda.yaml"]))
        budgets = [b["spec"].get("maxUnavailable") for b in _of_kind(top, provider, "PodDisruptionBudget")]
        if budgets != [1]:
            yield f"{provider}: disruption budgets {budgets}"
        got = {key: json.loads(value) for key, value in json.loads(maps[0][".bootstrap.json.in"]).items()}
        wanted = {**cluster["config"]["cluster"], "enable_sasl": True, "kafka_enable_authorization": True, "cloud_storage_enabled": False}
        for key, value in wanted.items():
            if got.get(key) != value or isinstance(got[key], bool) != isinstance(value, bool):
                yield f"{provider}: {key}: {value!r} is written, {got.get(key)!r} is rendered"


def pod_problems(top):
    for provider, pool in pools(top).items():
        want, pod = dig(pool, "spec.podTemplate.spec"), _pod(top, provider)["spec"]
        problems = [*chart.unfit(rendered(top, provider)), *chart.pod_problems(_plain(want), _plain(pod)), *chart.hook_problems(pod),
                    *chart.credentials_problems(pod, f"thin-ledger-brokers-{provider}", manifests.of_kind(top, "StretchCluster")[0]["spec"])]
        for key in ("affinity", "nodeSelector", "tolerations", "topologySpreadConstraints", "terminationGracePeriodSeconds"):
            if pod.get(key) != want[key]:
                problems.append(f"{key}: {pod.get(key)}, wanted {want[key]}")
        for container in pod["initContainers"] + pod["containers"]:
            resources = container.get("resources") or {}
            if not resources.get("requests") or resources["requests"] != resources.get("limits"):
                problems.append(f"container {container['name']} makes the pod Burstable: {resources}")
        yield from (f"{provider}: {problem}" for problem in problems)


def monitor_problems(top):
    """Prometheus finds each broker once, in its own cluster, and believes its certificate."""
    made = {f"{provider}: the operator's own {d['kind']} reads the brokers as well" for provider in invariants.PROVIDERS
            for d in rendered(top, provider) if d["kind"] in ("ServiceMonitor", "PodMonitor")}
    yield from sorted(made)
    monitor = next(m for m in manifests.of_kind(top, "PodMonitor") if m["metadata"]["name"] == "redpanda")["spec"]
    endpoint = monitor["podMetricsEndpoints"][0]
    for provider in invariants.PROVIDERS:
        template = _pod(top, provider)
        if not invariants.matches(monitor["selector"], template["metadata"]["labels"]):
            yield f"{provider}: no monitor selects {template['metadata']['labels']}"
        ports = [p["name"] for c in template["spec"]["containers"] for p in c.get("ports", [])]
        if ports.count(endpoint["port"]) != 1:
            yield f"{provider}: a broker has {ports}, Prometheus reads {endpoint['port']}"
        authority = {dig(i, "spec.ca.secretName") for i in _of_kind(top, provider, "Issuer")}
        if authority != {endpoint["tlsConfig"]["ca"]["secret"]["name"]}:
            yield f"{provider}: certificates are signed by {authority}"
        names = [name for c in _of_kind(top, provider, "Certificate") for name in c["spec"]["dnsNames"]]
        if endpoint["tlsConfig"]["serverName"] not in names:
            yield f"{provider}: the certificate is for {names}"
    listed = [m["metadata"]["name"] for m in manifests.of_kind(top, "ServiceMonitor") if m["metadata"]["namespace"] == "thin-ledger"]
    yield from (f"{name} reads the brokers' Services as well" for name in listed)


def compare(top):
    """What the operator would change of topics and users that are as we wrote them."""
    resources = [d for d in _documents(top, "topics") if d["kind"] in ("Topic", "User")]
    described = dict(DESCRIBED)
    if dig(chart.written(top), "config.cluster.write_caching_default") == "disabled":
        described["write.caching"] = "disabled"
    topics = {d["metadata"]["name"]: described for d in resources if d["kind"] == "Topic"}
    users = {d["metadata"]["name"]: "SCRAM-SHA-512" for d in resources if d["kind"] == "User"}
    return json.loads(_say([*resources, {"topics": topics, "users": users}], "compare"))


def converged_problems(top):
    said = compare(top)
    forgets = said.pop("forgets")
    for name, change in said.items():
        if change not in ({"set": {}, "deleted": {}}, {"credential": True, "created": 0, "deleted": 0}):
            yield f"{name} is changed at every look: {change}"
    if REFUSED & set(forgets):
        yield f"a Topic whose deletion is refused ({REFUSED & set(forgets)}) is gone from Kubernetes, and nobody is told"


ALL = {
    "every key of the stretched cluster's configuration is rendered as written, at each provider": bootstrap_problems,
    "brokers of the stretched cluster are as written: thintune, drain, credentials, Guaranteed": pod_problems,
    "Prometheus finds each broker of the stretched cluster once": monitor_problems,
    "the operator leaves topics and users alone, and keeps a protected Topic": converged_problems,
}
