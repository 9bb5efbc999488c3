# SPDX-License-Identifier: Apache-2.0
"""What the vendor's chart, which is also what the operator renders, makes of the Redpanda resource. Each function takes the
project's folder and yields sentences about what is written and is not rendered."""
import json
import os
import pathlib
import re
import tempfile

import helm
import invariants
import manifests
from invariants import dig

CHART = pathlib.Path(os.environ.get("THINTUNE_CHART") or helm.CACHE / "redpanda")
RECIPE = "deploy/tuning/recipes/chart-values.yaml"


def why_not():
    """Why the chart cannot be rendered here, or None."""
    return helm.why_not(CHART, "charts/console/Chart.yaml", "THINTUNE_CHART")


def _render(values):
    return helm.render(CHART, "thin-ledger", "thin-ledger", values)


def written(top):
    return manifests.of_kind(top, "Redpanda")[0]["spec"]["clusterSpec"]


def rendered_of(values):
    return _render(json.dumps(values))


def rendered(top):
    return rendered_of(written(top))


def of_kind(top, kind):
    return [document for document in rendered(top) if document["kind"] == kind]


def bootstrap_of(documents):
    """The configuration with which brokers start, and which the operator keeps: {key: value}."""
    maps = [m["data"] for m in documents if m["kind"] == "ConfigMap" and ".bootstrap.json.in" in m["data"]]
    return {key: json.loads(value) for key, value in json.loads(maps[0][".bootstrap.json.in"]).items()}


def bootstrap(top):
    return bootstrap_of(rendered(top))


def configuration_problems(top):
    config, got = written(top)["config"], bootstrap(top)
    for key, value in invariants.meant(config["cluster"], config.get("extraClusterConfiguration", {})).items():
        if key not in got:
            yield f"{key}: {value!r} is written, nothing is rendered"
        elif got[key] != value or isinstance(got[key], bool) != isinstance(value, bool):
            yield f"{key}: {value!r} is written, {got[key]!r} is rendered"
    wanted = {"enable_sasl": True, "kafka_enable_authorization": True, "cloud_storage_enabled": False}
    for key, value in wanted.items():
        if got.get(key) is not value:
            yield f"{key}: {got.get(key)!r} is rendered, wanted {value!r}"


def broker_problems(top):
    """The brokers' pods are as they are written, with nothing beside them."""
    spec, sets = written(top), of_kind(top, "StatefulSet")
    if len(sets) != 1 or sets[0]["spec"]["replicas"] != spec["statefulset"]["replicas"]:
        yield f"{[s['spec']['replicas'] for s in sets]} brokers"
        return
    want, pod = dig(spec, "statefulset.podTemplate.spec"), sets[0]["spec"]["template"]["spec"]
    for key in ("affinity", "nodeSelector", "tolerations", "topologySpreadConstraints", "terminationGracePeriodSeconds"):
        if pod.get(key) != want[key]:
            yield f"{key}: {pod.get(key)}, wanted {want[key]}"
    labels = sets[0]["spec"]["template"]["metadata"]["labels"]
    if any(not rule["labelSelector"]["matchLabels"].items() <= labels.items() for rule in pod["topologySpreadConstraints"]):
        yield f"brokers with the labels {labels} are not those that are spread"
    claims = {c["metadata"]["name"]: c["spec"] for c in sets[0]["spec"]["volumeClaimTemplates"] or []}
    volume = spec["storage"]["persistentVolume"]
    if dig(claims, "datadir.storageClassName") != volume["storageClass"] or dig(claims, "datadir.resources.requests.storage") != volume["size"]:
        yield f"brokers claim {claims}"
    budgets = [b["spec"].get("maxUnavailable") for b in of_kind(top, "PodDisruptionBudget")]
    if budgets != [dig(spec, "statefulset.budget.maxUnavailable")]:
        yield f"disruption budgets {budgets}"


