#!/usr/bin/python3
"""usage: taint.py FILE FEATURES

FILE is the NodeFeatureRule for Node Feature Discovery, FEATURES what `thintune run --format nfd` prints. The rule may use
nothing that is not there and no field that NFD does not know, and has to hold the taint in both cases in which a node is
not ready: it has no label, or one that says no. One line for each problem; exit code 1 when there is one.
"""
import sys

import yaml

# API nfd.k8s-sigs.io/v1alpha1
RULE = {"name", "labels", "annotations", "extendedResources", "taints", "vars", "matchFeatures", "matchAny"}
OPERATORS = {"In", "NotIn", "InRegexp", "Exists", "DoesNotExist", "Gt", "Lt", "GtLt", "IsTrue", "IsFalse"}
EFFECTS = {"NoSchedule", "PreferNoSchedule", "NoExecute"}
READY = "feature.node.kubernetes.io/thintune-ready"


def problems_of(rule, labels):
    yield from (f"{key} is no field of a rule" for key in rule.keys() - RULE)
    for taint in rule.get("taints", []):
        if taint.keys() != {"key", "value", "effect"} or taint["effect"] not in EFFECTS:
            yield f"{taint} is no taint"
        elif not taint["key"].startswith("feature.node.kubernetes.io/"):
            yield f"{taint['key']}: NFD sets no such taint"
    for matcher in rule.get("matchFeatures", []):
        if matcher["feature"] != "local.label":
            yield f"{matcher['feature']} is not where labels of feature files are"
        for name, expression in matcher["matchExpressions"].items():
            if name not in labels:
                yield f"{name} is no label of thintune's"
            if expression["op"] not in OPERATORS:
                yield f"{expression['op']} is no operator"


def holds(rules, label):
    """Whether some rule taints a node whose label is this; None: it has none."""
    for rule in rules:
        expression = rule["matchFeatures"][0]["matchExpressions"].get(READY, {})
        if rule.get("taints") and (expression.get("op") == "DoesNotExist" and label is None
                                   or expression.get("op") == "In" and label in expression["value"]):
            return True
    return False


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rules = yaml.safe_load(file)["spec"]["rules"]
    with open(sys.argv[2], encoding="utf-8") as file:
        labels = {line.split("=")[0] for line in file}
    problems = [f"{rule['name']}: {problem}" for rule in rules for problem in problems_of(rule, labels)]
    for label, wanted in ((None, True), ("false", True), ("true", False)):
        if holds(rules, label) != wanted:
            problems.append(f"a node with the label {label} is {'not ' if wanted else ''}tainted")
    print("\n".join(problems), end="\n" if problems else "")
    sys.exit(bool(problems))


main()
