# SPDX-License-Identifier: Apache-2.0
"""Commands that pages tell people to type: nobody mends a half command at night. rpk's are held against what rpk of
Redpanda 26.2 has, kubectl's have to name a namespace, and the audit of one node is what it claims to be."""
import re
import shlex
import subprocess

import links
import manifests
import rendering

# Command and arguments | flags. "=" takes a value, "!" has to be there: the command may ask for a confirmation otherwise, and
# below `kubectl exec` without a terminal nobody can answer.
TABLE = """
cluster brokers decommission ID | --skip-liveness-check
cluster brokers decommission-status ID | -d --detailed -H --human-readable
cluster config get KEY |
cluster config set KEY VALUE | --no-confirm! --timeout=
cluster config status |
cluster health | -e --exit-when-healthy -w --watch
cluster info | -b --print-brokers -c --print-cluster -t --print-topics -d --print-detailed-topics --detailed --include-decommissioned
cluster license info |
cluster logdirs describe | -b= --broker= --aggregate-into= --sort-by-size --topics= -H --human-readable
cluster maintenance disable ID |
cluster maintenance enable ID | -w --wait
cluster maintenance status |
cluster partitions enable TOPIC | -p= --partitions= -a --all
cluster partitions list TOPIC | -p= --partition= -n= --node-ids= --disabled-only
cluster partitions move TOPIC | -p= --partition=
cluster storage restore start | --cluster-uuid-override= --polling-interval= -w --wait
cluster storage restore status |
cluster upgrade finalize | --no-confirm!
cluster upgrade status |
group describe GROUP | -c --print-commits -s --print-summary -t --print-lag-per-topic
group seek GROUP | --to= --to-file= --to-group= --topics= --allow-new-topics
iotune |
k8s install | --force --plugin-version=
k8s multicluster bootstrap | --context= --namespace= --loadbalancer --dns-override=
k8s multicluster status | --context= --namespace=
redpanda check |
redpanda start |
redpanda tune TUNER |
redpanda tune help TUNER |
redpanda tune list |
shadow failover LINK | --all --topic= --no-confirm!
shadow status LINK | -a --print-all -k --print-task -o --print-overview -t --print-topic
topic alter-config TOPIC | -s= --set= -d= --delete= --no-confirm!
topic consume TOPIC | -o= --offset= -n= --num= -p= --partitions= -f= --format=
topic create TOPIC | -p= --partitions= -r= --replicas= -c= --topic-config= --if-not-exists
topic delete TOPIC |
topic describe-storage TOPIC | -a --print-all -H --human-readable -o --print-offset -s --print-summary -y --print-sync -z --print-size
topic describe TOPIC | -p --print-partitions -c --print-configs -s --print-summary
topic produce TOPIC | --acks= -k= --key= -p= --partition= --delivery-timeout=
"""


def known():
    """{words of the command: (number of arguments, flags as in the table)}."""
    for row in TABLE.strip().splitlines():
        usage, flags = row.split("|")
        words = [w for w in usage.split() if not w.isupper()]
        yield tuple(words), (len(usage.split()) - len(words), flags.split())


FENCE = re.compile(r"^ *```.*?^ *```", re.S | re.M)


def typed(text):
    """What a page tells the reader to type: the lines of its blocks, and what is in back-quotes in running text."""
    for block in FENCE.findall(text):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines())
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCE.sub("", text)))


def commands(text, program):
    """The words after PROGRAM, up to a comment, a pipe or a here-string. Below kubectl exec, too."""
    for line in typed(text):
        for command in re.findall(rf"^(?:kubectl .* -- |command )?{program} (.*)", line):
            try:
                words = shlex.split(command, comments=True)
            except ValueError:  # a quotation that the next line ends
                words = command.split()
            yield words[:min((n for n, w in enumerate(words) if w in ("|", "<<<", "--", ">")), default=len(words))]


