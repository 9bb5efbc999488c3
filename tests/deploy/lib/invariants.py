# SPDX-License-Identifier: Apache-2.0
"""What must hold between manifests and what no schema knows. Each function takes the project's folder and
yields sentences about what is wrong."""
import importlib.machinery
import importlib.util
import json
import re

import manifests

PROVIDER = "thin-ledger.example/provider"
PROVIDERS = ["aws", "azure", "onprem"]
# What the operator's chart calls the pods of a Redpanda named thin-ledger.
BROKER_LABELS = {"app.kubernetes.io/name": "redpanda", "app.kubernetes.io/instance": "thin-ledger",
                 "app.kubernetes.io/component": "redpanda-statefulset"}
# What the operator's pod has: names from the chart's source. A container left out of the list of those
# with resources makes the whole pod Burstable.
BROKER_POD = {"thintune", "redpanda-configurator", "bootstrap-yaml-envsubst", "redpanda", "sidecar"}
# Services that others make: the operator's chart, in place of ours, and CockroachDB's chart.
FOREIGN_SERVICES = [
    {"namespace": "redpanda-system", "instead": "redpanda-operator-metrics", "labels": {"app.kubernetes.io/name": "operator"}, "ports": {"https"}},
    {"namespace": "cockroachdb",
     "labels": {"app.kubernetes.io/name": "cockroachdb", "app.kubernetes.io/component": "cockroachdb"},
     "ports": {"grpc", "http"}},
]
LEDGER_TOPIC = {
    "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", "write.caching": "false",
    "message.timestamp.type": "CreateTime",
}
LEDGER_CONFIG = {
    "default_topic_replications": 3, "minimum_topic_replications": 3, "internal_topic_replication_factor": 3,
    "enable_rack_awareness": True, "write_caching_default": "false", "auto_create_topics_enabled": False,
    "partition_autobalancing_mode": "node_add", "health_monitor_metrics_enabled": True, "enable_metrics_reporter": False,
}
# Listeners that the operator opens for the outside unless each is told not to.
LISTENERS = ("admin", "kafka", "http", "schemaRegistry")
# What the chart computes itself, and puts over a value of config.cluster.
COMPUTED = {"storage_min_free_bytes", "kafka_connection_rate_limit", "log_segment_size_min", "log_segment_size_max",
            "compacted_log_segment_size", "max_compacted_log_segment_size", "superusers", "enable_sasl",
            "kafka_enable_authorization", "audit_enabled", "cluster_id"}
# Brokers are asked anew for their health each ten times this long; the default.
HEALTH_AGE_MS = 10000
# The first that does not delete volume claims of running brokers in a rolling restart: the vendor's release notes.
SAFE_OPERATOR = (26, 2, 4)
# What the User resource's own expressions allow.
PREFIXED = {"topic", "group", "transactionalId", "subject"}
OPERATIONS = {
    "topic": {"Alter", "AlterConfigs", "Create", "Delete", "Describe", "DescribeConfigs", "Read", "Write"},
    "group": {"Delete", "Describe", "Read"},
    "transactionalId": {"Describe", "Write"},
    "cluster": {"Alter", "AlterConfigs", "ClusterAction", "Create", "Describe", "DescribeConfigs", "IdempotentWrite"},
}


def dig(value, path, default=None):
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return default
        value = value[key]
    return value


def broker_specs(top):
    """(name, resource, its spec with rack and resources, its pod template's spec) of both variants."""
    for redpanda in manifests.of_kind(top, "Redpanda"):
        spec = redpanda["spec"]["clusterSpec"]
        yield "Redpanda", redpanda, spec, dig(spec, "statefulset.podTemplate.spec")
    for pool in manifests.of_kind(top, "RedpandaBrokerPool"):
        yield "RedpandaBrokerPool", pool, pool["spec"], dig(pool, "spec.podTemplate.spec")


