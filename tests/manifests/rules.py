#!/usr/bin/python3
"""usage: rules.py FILE...                          what every pod of deploy/tuning keeps to
       rules.py --covers FILE CONTAINER LEAST...    the container may write all that the LEAST files say

LEAST is what `thintune audit --format k8s` prints. One line for each problem; exit code 1 when there is one.
"""
import re
import sys

import yaml


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


def containers(pod):
    return pod.get("initContainers", []) + pod.get("containers", [])


def can_probe(resources):
    """A quota below a CPU falsifies what is measured; whole CPUs become exclusive under a static CPU manager."""
    cpu, memory = str(resources["limits"]["cpu"]), resources["limits"]["memory"]
    units = {"Mi": 1, "Gi": 1024}
    return cpu.isdigit() and int(cpu) >= 1 and int(memory[:-2]) * units[memory[-2:]] >= 256


def problems_of(kind, pod):
    if pod.get("automountServiceAccountToken") is not False:
        yield f"{kind}: a token of the service account is mounted"
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
        if kind == "DaemonSet" and {"operator": "Exists"} not in pod.get("tolerations", []):
            yield f"{name}: a node whose taints it does not tolerate stays untuned"
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
        if kind == "CronJob" and writable:
            yield f"{name}: an audit with {writable} writable"


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
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