def mistakes(words, table):
    name = next((tuple(words[:n]) for n in (4, 3, 2, 1) if tuple(words[:n]) in table), None)
    if name is None:
        yield "no such command"
        return
    count, flags = table[name]
    arguments, left = [], words[len(name):]
    while left:
        word, equal, _ = left.pop(0).partition("=")
        if not word.startswith("-"):
            arguments.append(word)
        elif word + "=" in flags:
            if not equal:
                left = left[1:]
        elif word not in flags and word + "!" not in flags:
            yield f"no flag {word}"
    if len(arguments) != count:
        yield f"{len(arguments)} arguments, it takes {count}"
    yield from (f"without {flag[:-1]} it waits for an answer" for flag in flags if flag.endswith("!") and flag[:-1] not in words)


def rpk_problems(top):
    table = dict(known())
    for page in links.pages(top):
        for words in commands(page.read_text(), "rpk"):
            yield from (f"{page.relative_to(top)}: rpk {' '.join(words)}: {mistake}" for mistake in mistakes(words, table))


VERBS = {"annotate", "debug", "delete", "describe", "exec", "get", "logs", "patch", "rollout", "wait"}
NO_NAMESPACE = re.compile(r"(nodes?|pv|crd|namespace|storageclass)(/.*)?")


def kubectl_problems(top):
    """What lives in a namespace is looked for in "default" unless one is named, and not found there. An annotation that is
    there already, such as those that the operator writes, is changed with --overwrite only."""
    for page in links.pages(top):
        for words in commands(page.read_text(), "kubectl"):
            verb = next((n for n, word in enumerate(words[:-1]) if word in VERBS), None)
            if verb is None:
                continue
            is_named = {"-n", "-A", "-k", "--namespace"} & set(words)
            if not is_named and (words[verb] == "debug" or not NO_NAMESPACE.fullmatch(words[verb + 1])):
                yield f"{page.relative_to(top)}: kubectl {' '.join(words)}: in which namespace?"
            if words[verb] == "annotate" and "--overwrite" not in words:
                yield f"{page.relative_to(top)}: kubectl {' '.join(words)}: without --overwrite it changes nothing that is there"


def asked_problems(top):
    """The audit of one node by hand judges with the arguments of the watch that the alerts go by, in its own container."""
    page = "docs/runbooks/tuning-drift.md"
    text = (top / page).read_text()
    found = re.search(r"^node=NAME.*\npod=\$\(kubectl -n thintune get pod -l '([^']+)' --field-selector \"spec.nodeName=\$node\" -o name\)\n"
                      r"kubectl -n thintune exec \"\$pod\" -c (\w+) -- /thintune ([^#\n]+)", text, re.M)
    if not found:
        yield f"{page}: no command asks the watch of a node"
        return
    label, values = re.fullmatch(r"(\S+) in \(([\w, -]+)\)", found[1]).groups()
    for overlay in rendering.WATCHERS:
        shown = subprocess.run([rendering.KUBECTL, "kustomize", top / "deploy/tuning/overlays" / overlay], capture_output=True,
                               text=True, check=True).stdout
        pod = next(d for d in manifests.yaml.safe_load_all(shown) if d["kind"] == "DaemonSet")["spec"]["template"]
        container = next((c for c in pod["spec"]["containers"] if c["name"] == found[2]), None)
        if pod["metadata"]["labels"].get(label) not in values.split(", ") or not container:
            yield f"{page}: asks no pod of {overlay}"
            continue
        regular = [a for a in container["args"] if not a.startswith(("--repair", "--publish", "--nfd"))]
        asked = shlex.split(found[3])
        if asked != ["audit", *(a.replace("canary.yaml", "node.yaml") for a in regular[1:])]:
            yield f"{page}: it asks {asked}, {overlay} has {regular}"


ALL = {
    "every rpk command exists and is whole": rpk_problems,
    "every kubectl command finds what it is for": kubectl_problems,
    "the audit of one node is that of its watch": asked_problems,
}
# None, or why not.
MISSING = None if rendering.KUBECTL else "kubectl (1.21 or later) is not here"
NEEDS_TOOLS = {asked_problems}
