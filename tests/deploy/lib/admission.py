# SPDX-License-Identifier: Apache-2.0
"""The admission policies of deploy/tuning: what Kubernetes' own plugin says by them of good and bad brokers, and what may never be
refused."""
import copy
import json
import os
import pathlib
import subprocess

import helm
import invariants
import manifests
import rendering

# What tests/deploy/policy/build makes.
SAYS = pathlib.Path(os.environ.get("THINTUNE_POLICY_SAYS") or helm.CACHE.parent / "policy/policy-says")
NO_SAYS = "Kubernetes' admission plugin was not built (tests/deploy/policy/build; THINTUNE_POLICY_SAYS names what it makes)"
GATE = "thin-ledger.example/gate"
READY = "feature.node.kubernetes.io/thintune-ready"
# A label of Node Feature Discovery's own.
OTHER = "feature.node.kubernetes.io/storage-nonrotationaldisk"
# What Redpanda's chart makes of tuning.tune_aio_events, and of apply_host_tuners.
STOCK = {"name": "tuning", "image": "redpanda", "command": ["/bin/bash", "-c", "rpk redpanda tune all"], "securityContext": {"privileged": True}}
OF_HOST = {"name": "tuning", "image": "redpanda", "command": ["/bin/bash", "-c"], "securityContext": {"privileged": True},
           "args": ["chroot /host /bin/bash -c 'nsenter -t 1 -n /opt/redpanda/bin/rpk redpanda tune all --config f'"]}
UNGATED, TUNES, REQUIRES, INTOLERANT = "no init container thintune", "rpk redpanda tune: tuning", "requires a label", "does not tolerate"
TAKES = ("takes away the init container thintune, which decides whether a broker may start; the namespace's label "
         "thin-ledger.example/gate=warn allows it")
WOULD, LOSES = "would require a label", "takes away a toleration"
ADDS = "adds what is privileged and runs rpk redpanda tune: tuning"


def policies(top):
    return rendering.rendered(top / "deploy/tuning/overlays/admission-deny")


def rule_problems(top):
    """What has to hold whatever the expressions say."""
    objects = policies(top)
    specs = {d["metadata"]["name"]: d["spec"] for d in objects if d["kind"] == "ValidatingAdmissionPolicy"}
    bindings = [d["spec"] for d in objects if d["kind"] == "ValidatingAdmissionPolicyBinding"]
    if sorted(b["policyName"] for b in bindings) != sorted(specs):
        yield f"policies {sorted(specs)} and bindings of {[b['policyName'] for b in bindings]}"
    for name, spec in specs.items():
        if spec["failurePolicy"] != "Ignore":
            yield f"{name}: an expression that fails refuses"
    for binding in bindings:
        name, actions = binding["policyName"], binding["validationActions"]
        asked = {(o, r) for rule in specs[name]["matchConstraints"]["resourceRules"] for o in rule["operations"] for r in rule["resources"]}
        if "Deny" in actions and asked != {("UPDATE", "statefulsets")}:
            yield f"{name}: refuses {sorted(asked)}, and with it what brings a broker back"
        if "Deny" not in actions and sorted(actions) != ["Audit", "Warn"]:
            yield f"{name}: {actions}"
        if GATE not in json.dumps(binding["matchResources"].get("namespaceSelector")):
            yield f"{name}: of every namespace"
    yield from (f"{d['metadata']['name']}: refuses" for d in rendering.rendered(top / "deploy/tuning/overlays/admission")
                if "Deny" in d["spec"].get("validationActions", []))
    if len(specs) == 2:
        yield from same_problems(specs)
    yield from label_problems(top)


def label_problems(top):
    """Whoever refuses by a label that a manifest has is told where: the next apply writes the manifest's again."""
    folder = top / "deploy/tuning/overlays/admission-deny"
    for path, resource in manifests.resources(top):
        if resource["kind"] != "Namespace" or GATE not in resource["metadata"].get("labels", {}) or manifests.MADE in str(path):
            continue
        name = str(path.relative_to(top))
        yield from (f"{file}: does not tell of the label in {name}" for file in (folder / "kustomization.yaml", top / "docs/kubernetes.md")
                    if name not in file.read_text())


def same_problems(specs):
    """What is kept is what is warned of."""
    warns, keeps = ({v["name"]: " ".join(v["expression"].split()) for v in specs[name]["variables"]}
                    for name in ("thintune-brokers", "thintune-brokers-keep"))
    for name in keeps.keys() - {"pods"}:
        if keeps[name] != f"variables.pods.map(p, {warns[name].replace('variables.pod.', 'p.')})":
            yield f"{name} is not what ../admission/policy.yaml has: {keeps[name]}"