def rack_problems(top):
    for kind, _, spec, pod in broker_specs(top):
        if spec.get("rackAwareness") != {"enabled": True, "nodeAnnotation": PROVIDER}:
            yield f"{kind}: the rack is not the provider: {spec.get('rackAwareness')}"
        if not dig(spec, "rbac.enabled") or not dig(spec, "serviceAccount.create"):
            yield f"{kind}: the rack cannot be read without rbac and a service account"
        if kind == "Redpanda":
            spread = [c for c in pod["topologySpreadConstraints"] if c["topologyKey"] == PROVIDER]
            wanted = {"maxSkew": 1, "minDomains": len(PROVIDERS), "whenUnsatisfiable": "DoNotSchedule"}
            if len(spread) != 1 or any(spread[0].get(key) != value for key, value in wanted.items()):
                yield f"{kind}: brokers are not held to {wanted} over the providers"
        terms = dig(pod, "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution") or []
        labels = BROKER_LABELS if kind == "Redpanda" else dig(spec, "podTemplate.labels")
        if not any(t["topologyKey"] == "kubernetes.io/hostname" and t["labelSelector"]["matchLabels"] == labels for t in terms):
            yield f"{kind}: two brokers may share a node"


def script_module(path):
    """A script without an ending, as a module."""
    loader = importlib.machinery.SourceFileLoader(path.name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(path.name, loader))
    loader.exec_module(module)
    return module


def quorum_module(top):
    return script_module(top / "deploy/cluster/quorum")


def layouts(top):
    """(name, brokers at each provider, most that a voluntary disruption may take at once)"""
    for redpanda in manifests.of_kind(top, "Redpanda"):
        statefulset = redpanda["spec"]["clusterSpec"]["statefulset"]
        each, rest = divmod(statefulset["replicas"], len(PROVIDERS))
        brokers = tuple(each + (1 if n < rest else 0) for n in range(len(PROVIDERS)))
        yield "Redpanda", brokers, dig(statefulset, "budget.maxUnavailable")
    overlays = sorted(p.parent.name for p in (top / "deploy/cluster/stretch/overlays").glob("*/kustomization.yaml"))
    for pool in manifests.of_kind(top, "RedpandaBrokerPool"):
        yield "RedpandaBrokerPool", tuple(pool["spec"]["replicas"] for _ in overlays), 1


def quorum_problems(top):
    quorum = quorum_module(top)
    for kind, brokers, disruption in layouts(top):
        if len(brokers) != len(PROVIDERS) or min(brokers) < 1:
            yield f"{kind}: brokers at {brokers}, wanted at each of {PROVIDERS}"
            continue
        if disruption != 1:
            yield f"{kind}: a voluntary disruption may take {disruption} brokers"
        for topic in manifests.of_kind(top, "Topic"):
            factor = topic["spec"]["replicationFactor"]
            for loss in ("1 broker", "1 provider"):
                copies, needed, left, left_needed = quorum.worst(brokers, factor, loss)
                if copies < needed or left < left_needed:
                    yield f"{kind}, {topic['metadata']['name']}: the loss of {loss} stops {quorum.verdict(brokers, factor, loss)}"


def budget_problems(top):
    pods = list(pod_templates(top))
    for budget in manifests.of_kind(top, "PodDisruptionBudget"):
        wanted = budget["spec"]["selector"]["matchLabels"]
        matched = [p for p in pods if p["namespace"] == budget["metadata"]["namespace"] and wanted.items() <= p["labels"].items()]
        if len(matched) != 1:
            yield f"budget {budget['metadata']['name']} matches {len(matched)} kinds of pods"
        elif not 0 < budget["spec"]["minAvailable"] < matched[0]["replicas"]:
            yield f"budget {budget['metadata']['name']} never lets a pod go, or always"


def guaranteed_problems(top):
    for kind, _, spec, pod in broker_specs(top):
        containers = {c["name"]: c.get("resources", {}) for c in pod["initContainers"] + pod.get("containers", [])}
        containers["redpanda"] = spec.get("resources", {})
        if set(containers) != BROKER_POD:
            yield f"{kind}: containers {sorted(containers)}, wanted {sorted(BROKER_POD)}"
        for name, resources in containers.items():
            requests, limits = resources.get("requests"), resources.get("limits")
            if not requests or requests != limits or set(requests) != {"cpu", "memory"}:
                yield f"{kind}: container {name} makes the pod Burstable: {resources}"
        cpu = dig(spec, "resources.requests.cpu")
        if not isinstance(cpu, int) or cpu % 2:
            yield f"{kind}: {cpu} CPUs; exclusive ones come in whole and even numbers"


