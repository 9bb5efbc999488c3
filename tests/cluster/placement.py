#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: placement.py CLUSTER_YAML
Prints eight nodes without machines (three at azure, three at aws, two at onprem), labelled and tainted as docs/platform.md
says, and a StatefulSet of stand-ins for the brokers: the operator's pods as far as the scheduler looks at them, with the
Redpanda resource's rules, containers and resources."""
import sys

import yaml

PROVIDERS = {"azure": 3, "aws": 3, "onprem": 2}


def node(provider, number):
    name = f"{provider}-{number}"
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": f"{provider}-zone-{number % 2}",
              "thin-ledger.example/provider": provider, "thin-ledger.example/broker": "true"}
    taint = {"key": "thin-ledger.example/broker", "value": "true", "effect": "NoSchedule"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": {"taints": [taint]}}


def container(name, resources):
    return {"name": name, "image": "stand-in:1.0.0", "resources": {kind: {k: str(v) for k, v in values.items()} for kind, values in resources.items()}}


def brokers(redpanda):
    values = redpanda["spec"]["clusterSpec"]
    statefulset = values["statefulset"]
    pod = statefulset["podTemplate"]["spec"]
    labels = pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]
    spec = {key: pod[key] for key in ("affinity", "nodeSelector", "tolerations", "topologySpreadConstraints")}
    spec["initContainers"] = [container(c["name"], c["resources"]) for c in pod["initContainers"]]
    spec["containers"] = [container("redpanda", values["resources"])] + [container(c["name"], c["resources"]) for c in pod["containers"]]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "thin-ledger", "namespace": "thin-ledger"},
            "spec": {"serviceName": "thin-ledger", "replicas": statefulset["replicas"], "podManagementPolicy": "Parallel",
                     "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}}


with open(sys.argv[1], encoding="utf-8") as file:
    resource = yaml.safe_load(file)
print(yaml.safe_dump_all([node(p, n) for p, count in PROVIDERS.items() for n in range(count)] + [brokers(resource)]))
