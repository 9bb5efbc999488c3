#!/usr/bin/python3
"""usage: rules.py FILE...                          what every pod of deploy/tuning keeps to
       rules.py --covers FILE CONTAINER LEAST...    the container may write all that the LEAST files say
       rules.py --arguments FILE CONTAINER          prints those of this container, one a line, as a kubelet
                                                    fills them in for a pod p of the namespace n

LEAST is what `thintune audit --format k8s` prints. One line for each problem; exit code 1 when there is one.
"""
import re
import sys

import yaml


# The label of nodes that are meant for brokers.
BROKER_NODE = "thin-ledger.example/broker"


def pods(path):
    for document in yaml.load_all(open(path), Loader=yaml.CSafeLoader):
        spec = (document or {}).get("spec", {})
        while isinstance(spec, dict) and not {"containers", "initContainers"} & set(spec):
            inner = spec.get("jobTemplate") or spec.get("template")
            if not isinstance(inner, dict):
                break
            spec = inner.get("spec", {})
        if isinstance(spec, dict) and {"containers", "initContainers"} & set(spec):
            yield document.get("kind", "pod template"), spec


def daemonsets(path):
    return [d["spec"] for d in yaml.load_all(open(path), Loader=yaml.CSafeLoader) if d and d.get("kind") == "DaemonSet"]


def containers(pod):
    return pod.get("initContainers", []) + pod.get("containers", [])


def can_probe(resources):
    """A quota below a CPU falsifies what is measured; whole CPUs become exclusive under a static CPU manager."""
    cpu, memory = str(resources["limits"]["cpu"]), resources["limits"]["memory"]
    units = {"Mi": 1, "Gi": 1024}
    return cpu.isdigit() and int(cpu) >= 1 and int(memory[:-2]) * units[memory[-2:]] >= 256


# The downward API's fields that tell a pod's own name.
POD = {"POD_NAMESPACE": "metadata.namespace", "POD_NAME": "metadata.name"}
# What thintune keeps on the node: until the next boot, and for longer.
KEPT = ["/run/thintune", "/var/lib/thintune"]


def owner_of(container):
    """On whose behalf it works: an init container for its broker, what looks after a node for the agent."""
    return "broker:$(POD_NAMESPACE)/$(POD_NAME)" if "--netns=broker" in container["args"] else "agent"


# Where it listens: the node's own address.
SERVE_POD = {"POD_IP": "status.podIP"}
# What watch publishes, and the only thing that `serve` sees of the node.
PUBLISHED = "/run/thintune/public"


def only_looks(container):
    return container["args"][0] == "audit" or container["args"][0] == "watch" and "--repair" not in container["args"]


def given_by_pod(container):
    return {v["name"]: v["valueFrom"]["fieldRef"]["fieldPath"] for v in container.get("env", [])
            if "fieldRef" in v.get("valueFrom", {})}