def thintune_problems(top):
    for kind, resource, spec, pod in broker_specs(top):
        tuning = spec if kind == "Redpanda" else manifests.of_kind(top, "StretchCluster")[0]["spec"]
        if dig(tuning, "tuning.tune_aio_events") is not False:
            yield f"{kind}: the stock privileged tuning container is not switched off"
        if pod.get("hostNetwork") or pod.get("hostPID") or pod.get("hostUsers") is False:
            yield f"{kind}: the broker's pod shares the host's network or PIDs, or has its own users"
        thintune = next((c for c in pod["initContainers"] if c["name"] == "thintune"), {})
        security = thintune.get("securityContext", {})
        wanted = {"runAsUser": 0, "privileged": False, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                  "capabilities": {"drop": ["ALL"], "add": ["SETGID", "SETUID"]}, "seccompProfile": {"type": "RuntimeDefault"}}
        for key, value in wanted.items():
            if security.get(key) != value:
                yield f"{kind}: thintune: {key} is {security.get(key)}"
        mounts = {m["name"] for m in thintune.get("volumeMounts", [])}
        volumes = {v["name"] for v in pod["volumes"]} | {"datadir", "config"}  # which others make
        if not mounts or mounts - volumes:
            yield f"{kind}: thintune mounts what is no volume: {mounts - volumes}"


def recipe_problems(top):
    """The init container is the one of deploy/tuning, but for the profile."""
    path = top / "deploy/tuning/recipes/chart-values.yaml"
    if not path.exists():
        return
    recipe = dig(next(manifests.load(path)), "statefulset.podTemplate.spec")
    wanted = recipe["initContainers"][0]
    for kind, _, _, pod in broker_specs(top):
        ours = next(c for c in pod["initContainers"] if c["name"] == "thintune")
        for key in set(wanted) | set(ours):
            mine, theirs = ours.get(key), wanted.get(key)
            if key == "args":
                mine, theirs = ([a for a in args if not a.startswith("--profile=")] for args in (mine, theirs))
            if key == "volumeMounts":
                mine = [m for m in mine if m["name"] != "thintune-profile"]
                mine, theirs = (sorted(mounts, key=str) for mounts in (mine, theirs))
            if key == "resources":
                mine, theirs = (str(r).replace("'1'", "1") for r in (mine, theirs))
            if mine != theirs:
                yield f"{kind}: {key} of thintune is not what deploy/tuning has: {mine} instead of {theirs}"
        if [v for v in pod["volumes"] if v["name"] != "thintune-profile"] != recipe["volumes"]:
            yield f"{kind}: the volumes are not those of deploy/tuning"


def broker_pods(top):
    """(name, specification) of every pod of brokers that is written here: the clusters' and those of deploy/tuning."""
    yield from ((kind, pod) for kind, _, _, pod in broker_specs(top))
    for name, path in (("overlays/initcontainer/broker.yaml", "spec.template.spec"), ("recipes/chart-values.yaml", "statefulset.podTemplate.spec")):
        yield name, dig(next(manifests.load(top / "deploy/tuning" / name)), path)


def return_problems(top):
    """Nothing that a label or a condition says keeps a broker from the node where its disk is: other nodes come first, no more."""
    rule = next(manifests.load(top / "deploy/tuning/recipes/startup-taint.yaml"))
    ready = next(manifests.load(top / "deploy/tuning/recipes/readiness-rule.yaml"))["spec"]
    taints = [taint for one in rule["spec"]["rules"] for taint in one["taints"]] + [ready["taint"]]
    if ready["enforcementMode"] != "bootstrap-only":
        yield f"the readiness rule taints nodes for ever anew: {ready['enforcementMode']}"
    yield from (f"{t['key']} ends pods that run: {t['effect']}" for t in taints if t["effect"] == "NoExecute")
    patch = "overlays/initcontainer/patch.yaml"
    for key in {"affinity", "tolerations"} & set(dig(next(manifests.load(top / "deploy/tuning" / patch)), "spec.template.spec")):
        yield f"{patch}: its {key} would take the place of the broker's own"
    for name, pod in broker_pods(top):
        affinity = dig(pod, "affinity.nodeAffinity", {})
        needed = json.dumps([pod.get("nodeSelector"), affinity.get("requiredDuringSchedulingIgnoredDuringExecution")])
        if "feature.node" in needed:
            yield f"{name}: comes to no node without {needed}"
        if "feature.node.kubernetes.io/thintune-ready" not in json.dumps(affinity.get("preferredDuringSchedulingIgnoredDuringExecution")):
            yield f"{name}: tuned nodes do not come first"
        for taint in taints:
            if not any(t.get("key") == taint["key"] and t.get("operator") == "Exists" and t.get("effect") in (None, taint["effect"])
                       for t in pod.get("tolerations", [])):
                yield f"{name}: {taint['key']} keeps it from its disk"