def stateful_set(pod, namespace):
    """As the API server stores it, as far as the policies look."""
    pod = copy.deepcopy(pod)
    if not any(c["name"] == "redpanda" for c in pod.setdefault("containers", [])):
        pod["containers"].append({"name": "redpanda", "image": "redpanda"})
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "redpanda", "namespace": namespace}, "spec": {
        "serviceName": "redpanda", "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": pod}}}


def pod_of(one):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "redpanda-0", "namespace": one["metadata"]["namespace"]},
            "spec": one["spec"]["template"]["spec"]}


def changed(one, change):
    one = copy.deepcopy(one)
    change(one["spec"]["template"]["spec"])
    return one


def ungate(pod):
    pod["initContainers"] = [c for c in pod["initContainers"] if c["name"] != "thintune"]


def job(pod):
    ungate(pod)
    pod["containers"][0].update(name="post-install")


def only_audit(pod):
    next(c for c in pod["initContainers"] if c["name"] == "thintune")["args"][0] = "audit"


def add(container):
    return lambda pod: pod["initContainers"].append(copy.deepcopy(container))


def put(**fields):
    return lambda pod: pod.update(copy.deepcopy(fields))


def required(label):
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchExpressions": [{"key": label, "operator": "In", "values": ["true"]}]}]}}}


def of_one_value(pod):
    for one in pod["tolerations"]:
        del one["operator"]
        one["value"] = "pending"


def unprivileged(container):
    return dict(container, securityContext={})


def cases(top):
    """(sentence, namespace's label, operation, object, old object, words of each warning, words of the refusal)"""
    every = {name: stateful_set(pod, "warn") for name, pod in invariants.broker_pods(top) if name != "overlays/initcontainer/broker.yaml"}
    patched = next(d for d in rendering.rendered(top / "deploy/tuning/overlays/initcontainer") if d["kind"] == "StatefulSet")
    every["overlays/initcontainer"] = stateful_set(patched["spec"]["template"]["spec"], "warn")
    for name, one in every.items():
        yield f"nothing is said of {name}", "warn", "CREATE", one, None, [], None
    good = every["recipes/chart-values.yaml"]
    yield from made_cases(good)
    yield from changed_cases(good)


def made_cases(good):
    tuner = changed(good, add({"name": "thintune-like", "image": "i", "command": ["rpk", "redpanda", "tune", "all"], "securityContext": {"privileged": True}}))
    for sentence, one, words in (
            ("a broker without init container", changed(good, ungate), [UNGATED]),
            ("a broker without any", changed(good, lambda p: p.pop("initContainers")), [UNGATED]),
            ("an init container that only looks", changed(good, only_audit), [UNGATED]),
            ("an init container without arguments", changed(good, lambda p: p["initContainers"][-1].pop("args")), [UNGATED]),
            ("another init container that runs", changed(good, lambda p: (ungate(p), add({"name": "other", "image": "i", "args": ["run"]})(p))), [UNGATED]),
            ("the chart's own tuner", changed(good, add(STOCK)), [TUNES]),
            ("the chart's tuner of the host", changed(good, add(OF_HOST)), [TUNES]),
            ("the tuner beside the broker", changed(good, lambda p: p["containers"].append(copy.deepcopy(STOCK))), [TUNES]),
            ("the tuner and no init container", changed(good, lambda p: (p.pop("initContainers"), p["containers"].append(copy.deepcopy(STOCK)))),
             [UNGATED, TUNES]),
            ("a privileged tuner as arguments", tuner, ["rpk redpanda tune: thintune-like"]),
            ("a tuner without privileges", changed(good, add(unprivileged(STOCK))), []),
            ("a privileged container that tunes nothing", changed(good, add(dict(STOCK, command=["true"]))), []),
            ("a label in the node selector", changed(good, put(nodeSelector={READY: "true"})), [REQUIRES]),
            ("a label that is required", changed(good, put(affinity=required(READY))), [REQUIRES]),
            ("another label in the node selector", changed(good, put(nodeSelector={OTHER: "true"})), []),
            ("another label that is required", changed(good, put(affinity=required(OTHER))), []),
            ("no toleration", changed(good, lambda p: p.pop("tolerations")), [INTOLERANT]),
            ("one of two tolerations", changed(good, lambda p: p["tolerations"].pop()), [INTOLERANT]),
            ("tolerations of one value", changed(good, of_one_value), [INTOLERANT]),
            ("tolerations of eviction alone", changed(good, lambda p: [t.update(effect="NoExecute") for t in p["tolerations"]]), [INTOLERANT]),
            ("a toleration of everything", changed(good, put(tolerations=[{"operator": "Exists"}])), []),
            ("everything at once", changed(good, lambda p: (add(STOCK)(p), ungate(p), p.update(nodeSelector={READY: "x"}, tolerations=[]))),
             [UNGATED, TUNES, REQUIRES, INTOLERANT])):
        yield f"a StatefulSet with {sentence}", "warn", "CREATE", one, None, words, None
        yield f"a pod with {sentence}", "warn", "CREATE", pod_of(one), None, words, None
    yield "a pod that is no broker", "warn", "CREATE", pod_of(changed(good, job)), None, [], None


