#!/usr/bin/python3
"""usage: conditions.py RENDERED RULE IMAGE     what the condition of a node and the rule on it keep to
       conditions.py --arguments RENDERED       what node-problem-detector gives to thintune, one a line
       conditions.py --config RENDERED          its configuration

RENDERED is the overlay node-problem-detector as kubectl makes it, RULE the NodeReadinessRule, IMAGE that of thintune with
registry and version. One line for each problem; exit code 1 when there is one.
"""
import json
import re
import sys

import yaml

# node-problem-detector 1.36, pkg/custompluginmonitor/types and pkg/types. It ignores what it does not know.
CONFIG = {"plugin": str, "pluginConfig": dict, "source": str, "conditions": list, "rules": list, "metricsReporting": bool}
GLOBAL = {"invoke_interval": str, "timeout": str, "max_output_length": int, "concurrency": int,
          "enable_message_change_based_condition_update": bool, "skip_initial_status": bool}
CONDITION = {"type": str, "reason": str, "message": str}
RULE = {"type": str, "condition": str, "reason": str, "path": str, "args": list, "timeout": str, "invoke_interval": str}
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
# What `gate --format npd` prints at most.
LONGEST = 79
# node-readiness-controller 0.5, api/v1alpha1.
READINESS = {"conditions", "enforcementMode", "nodeSelector", "taint", "dryRun"}
SEEN = {path: f"/host{path}" for path in ("/run/thintune/verdicts", "/sys/devices/system/cpu", "/proc/sys/kernel/random/boot_id")}


def fields(where, value, known):
    for key, one in value.items():
        if key not in known:
            yield f"{where}: {key} is no field"
        elif not isinstance(one, known[key]) or known[key] is int and isinstance(one, bool):
            yield f"{where}: {key} is {one!r}"


def seconds(text):
    found = re.fullmatch(r"(\d+)(ms|s|m|h)", text)
    return int(found[1]) * UNITS[found[2]] if found else float("nan")


def config_problems(config):
    settings = config.get("pluginConfig", {})
    yield from fields("configuration", config, CONFIG)
    yield from fields("pluginConfig", settings, GLOBAL)
    if config.get("plugin") != "custom":
        yield f"plugin is {config.get('plugin')}"
    if settings.get("skip_initial_status") is not True:
        yield "a condition is False before anybody has asked"
    if settings.get("max_output_length", 80) <= LONGEST:
        yield f"cuts the sentence at {settings['max_output_length']}"
    if not seconds(settings["invoke_interval"]) > seconds(settings["timeout"]) > 0:
        yield f"asks every {settings['invoke_interval']} for {settings['timeout']}"
    for one in config["conditions"]:
        yield from fields("conditions", one, CONDITION)
    for rule in config["rules"]:
        yield from fields("rules", rule, RULE)
        if rule["type"] != "permanent" or rule["condition"] not in {c["type"] for c in config["conditions"]}:
            yield f"{rule['condition']} is no condition of a node"
        if not seconds(rule["timeout"]) <= seconds(settings["timeout"]):
            yield f"a rule may take {rule['timeout']}, longer than {settings['timeout']}"


def pod_problems(pod, config, name, image):
    container = pod["containers"][0]
    volumes = {v["name"]: v for v in pod["volumes"]}
    mounts = {m["mountPath"]: volumes[m["name"]] for m in container["volumeMounts"]}
    yield from (f"{m['mountPath']} is writable" for m in container["volumeMounts"] if not m.get("readOnly"))
    seen = {v["hostPath"]["path"]: path for path, v in mounts.items() if "hostPath" in v}
    if seen != SEEN:
        yield f"sees {seen} of the node, wanted {SEEN}"
    files = [a.partition("=")[2] for a in container["args"] if a.startswith("--config.")]
    for file in files:
        folder, _, key = file.rpartition("/")
        if mounts.get(folder, {}).get("configMap", {}).get("name") != name or key != "thintune.json":
            yield f"{file} is not where its configuration is"
    if len(files) != 1:
        yield f"reads {files}"
    for rule in config["rules"]:
        reference = mounts.get(rule["path"].rpartition("/")[0], {}).get("image", {}).get("reference", "")
        if reference != image or not rule["path"].endswith("/thintune"):
            yield f"{rule['path']} is no program of {image}: '{reference}'"


def rule_problems(rule, config, selector):
    spec = rule["spec"]
    yield from (f"{key} is no field of a rule" for key in spec.keys() - READINESS)
    if (rule["apiVersion"], rule["kind"]) != ("readiness.node.x-k8s.io/v1alpha1", "NodeReadinessRule"):
        yield f"a {rule['kind']} of {rule['apiVersion']}"
    taint = spec["taint"]
    if taint.keys() - {"key", "value", "effect"} or not re.fullmatch(r"readiness\.k8s\.io/[\w.-]{1,63}", taint["key"]):
        yield f"{taint} is no taint of that controller"
    if taint["effect"] != "NoSchedule" or spec["enforcementMode"] != "bootstrap-only":
        yield f"does more than hold new pods back at first: {taint['effect']}, {spec['enforcementMode']}"
    if spec["conditions"] != [{"type": c["type"], "requiredStatus": "False"} for c in config["conditions"]]:
        yield f"waits for {spec['conditions']}"
    if spec["nodeSelector"] != {"matchLabels": selector}:
        yield f"taints {spec['nodeSelector']}, and the condition is made on {selector}"


def main():
    rendered = sys.argv[2] if sys.argv[1].startswith("--") else sys.argv[1]
    with open(rendered, encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    held = next(d for d in documents if d["kind"] == "ConfigMap" and "thintune.json" in d["data"])
    config = json.loads(held["data"]["thintune.json"])
    if sys.argv[1] == "--config":
        print(json.dumps(config))
        sys.exit()
    if sys.argv[1] == "--arguments":
        print("\n".join(config["rules"][0]["args"]))
        sys.exit()
    pod = next(d for d in documents if d["kind"] == "DaemonSet")["spec"]["template"]["spec"]
    with open(sys.argv[2], encoding="utf-8") as file:
        rule = yaml.safe_load(file)
    problems = [*config_problems(config), *pod_problems(pod, config, held["metadata"]["name"], sys.argv[3]),
                *rule_problems(rule, config, pod["nodeSelector"])]
    print("\n".join(problems), end="\n" if problems else "")
    sys.exit(bool(problems))


main()