def profile_problems(top):
    """A required check stops the start of a broker with data as well. What the built-in profile requires is chosen
    for that; the platform must not add to it."""
    paths = sorted((top / "deploy/cluster").rglob("profile.yaml"))
    if len(paths) != 1 + len(PROVIDERS):
        yield f"{len(paths)} profiles, wanted one for the base and one a provider"
    for path in paths:
        if re.search(r"severity: *required", path.read_text()):
            yield f"{path.relative_to(top)}: requires what may keep a broker with data from starting"


CLIENTS = ("thin-ledger.example/kafka-client", "true")
# A namespace's label: the brokers' ports that its pods may reach. No port named: all.
OPENED = {("", "brokers"): set(), ("kubernetes.io/metadata.name", "redpanda-system"): {9644, 9093, 8081},
          ("kubernetes.io/metadata.name", "monitoring"): {9644}, CLIENTS: {9093}}


def exposure_problems(top):
    for kind, _, spec, _ in broker_specs(top):
        if dig(spec, "external.enabled") is not False:
            yield f"{kind}: node ports open Kafka and administration to whoever reaches a node"
        if dig(spec, "tls.enabled") is not True:
            yield f"{kind}: listeners without TLS"
        for listener in LISTENERS:
            if dig(spec, f"listeners.{listener}.external") != {"default": {"enabled": False}}:
                yield f"{kind}: brokers listen for {listener} on a second port, meant for the outside"
        if kind == "Redpanda" and dig(spec, "console") != {"enabled": False}:
            yield f"{kind}: Console gives everybody who reaches it a superuser's rights"
    pods = {"app.kubernetes.io/name": "redpanda", "app.kubernetes.io/instance": "thin-ledger"}
    policies = [p["spec"] for p in manifests.of_kind(top, "NetworkPolicy") if p["spec"]["podSelector"].get("matchLabels") == pods]
    if len(policies) != 1 or policies[0]["policyTypes"] != ["Ingress"]:
        yield f"{len(policies)} network policies for the brokers, wanted one for what comes in"
        return
    if {"from": [{"podSelector": {"matchLabels": pods}}]} not in policies[0]["ingress"]:
        yield "brokers may not reach each other"
    opened = {tuple((dig(peer, "namespaceSelector.matchLabels") or {"": "brokers"}).items())[0]: {p["port"] for p in rule.get("ports", [])}
              for rule in policies[0]["ingress"] for peer in rule["from"]}
    if opened != OPENED:
        yield f"ports are open to {opened}, wanted {OPENED}"
    if f"kubectl label namespace NAMESPACE {CLIENTS[0]}={CLIENTS[1]}`" not in (top / "docs/platform.md").read_text():
        yield f"docs/platform.md labels the namespaces of clients, but not with {CLIENTS}"
    for rule in policies[0]["ingress"]:
        if not rule.get("from") or any("podSelector" not in peer and 9644 in [p["port"] for p in rule.get("ports", [{"port": 9644}])]
                                       for peer in rule["from"]):
            yield f"the administration port is open to more than single kinds of pods: {rule}"


def configurations(top):
    """(kind, storage, config.cluster, what is given past it as text) of both variants."""
    for redpanda in manifests.of_kind(top, "Redpanda"):
        spec = redpanda["spec"]["clusterSpec"]
        yield "Redpanda", spec["storage"], spec["config"]["cluster"], spec["config"].get("extraClusterConfiguration", {})
    for cluster in manifests.of_kind(top, "StretchCluster"):
        spec = cluster["spec"]
        yield "StretchCluster", spec["storage"], spec["config"]["cluster"], spec["config"].get("extraClusterConfiguration", {})


def meant(config, extra):
    """What the brokers are meant to get."""
    return {**config, **{key: json.loads(value["repr"]) for key, value in extra.items()}}