def changed_cases(good):
    bad = changed(good, ungate)
    yield "a namespace that did not ask", "", "CREATE", bad, None, [], None
    yield "a change in a namespace that is only warned", "warn", "UPDATE", bad, good, [UNGATED], None
    # What brings back a broker that has data, with Deny.
    yield "an eviction, a drain, a lost node: the pod is made anew", "deny", "CREATE", pod_of(bad), None, [UNGATED], None
    yield "an operator makes the StatefulSet anew", "deny", "CREATE", bad, None, [UNGATED], None
    yield "an operator rolls out another version", "deny", "UPDATE", changed(good, lambda p: p["containers"][0].update(image="new")), good, [], None
    yield "a change of what never had a gate", "deny", "UPDATE", changed(bad, lambda p: p["containers"][0].update(image="new")), bad, [UNGATED], None
    worst = changed(good, lambda p: (add(STOCK)(p), ungate(p), p.update(nodeSelector={READY: "x"}, tolerations=[])))
    yield "a change of what has every fault", "deny", "UPDATE", worst, worst, [UNGATED, TUNES, REQUIRES, INTOLERANT], None
    yield "a fault that is mended", "deny", "UPDATE", good, worst, [], None
    yield "the gate is taken away", "deny", "UPDATE", bad, good, [UNGATED], TAKES
    yield "the gate only looks", "deny", "UPDATE", changed(good, only_audit), good, [UNGATED], TAKES
    stock, renamed = (changed(good, add(dict(STOCK, name=name))) for name in ("tuning", "renamed"))
    yield "the chart's own tuner is switched on", "deny", "UPDATE", stock, good, [TUNES], ADDS
    yield "the tuner gets another name", "deny", "UPDATE", renamed, stock, ["rpk redpanda tune: renamed"], None
    yield "a tuner beside the one that is there", "deny", "UPDATE", changed(stock, add(dict(OF_HOST, name="second"))), stock, [TUNES], None
    yield "a label becomes required", "deny", "UPDATE", changed(good, put(nodeSelector={READY: "true"})), good, [REQUIRES], WOULD
    yield "a toleration is taken away", "deny", "UPDATE", changed(good, lambda p: p["tolerations"].pop()), good, [INTOLERANT], LOSES
    yield "a StatefulSet that is no broker any more", "deny", "UPDATE", changed(good, job), good, [], None


def said(top, asked):
    def within(label, one):
        return one and dict(one, metadata=dict(one["metadata"], namespace=label or "none"))
    namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": label or "none", "labels": {GATE: label} if label else {}}}
                  for label in ("warn", "deny", "")]
    requests = [{"operation": operation, "object": within(label, one), "old": within(label, old)} for _, label, operation, one, old, _, _ in asked]
    result = subprocess.run([SAYS], input=json.dumps({"objects": policies(top) + namespaces, "requests": requests}), capture_output=True,
                            text=True, check=False)
    if result.returncode:
        raise ValueError(result.stderr)
    return json.loads(result.stdout)


def problems(top):
    asked = list(cases(top))
    for (sentence, _, _, _, _, words, refusal), answer in zip(asked, said(top, asked), strict=True):
        warnings, denied = answer["warnings"], answer["denied"]
        if len(warnings) != len(words) or not all(any(w in one for one in warnings) for w in words):
            yield f"{sentence}: {warnings}, wanted {words}"
        if bool(answer["audit"]) != bool(words):
            yield f"{sentence}: {answer['audit']} in the audit log"
        if bool(denied) != bool(refusal) or (refusal or "") not in denied:
            yield f"{sentence}: refused with '{denied}', wanted '{refusal or ''}'"