def serve_problems(pod, container):
    """Whoever is asked over the network is never the one who may write to the node."""
    context = container["securityContext"]
    user = context.get("runAsUser"), context.get("runAsGroup"), context.get("runAsNonRoot")
    if user != (65532, 65532, True):
        yield f"runs as {user}"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield f"has the capabilities {context.get('capabilities')}"
    volumes = {v["name"]: v.get("hostPath", {}).get("path") for v in pod.get("volumes", [])}
    seen = [(volumes.get(m["name"]), m.get("readOnly")) for m in container["volumeMounts"]]
    if seen != [(PUBLISHED, True)]:
        yield f"sees {seen} of the node, wanted {PUBLISHED} read-only"
    if given_by_pod(container) != SERVE_POD:
        yield f"is told {given_by_pod(container)} of its pod, wanted {SERVE_POD}"
    port = next((p["containerPort"] for p in container.get("ports", []) if p["name"] == "metrics"), None)
    if f"--listen=$(POD_IP):{port}" not in container["args"]:
        yield f"does not listen where its port {port} is"
    for probe, path in (("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
        if container.get(probe, {}).get("httpGet") != {"path": path, "port": "metrics"}:
            yield f"{probe} does not ask {path}"


# The one program here that talks to the API server.
SPEAKS = "node-problem-detector"


def detector_problems(container):
    """It runs thintune and needs nothing of the node for that but to read."""
    context = container["securityContext"]
    wanted = {"runAsUser": 65532, "runAsGroup": 65532, "runAsNonRoot": True, "privileged": False, "allowPrivilegeEscalation": False,
              "readOnlyRootFilesystem": True, "seccompProfile": {"type": "RuntimeDefault"}, "capabilities": {"drop": ["ALL"]}}
    yield from (f"{key} is {context.get(key)}" for key, value in wanted.items() if context.get(key) != value)
    yield from (f"{m['mountPath']} is writable" for m in container["volumeMounts"] if not m.get("readOnly"))


def node_problems(pod):
    """It runs on each node that is meant for brokers, and on no other."""
    if {"operator": "Exists"} not in pod.get("tolerations", []):
        yield "a node whose taints it does not tolerate stays untuned"
    if (pod.get("nodeSelector") or {}).get(BROKER_NODE) != "true":
        yield f"tunes every node, also those that are nobody's brokers: {pod.get('nodeSelector')}"


def daemonset_problems(spec):
    """How many nodes at once follows the number of nodes."""
    share = str(spec.get("updateStrategy", {}).get("rollingUpdate", {}).get("maxUnavailable"))
    watches = any(c["name"] == "watch" for c in spec["template"]["spec"]["containers"])
    if watches and not share.endswith("%"):
        yield f"DaemonSet: maxUnavailable is {share}, no percentage"


def ownership_problems(pod, container):
    owners = [a.removeprefix("--owner=") for a in container["args"] if a.startswith("--owner=")]
    if owners != [owner_of(container)]:
        yield f"works on behalf of {owners}, wanted {owner_of(container)}"
    given = given_by_pod(container)
    if given != POD:
        yield f"is told {given} of its pod, wanted {POD}"
    volumes = {v["name"]: v.get("hostPath") for v in pod.get("volumes", [])}
    kept = {m["mountPath"]: volumes.get(m["name"]) for m in container["volumeMounts"] if not m.get("readOnly")}
    for path in [] if only_looks(container) else KEPT:
        if kept.get(f"/host{path}") != {"path": path, "type": "DirectoryOrCreate"}:
            yield f"does not keep {path} on the node: {kept.get(f'/host{path}')}"


def problems_of(kind, pod):
    speaks = any(c["name"] == SPEAKS for c in pod.get("containers", []))
    if pod.get("automountServiceAccountToken") is not speaks:
        yield f"{kind}: automountServiceAccountToken is {pod.get('automountServiceAccountToken')}"
    if kind == "DaemonSet":
        yield from (f"{kind}: {problem}" for problem in node_problems(pod))
    if pod.get("hostPID") or pod.get("hostIPC"):
        yield f"{kind}: hostPID or hostIPC"
    for volume in pod.get("volumes", []):
        if "hostPath" in volume and not volume["hostPath"].get("type"):
            yield f"{kind}: volume {volume['name']}: a hostPath without a type"
    for container in containers(pod):
        name = f"{kind}: container {container['name']}"
        resources = container.get("resources", {})
        if not resources.get("requests") or resources.get("requests") != resources.get("limits"):
            yield f"{name}: requests and limits differ, so the pod is not Guaranteed"
        if container["name"] == SPEAKS:
            yield from (f"{name}: {problem}" for problem in detector_problems(container))
        if "thintune" not in container["image"]:
            continue
        known = {variable["name"] for variable in container.get("env", [])}
        for argument in container["args"]:
            for used in re.findall(r"\$\((\w+)\)", argument):
                if used not in known:
                    yield f"{name}: {argument} names a variable that is not there"
        if "run" in container["args"] and "--netns=broker" in container["args"] and not can_probe(resources):
            yield f"{name}: probes with {resources['limits']}: whole CPUs and 256Mi are needed"
        if "--netns=host" in container["args"] and not pod.get("hostNetwork"):
            yield f"{name}: is in no network of the node"
        serves = container["args"][0] == "serve"
        yield from (f"{name}: {problem}" for problem in (serve_problems if serves else ownership_problems)(pod, container))
        context = container["securityContext"]
        wanted = {"privileged": False, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                  "seccompProfile": {"type": "RuntimeDefault"}}
        for key, value in wanted.items():
            if context.get(key) != value:
                yield f"{name}: {key} is {context.get(key)}"
        capabilities = context.get("capabilities", {})
        if capabilities.get("drop") != ["ALL"]:
            yield f"{name}: does not drop ALL"
        if not set(capabilities.get("add", [])) <= {"NET_ADMIN", "SETGID", "SETUID"}:
            yield f"{name}: adds {capabilities['add']}"
        writable = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
        for path in writable:
            if path in ("/host", "/host/proc", "/host/proc/sys", "/host/proc/sys/kernel", "/host/sys"):
                yield f"{name}: all of {path} is writable"
        if context["runAsUser"] != 0 and writable:
            yield f"{name}: is not uid 0 and has {writable} writable"
        volumes = {v["name"]: v.get("hostPath", {}).get("path") for v in pod.get("volumes", [])}
        others = [m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly") and volumes.get(m["name"]) != PUBLISHED]
        if only_looks(container) and (others or capabilities.get("add")):
            yield f"{name}: only looks, with {others} writable and {capabilities.get('add')}"


def access(container):
    mounts = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    return mounts, set(container["securityContext"]["capabilities"].get("add", []))


def uncovered(path, name, least):
    mounts, added = next(access(one) for _, pod in pods(path) for one in containers(pod) if one["name"] == name)
    for file in least:
        for _, pod in pods(file):
            wanted, capabilities = access(containers(pod)[0])
            for mount in wanted:
                if mount.startswith("/host/") and not any((mount + "/").startswith(have + "/") for have in mounts):
                    yield f"{file}: {mount} is not writable in {path}"
            if not capabilities <= added:
                yield f"{file}: {capabilities - added} is not added in {path}"


FILLED_IN = {"POD_IP": "127.0.0.1", "BROKER_CPUS": "4", "BROKER_MEMORY": "17179869184", "POD_NAMESPACE": "n", "POD_NAME": "p"}


def arguments(path, name):
    container = next(one for _, pod in pods(path) for one in containers(pod) if one["name"] == name)
    return [re.sub(r"\$\((\w+)\)", lambda used: FILLED_IN[used[1]], word) for word in container["args"]]


if sys.argv[1] == "--arguments":
    print("\n".join(arguments(sys.argv[2], sys.argv[3])))
    sys.exit()
if sys.argv[1] == "--covers":
    problems = list(uncovered(sys.argv[2], sys.argv[3], sys.argv[4:]))
else:
    problems = []
    for argument in sys.argv[1:]:
        found = list(pods(argument))
        if not found:
            problems.append(f"{argument}: no pod")
        for one_kind, one_pod in found:
            problems += [f"{argument}: {problem}" for problem in problems_of(one_kind, one_pod)]
        problems += [f"{argument}: {problem}" for spec in daemonsets(argument) for problem in daemonset_problems(spec)]
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