def passed_on_problems(top):
    """Values stand where the operator passes them on: the chart's own ones lose against extraClusterConfiguration only, of
    which the operator of the stretched cluster takes nothing after the first start."""
    for kind, storage, config, extra in configurations(top):
        if kind == "StretchCluster" and extra:
            yield f"{kind}: {sorted(extra)} never reach a cluster that runs"
        for key, value in config.items():
            if kind == "Redpanda" and key in COMPUTED:
                yield f"{kind}: the chart puts its own value over {key}"
            if not value and not isinstance(value, bool):
                yield f"{kind}: the chart leaves {key} out, since {value!r} is empty"
        config, size = meant(config, extra), storage["persistentVolume"]["size"]
        if config.get("storage_min_free_bytes") != int(size.removesuffix("Gi")) * 2**30 // 20:
            yield f"{kind}: writes are rejected below {config.get('storage_min_free_bytes')} bytes, wanted 5 % of {size}"
        if not 0 < config.get("health_monitor_max_metadata_age", HEALTH_AGE_MS) <= HEALTH_AGE_MS:
            yield f"{kind}: the cluster's health is {config['health_monitor_max_metadata_age'] * 10 // 1000} seconds old"


def config_problems(top):
    configs = [meant(config, extra) for _, _, config, extra in configurations(top)]
    for config in configs:
        if config != configs[0]:
            differ = [key for key in set(config) | set(configs[0]) if config.get(key) != configs[0].get(key)]
            yield f"the two variants differ in {differ}"
        for key, value in LEDGER_CONFIG.items():
            if config.get(key) != value:
                yield f"cluster config: {key} is {config.get(key)}, wanted {value}"
        missing = {t["metadata"]["name"] for t in manifests.of_kind(top, "Topic")} - set(config["kafka_nodelete_topics"])
        if missing:
            yield f"cluster config: {missing} may be deleted"


def size_problems(top):
    """What a broker has does not depend on the variant."""
    brokers = list(broker_specs(top))
    clusters = [dig(c, "spec.clusterSpec") or c["spec"] for kind in ("Redpanda", "StretchCluster") for c in manifests.of_kind(top, kind)]
    sizes = {
        "CPUs and memory": [dig(spec, "resources") for spec in [*(b[2] for b in brokers), *clusters]],
        "disk": [dig(spec, "storage.persistentVolume") for spec in clusters],
        "time to end": [pod["terminationGracePeriodSeconds"] for _, _, _, pod in brokers],
    }
    pools = [(pool, dig(pool, "spec.clusterRef.name")) for pool in manifests.of_kind(top, "RedpandaBrokerPool")]
    names = {c["metadata"]["name"] for c in manifests.of_kind(top, "StretchCluster")}
    yield from (f"a pool belongs to {name}, wanted {names}" for _, name in pools if {name} != names)
    sizes["number"] = [*(dig(r, "spec.clusterSpec.statefulset.replicas") for r in manifests.of_kind(top, "Redpanda")),
                       *(pool["spec"]["replicas"] * len(PROVIDERS) for pool, _ in pools)]
    for what, listed in sizes.items():
        if any(one != listed[0] for one in listed):
            yield f"brokers differ in {what}: {listed}"


def topic_problems(top):
    topics = manifests.of_kind(top, "Topic")
    if len(topics) != 3:
        yield f"{len(topics)} topics, wanted 3"
    for topic in topics:
        name, config = topic["metadata"]["name"], topic["spec"]["additionalConfig"]
        if topic["spec"].get("cluster", {}).get("clusterRef", {}).get("name") != "thin-ledger":
            yield f"{name}: belongs to no cluster"
        if topic["spec"]["replicationFactor"] != 3:
            yield f"{name}: {topic['spec']['replicationFactor']} copies"
        if any(not isinstance(value, str) for value in config.values()):
            yield f"{name}: values have to be strings: {config}"
        for kind, _, cluster, extra in configurations(top):
            # Then every topic is described as "disabled", and altered to what it asks for at every look.
            if meant(cluster, extra)["write_caching_default"] == "disabled" != config.get("write.caching"):
                yield f"{name}: the operator of {kind} never finds its write.caching, and may not change it"
        if "min.insync.replicas" in config:
            yield f"{name}: min.insync.replicas is no Redpanda property"
        for key, value in LEDGER_TOPIC.items():
            if config.get(key) != value:
                yield f"{name}: {key} is {config.get(key)}, wanted {value}"