def _io_config_problems(init, containers):
    """Where thintune writes the disk's figures, the broker looks for them."""
    path = pathlib.PurePath(next(a for a in init["args"] if a.startswith("--io-config=")).partition("=")[2])
    broker = next(c for c in containers if c["name"] == "redpanda")
    places = [{m["name"] for m in c["volumeMounts"] if m["mountPath"] == str(path.parent)} for c in (init, broker)]
    if str(path) != "/etc/redpanda/io-config.yaml" or places[0] != places[1] or len(places[0]) != 1:
        yield f"the disk's figures are written to {path} of {places[0]}, the broker looks into {places[1]}"


def hook_problems(pod):
    """The drain before a broker's end has half of the grace period, not a part that nobody chose."""
    broker = next(c for c in pod["containers"] if c["name"] == "redpanda")
    given = re.findall(r"timeout -v (\d+) bash -x /var/lifecycle/preStop.sh", " ".join(broker["lifecycle"]["preStop"]["exec"]["command"]))
    if given != [str(pod["terminationGracePeriodSeconds"] // 2)]:
        yield f"a drain may take {given} s of {pod['terminationGracePeriodSeconds']} s"


def pod_problems(want, pod):
    """thintune's container comes last and as written, with its volumes, and none is privileged."""
    init, containers = pod["initContainers"], pod["initContainers"] + pod["containers"]
    if {c["name"] for c in containers} != invariants.BROKER_POD or init[-1]["name"] != "thintune":
        yield f"containers {[c['name'] for c in containers]}, wanted {sorted(invariants.BROKER_POD)}, thintune the last of those before the broker"
    ours = next(c for c in want["initContainers"] if c["name"] == "thintune")
    for key, value in ours.items():
        if init[-1].get(key) != value:
            yield f"thintune: {key} is {init[-1].get(key)}, wanted {value}"
    yield from _io_config_problems(init[-1], containers)
    for volume in want["volumes"]:
        if volume not in pod["volumes"]:
            yield f"volume {volume['name']} is not as written"
    for container in containers:
        if dig(container, "securityContext.privileged"):
            yield f"container {container['name']} is privileged"


def container_problems(top):
    pod = of_kind(top, "StatefulSet")[0]["spec"]["template"]["spec"]
    yield from pod_problems(dig(written(top), "statefulset.podTemplate.spec"), pod)
    yield from hook_problems(pod)
    for container in pod["initContainers"] + pod["containers"]:
        resources = container.get("resources") or {}
        if not resources.get("requests") or resources["requests"] != resources.get("limits"):
            yield f"container {container['name']} makes the pod Burstable: {resources}"
    flags = dig(manifests.yaml.safe_load(_redpanda_yaml(top)), "rpk.additional_start_flags")
    if f"--smp={dig(written(top), 'resources.limits.cpu')}" not in flags:
        yield f"the broker starts with {flags}"


# Programs in secrets are no credentials.
PROGRAMS = ("-sts-lifecycle", "-configurator")
# Containers that need none; the configurator asks the API server for the node's provider, rpk in the broker collects what
# debug bundles hold.
WITHOUT = {"bootstrap-yaml-envsubst", "thintune"}


def _credentials(pod, container):
    """Secrets in its environment and volumes, and whether it has a token of the service account."""
    for variable in container.get("env") or []:
        if dig(variable, "valueFrom.secretKeyRef"):
            yield variable["valueFrom"]["secretKeyRef"]["name"]
    mounted = {m["name"] for m in container.get("volumeMounts") or []}
    for volume in pod["volumes"]:
        if volume["name"] in mounted and volume.get("secret") and not volume["secret"]["secretName"].endswith(PROGRAMS):
            yield volume["secret"]["secretName"]
        if volume["name"] in mounted and "serviceAccountToken" in json.dumps(volume):
            yield "a token"


def credentials_problems(pod, owner, spec):
    """No container has a credential that it does not need, and all log in alike. OWNER begins the certificate's name."""
    needed = {"thin-ledger-bootstrap-user", "thin-ledger-superusers", f"{owner}-default-cert", "a token"}
    if pod.get("automountServiceAccountToken") is not False:
        yield "every container has a token of the service account"
    for container in pod["initContainers"] + pod["containers"]:
        name = container["name"]
        for credential in set(_credentials(pod, container)) - (set() if name in WITHOUT else needed):
            yield f"container {name} has no need of {credential}"
        for variable in container.get("env") or []:
            # A login by another mechanism than the listeners' users have would be the weakest one.
            if variable["name"] == "RPK_SASL_MECHANISM" and variable["value"] != "SCRAM-SHA-512":
                yield f"container {name} logs in by {variable['value']}"
    if dig(spec, "auth.sasl.mechanism") != "SCRAM-SHA-512":
        yield f"superusers log in by {dig(spec, 'auth.sasl.mechanism')}"


def credential_problems(top):
    pod = of_kind(top, "StatefulSet")[0]["spec"]["template"]["spec"]
    yield from credentials_problems(pod, "thin-ledger", written(top))


def _redpanda_yaml(top):
    return next(m["data"]["redpanda.yaml"] for m in of_kind(top, "ConfigMap") if "redpanda.yaml" in m["data"])


def listener_problems(text):
    """Of a redpanda.yaml: each port is the internal one, with TLS, and Kafka's asks for a password."""
    config = manifests.yaml.safe_load(text)
    for section, listener in (("redpanda", "admin"), ("redpanda", "kafka_api"), ("pandaproxy", "pandaproxy_api"),
                              ("schema_registry", "schema_registry_api")):
        names = [one["name"] for one in config[section][listener]]
        if names != ["internal"]:
            yield f"{listener}: listens as {names}"
        secured = [tls["name"] for tls in config[section][f"{listener.removesuffix('_api')}_api_tls"] if tls["enabled"]]
        if secured != names:
            yield f"{listener}: TLS for {secured} only"
    if any(listener.get("authentication_method") != "sasl" for listener in config["redpanda"]["kafka_api"]):
        yield "kafka_api: asks nobody for a password"


def opening_problems(top):
    """No port, Service or program that is not written."""
    yield from listener_problems(_redpanda_yaml(top))
    for service in of_kind(top, "Service"):
        if service["metadata"]["name"] != "thin-ledger" or service["spec"].get("clusterIP") != "None":
            yield f"a Service {service['metadata']['name']} of type {service['spec'].get('type')}"
    for document in rendered(top):
        # A monitor of the chart's own would read each broker a second time.
        if document["kind"] in ("Deployment", "DaemonSet", "Ingress", "CronJob", "ServiceMonitor", "PodMonitor"):
            yield f"a {document['kind']} {document['metadata']['name']} that nobody asked for"


def recipe_problems(top):
    """The values of deploy/tuning, alone."""
    values = next(manifests.load(top / RECIPE))
    pod = next(d for d in _render(json.dumps(values)) if d["kind"] == "StatefulSet")["spec"]["template"]["spec"]
    yield from pod_problems(dig(values, "statefulset.podTemplate.spec"), pod)


def _lists(value, path=()):
    """The path of each list that no other list holds."""
    if isinstance(value, list):
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _lists(one, (*path, key))


def _nested(path, value):
    return value if not path else {path[0]: _nested(path[1:], value)}


def _pod_beside(top, path, value):
    """The broker's pod of the recipe's values and of a second file with one value."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(_nested(path, value), file)
        file.flush()
        recipe = json.dumps(next(manifests.load(top / RECIPE)))
        documents = helm.render(CHART, "thin-ledger", "thin-ledger", recipe, ("--values", file.name))
    return next(d for d in documents if d["kind"] == "StatefulSet")["spec"]["template"]["spec"]


# One item of each list that people may have as well, known by the word.
OTHERS = {
    "initContainers": {"name": "others", "image": "others"},
    "volumes": {"name": "others", "emptyDir": {}},
    "tolerations": {"key": "others", "operator": "Exists"},
    "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution":
        {"weight": 1, "preference": {"matchExpressions": [{"key": "others", "operator": "Exists"}]}},
}


def second_file_problems(top):
    """What the page says of a second file of values: whose list is left, and where the chart joins two."""
    page = (top / "docs/kubernetes.md").read_text()
    listed = {".".join(path) for path in _lists(dig(next(manifests.load(top / RECIPE)), "statefulset.podTemplate.spec"))}
    yield from (f"{name} is a list of the recipe, and what becomes of it beside another is not tried" for name in listed - OTHERS.keys())
    for name, item in OTHERS.items():
        if f"`{name}`" not in page:
            yield f"the page does not say that a second file takes the place of {name}"
        path, joined = ("podTemplate", "spec", *name.split(".")), name in ("initContainers", "volumes")
        last = dig(_pod_beside(top, ("statefulset", *path), [item]), name)
        if "thintune" in json.dumps(last) or "others" not in json.dumps(last):
            yield f"{name}: beside a list of others the page's warning does not hold: {last}"
        pod = _pod_beside(top, path, [item])
        if ("others" in json.dumps(dig(pod, name))) != joined or pod["initContainers"][-1]["name"] != "thintune":
            yield f"{name}: below the chart's own podTemplate it comes to {dig(pod, name)}"


def _without_nothing(value):
    """As the API server reads it: a field of null is none."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


# Rendered kinds whose schema is not here.
NO_SCHEMA = {"Certificate", "Issuer", "Endpoints", "EndpointSlice"}


def unfit(documents):
    """What the API's schema has against what is rendered."""
    for document in documents if manifests.SCHEMAS.is_dir() else []:
        if document["kind"] not in NO_SCHEMA:
            yield from (f"{document['kind']} {document['metadata']['name']}: {p}" for p in manifests.schema_problems(_without_nothing(document)))


def unfit_problems(top):
    yield from unfit(rendered(top))
    yield from unfit(_render(json.dumps(next(manifests.load(top / RECIPE)))))


def _leaves(value, path=()):
    if isinstance(value, dict):
        for key in value:
            yield from _leaves(value[key], (*path, key))
    else:
        yield path, value


def _with(spec, path, value):
    """The values with one of them another. Changed for good where the same map stands in several places, so by a copy."""
    spec = json.loads(json.dumps(spec))
    part = spec
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return json.dumps(spec)


def _comparable(documents):
    """A password is made at each rendering."""
    return [document for document in documents if "password" not in document.get("stringData", {})]


def effect_problems(top):
    """A value that changes nothing when it is another one is not read. What pods and configuration get is compared above."""
    spec = written(top)
    for path, value in _leaves(spec):
        if path[0] == "config" or "podTemplate" in path:
            continue
        other = not value if isinstance(value, bool) else value + 2 if isinstance(value, int) else f"1{value}"
        try:
            changed = _render(_with(spec, path, other))
        except RuntimeError:
            continue  # refused, so it was read
        if _comparable(changed) == _comparable(rendered(top)):
            yield f"{'.'.join(path)}: {value!r} and {other!r} render the same"


ALL = {
    "the recipe's init container is rendered as written": recipe_problems,
    "beside a second file of values the recipe's lists become what the page says": second_file_problems,
    "every key of the cluster's configuration is rendered as written": configuration_problems,
    "brokers are spread, bound and budgeted as written": broker_problems,
    "thintune's init container is rendered as written, and every pod is Guaranteed": container_problems,
    "no container has a credential that it does not need, and all log in alike": credential_problems,
    "nothing listens or runs that is not written": opening_problems,
    "the API server's schema takes all that is rendered, from the resource and from the recipe": unfit_problems,
    "every value of the resource has an effect": effect_problems,
}
