# SPDX-License-Identifier: Apache-2.0
"""Commands that pages tell people to type: nobody mends a half command at night. rpk's are held against what rpk of
Redpanda 26.2 has, kubectl's have to name a namespace, and the audit of one node is what it claims to be."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

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


NODE = "ip-10-0-0-1.ec2.internal"


def asked_job(text, cronjob):
    """The Job that the page's command makes of the CronJob, with a kubectl that answers in a cluster's place."""
    found = re.search(r"^node=(?:(?!```).)*--from=cronjob/(?:(?!```).)*\| kubectl apply -f -$", text, re.S | re.M)
    if not found:
        return None
    with tempfile.TemporaryDirectory() as folder:
        spec = cronjob["spec"]["jobTemplate"]["spec"]
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "ASKED", "namespace": "thintune"}, "spec": spec}
        pathlib.Path(folder, "job").write_text(json.dumps(job))
        kubectl = pathlib.Path(folder, "kubectl")
        kubectl.write_text(f"#!/bin/sh\ncase $1 in -n) sed s/ASKED/$5/ {folder}/job ;; apply) cat ;; esac\n")
        kubectl.chmod(0o755)
        script = found.group(0).replace("node=NAME", f"node={NODE}")
        done = subprocess.run(["bash", "-ec", script], env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
                              capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def asked_problems(top):
    """The audit of one node by hand judges with the arguments of the audit that the alerts go by, and reports to its log."""
    page = "docs/runbooks/tuning-drift.md"
    shown = subprocess.run([rendering.KUBECTL, "kustomize", top / "deploy/monitoring/thintune-metrics"], capture_output=True,
                           text=True, check=True).stdout
    cronjob = next(d for d in manifests.yaml.safe_load_all(shown) if d["kind"] == "CronJob")
    text = (top / page).read_text()
    if f"--from=cronjob/{cronjob['metadata']['name']} " not in text:
        yield f"{page}: the CronJob is {cronjob['metadata']['name']}"
    job = asked_job(text, cronjob)
    if not job:
        yield f"{page}: no command makes a Job of the CronJob"
        return
    regular = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"]
    asked = job["spec"]["template"]["spec"]["containers"][0]["args"]
    if asked != [a for a in regular if not a.startswith(("--format", "--output"))]:
        yield f"{page}: it asks {asked}, the CronJob {regular}"
    if (job["spec"]["completions"], job["spec"]["parallelism"], job["spec"]["template"]["spec"].get("nodeName")) != (1, 1, NODE):
        yield f"{page}: not one pod on the node that is named"
    if "." in job["metadata"]["name"]:
        yield f"{page}: a pod of an indexed Job cannot have the host name {job['metadata']['name']}-0"
    if job["spec"].get("maxFailedIndexes", 0) > 1:
        yield f"{page}: the API takes no more failed indexes than completions"
    if manifests.SCHEMAS.is_dir():
        yield from (f"{page}: {text}" for text in manifests.schema_problems(job))


ALL = {
    "every rpk command exists and is whole": rpk_problems,
    "every kubectl command finds what it is for": kubectl_problems,
    "the audit of one node is the CronJob's": asked_problems,
}
# None, or why not.
MISSING = None if rendering.KUBECTL and shutil.which("jq") else "kubectl (1.21 or later) or jq is not here"
NEEDS_TOOLS = {asked_problems}