def acl_problems(top):
    allowed = {
        "changefeed": {("topic", "ledger-", "Write"), ("topic", "ledger-", "Describe")},
        "auditor": {("topic", "ledger-", "Read"), ("topic", "ledger-", "Describe"), ("topic", "ledger-", "DescribeConfigs"),
                    ("group", "audit-", "Read"), ("group", "audit-", "Describe"),
                    ("cluster", "", "Describe"), ("cluster", "", "DescribeConfigs")},
        "shadow": {("topic", "ledger-", "Read"), ("topic", "ledger-", "Describe"), ("topic", "ledger-", "DescribeConfigs"),
                   ("group", "*", "Read"), ("group", "*", "Describe"), ("cluster", "", "Describe")},
    }
    users = {u["metadata"]["name"]: u for u in manifests.of_kind(top, "User")}
    if set(users) != set(allowed):
        yield f"users {sorted(users)}, wanted {sorted(allowed)}"
    for name, user in users.items():
        given = {(a["resource"]["type"], a["resource"]["name"], o)
                 for a in user["spec"]["authorization"]["acls"] for o in a["operations"] if a["type"] == "allow"}
        if given != allowed.get(name):
            yield f"{name}: rights differ from what it needs: {given ^ allowed.get(name, set())}"
        if "value" in user["spec"]["authentication"]["password"]:
            yield f"{name}: a password stands in the manifest"


def acl_rule_problems(top):
    """The rules of the User resource that the API server checks by expression and no schema can say."""
    for user in manifests.of_kind(top, "User"):
        for acl in user["spec"]["authorization"]["acls"]:
            kind, name = acl["resource"]["type"], acl["resource"]["name"]
            if (name == "") != (kind in ("cluster", "registry")):
                yield f"{user['metadata']['name']}: a right on {kind} cannot have the name {name!r}"
            if acl["resource"].get("patternType") == "prefixed" and kind not in PREFIXED:
                yield f"{user['metadata']['name']}: a right on {kind} has no prefix"
            for operation in set(acl["operations"]) - OPERATIONS.get(kind, set()):
                yield f"{user['metadata']['name']}: there is no {operation} of {kind}"


def pod_templates(top):
    """{namespace, labels, replicas, ports, spec, name} of each workload."""
    for _, resource in manifests.resources(top):
        template = dig(resource, "spec.template")
        if resource["kind"] not in ("Deployment", "DaemonSet", "Job") or not template:
            continue
        containers = template["spec"]["containers"]
        yield {"name": f"{resource['kind']} {resource['metadata']['name']}", "namespace": resource["metadata"]["namespace"],
               "labels": template["metadata"]["labels"], "replicas": resource["spec"].get("replicas", 1), "spec": template["spec"],
               "selector": dig(resource, "spec.selector.matchLabels"),
               "ports": {p.get("name") for c in containers for p in c.get("ports", [])}}


def matches(selector, labels):
    """Whether a label selector takes something with these labels."""
    if not (selector.get("matchLabels", {}).items() <= labels.items()):
        return False
    return all(e["key"] in labels and (e["operator"] == "Exists" or labels[e["key"]] in e.get("values", []))
               for e in selector.get("matchExpressions", []))


def selector_problems(top):
    pods = list(pod_templates(top))
    services = list(FOREIGN_SERVICES)
    for pod in pods:
        if pod["selector"] is not None and not pod["selector"].items() <= pod["labels"].items():
            yield f"{pod['name']} does not select its own pods"
    for service in manifests.of_kind(top, "Service"):
        meta, spec = service["metadata"], service["spec"]
        ports = {p["name"] for p in spec["ports"]}
        services.append({"namespace": meta["namespace"], "labels": meta.get("labels", {}), "ports": ports, "instead": meta["name"]})
        if "selector" not in spec:
            continue
        matched = [p for p in pods if p["namespace"] == meta["namespace"] and spec["selector"].items() <= p["labels"].items()]
        if len(matched) != 1:
            yield f"Service {meta['name']} selects {len(matched)} kinds of pods"
        for port in spec["ports"]:
            if matched and port["targetPort"] not in matched[0]["ports"]:
                yield f"Service {meta['name']}: no pod has a port {port['targetPort']}"
    for monitor in manifests.of_kind(top, "ServiceMonitor"):
        name, namespace = monitor["metadata"]["name"], monitor["metadata"]["namespace"]
        places = dig(monitor, "spec.namespaceSelector.matchNames") or [namespace]
        matched = [s for s in services if s["namespace"] in places and matches(monitor["spec"]["selector"], s["labels"])]
        chosen = {s.get("instead") for s in matched}
        if len(chosen) != 1 or len(matched) != len([s for s in services if s.get("instead") in chosen]):
            yield f"ServiceMonitor {name} selects {len(matched)} Services"
        for service in matched:
            read = [e["port"] for e in monitor["spec"]["endpoints"] if e["port"] in service["ports"]]
            if len(read) != 1:
                yield f"ServiceMonitor {name}: reads the ports {read} of the Service with {sorted(service['ports'])}"


def image_problems(document):
    for image in re.findall(r"'image': '([^']+)'", str(document)):
        if not re.search(r":v?\d+\.\d+\.\d+$|@sha256:", image):
            yield f"image {image} is not pinned"


def pin_problems(top):
    for path, resource in manifests.resources(top):
        yield from (f"{path.name}: {text}" for text in image_problems(resource))
    text = (top / "deploy/operator/redpanda-operator.yaml").read_text()
    tags = set(re.findall(r"redpanda-operator:(v[\d.]+)", text)) | set(re.findall(r"OPERATOR_TAG, value: (v[\d.]+)", text))
    if len(tags) != 1:
        yield f"the operator's image and its tag differ: {sorted(tags)}"
    for tag in tags:
        if tuple(map(int, tag[1:].split("."))) < SAFE_OPERATOR:
            yield f"operator {tag} may delete the volume claims of running brokers"
    for name in ("deploy/operator/README.md", "docs/platform.md"):
        told = set(re.findall(r"--version (\d+\.\d+\.\d+)", (top / name).read_text()))
        if {f"v{version}" for version in told} != tags:
            yield f"{name} installs {told}, the manifest {tags}"
    # A pool does not take the image of its StretchCluster. The broker of deploy/tuning is an example that people copy.
    tags = {dig(spec, "image.tag") for _, _, spec, _ in broker_specs(top)}
    for path in sorted((top / "deploy").rglob("*.yaml")):
        tags |= set(re.findall(r"redpandadata/redpanda:(v[\d.]+)", path.read_text()))
    if len(tags) != 1 or None in tags:
        yield f"not all brokers run one version, or whichever the operator brings: {tags}"


def restricted_problems(top):
    """The containers of every workload of ours fit pod security "restricted", whatever their pod mounts."""
    for pod in pod_templates(top):
        security = pod["spec"].get("securityContext", {})
        if security.get("runAsNonRoot") is not True or dig(security, "seccompProfile.type") != "RuntimeDefault":
            yield f"{pod['name']}: may run as root, or without seccomp"
        for container in pod["spec"]["containers"]:
            own = container.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or dig(own, "capabilities.drop") != ["ALL"] \
                    or own.get("readOnlyRootFilesystem") is not True:
                yield f"{pod['name']}: container {container['name']} is not restricted"


ALL = {
    "the rack is the provider, and no two brokers share a node": rack_problems,
    "every layout keeps its majorities when one broker or one provider is lost": quorum_problems,
    "disruption budgets match their pods and let one go": budget_problems,
    "every container of a broker's pod has requests equal to limits": guaranteed_problems,
    "thintune runs without privileges, the stock tuner not at all": thintune_problems,
    "the init container is the one of deploy/tuning": recipe_problems,
    "no label keeps a broker from its disk": return_problems,
    "profiles require nothing that would stop a broker with data": profile_problems,
    "nothing of a broker is open outside its cluster, nothing in the clear": exposure_problems,
    "both variants configure the cluster alike, as a ledger needs it": config_problems,
    "a broker is as large in both variants": size_problems,
    "what is configured is passed on to the brokers": passed_on_problems,
    "ledger topics keep everything, three times, on disk": topic_problems,
    "users hold the rights they need and no more": acl_problems,
    "rights are ones that the API server takes": acl_rule_problems,
    "Services, ServiceMonitors and workloads select each other": selector_problems,
    "every image is pinned, the operator's in one version": pin_problems,
    "workloads fit pod security restricted": restricted_problems,
}
