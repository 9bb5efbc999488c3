# SPDX-License-Identifier: Apache-2.0
"""deploy/recovery: what its kustomizations render to, its SQL, and that the figures of the page are computed from both."""
import functools
import json
import os
import pathlib
import re
import subprocess
import tempfile

import changefeed
import chart
import manifests
import rendering
import rules
from invariants import LEDGER_CONFIG, LISTENERS, dig, script_module

FOLDER = "deploy/recovery"
PAGE = "docs/disaster-recovery.md"
# What the chart calls the container that it adds for Tiered Storage.
CACHE_OWNER = "set-tiered-storage-cache-dir-ownership"
# Properties of Redpanda 26.2 that may stand here: the type of the value, and the one that needs a licence, if any does.
PROPERTIES = {
    "cloud_storage_enabled": (bool, True), "cloud_storage_bucket": (str, None), "cloud_storage_region": (str, None),
    "cloud_storage_credentials_source": (str, None), "cloud_storage_cache_size": (str, None),
    "cloud_storage_segment_max_upload_interval_sec": (int, None), "cloud_storage_manifest_max_upload_interval_sec": (int, None),
    "cloud_storage_cluster_metadata_upload_interval_ms": (int, None),
    "cloud_storage_attempt_cluster_restore_on_bootstrap": (bool, True), "enable_shadow_linking": (bool, True),
    "audit_failure_policy": (str, None), "sasl_mechanisms": (list, ["SCRAM", "OAUTHBEARER"]), "oidc_discovery_url": (str, None),
    "oidc_token_audience": (str, None), "oidc_principal_mapping": (str, None), "oidc_clock_skew_tolerance": (int, None),
    "default_leaders_preference": (str, "ordered_racks:azure,aws,onprem"), "features_auto_finalization": (bool, False),
}
TIERED_TOPIC = {"redpanda.storage.mode": "tiered", "redpanda.remote.delete": "false", "retention.local.target.ms": "-1",
                "retention.local.target.bytes": "-1"}
# Of 26.2, where no manifest says otherwise, in the units of deploy/recovery/objective.
DEFAULTS = {"snapshot_age": 60, "upload_backoff": 10}


@functools.lru_cache(maxsize=None)
def _render(folder, _state):
    """One rendering for each state of the files: most checks look at the same one."""
    result = subprocess.run([rendering.KUBECTL, "kustomize", folder], capture_output=True, text=True, check=True)
    return list(rendering.yaml_documents(result.stdout))


def _files(folder):
    """The texts of a kustomization and of everything that it is made of."""
    texts = [(folder / "kustomization.yaml").read_text()]
    kustomization = manifests.yaml.load(texts[0], Loader=manifests.UniqueLoader)
    for part in kustomization.get("resources", []) + kustomization.get("components", []):
        texts += _files(folder / part) if (folder / part).is_dir() else [(folder / part).read_text()]
    return texts


def rendered(top, name):
    return _render(top / FOLDER / name, tuple(_files(top / FOLDER / name)))


def of_kind(top, name, kind):
    return [document for document in rendered(top, name) if document["kind"] == kind]


def spec_of(top, name):
    return of_kind(top, name, "Redpanda")[0]["spec"]["clusterSpec"]


def properties(spec):
    """What the resource sets: Tiered Storage's part and the cluster's."""
    return {**dig(spec, "storage.tiered.config", {}), **spec["config"]["cluster"]}


def property_problems(top):
    """What is added to the ledger's cluster is known, of its type, and named on the page if a licence is needed for it."""
    base = set(properties(manifests.of_kind(top, "Redpanda")[0]["spec"]["clusterSpec"]))
    told = set(re.findall(r"^\| [^|]+ \| `(\w+)`", (top / PAGE).read_text(), re.M)) - {"audit_enabled"}
    licensed = set()
    for name in ("licensed", "restore", "shadow"):
        spec = spec_of(top, name)
        if dig(spec, "enterprise.licenseSecretRef") != {"name": "redpanda-license", "key": "license"}:
            yield f"{name}: no licence"
        for key, value in properties(spec).items():
            if key in base:
                continue
            kind, needs = PROPERTIES.get(key, (None, None))
            if type(value) is not kind:
                yield f"{name}: {key} cannot be {value!r}"
            elif needs is not None:
                licensed.add(key)
                if value != needs:
                    yield f"{name}: {key} is {value!r}, wanted {needs!r}"
    if licensed != told:
        yield f"{PAGE}: licences of {sorted(told)}, the manifests use {sorted(licensed)}"


def kept_problems(top):
    """What the ledger's cluster promises holds with a licence, too. The restored one is compared with the licensed one."""
    for name in ("licensed", "shadow"):
        spec = spec_of(top, name)
        config = spec["config"]["cluster"]
        yield from (f"{name}: {key} is {config.get(key)}" for key, value in LEDGER_CONFIG.items() if config.get(key) != value)
        for container in dig(spec, "statefulset.podTemplate.spec.initContainers"):
            resources = container.get("resources", {})
            if not resources.get("requests") or resources["requests"] != resources.get("limits"):
                yield f"{name}: {container['name']} makes the pod Burstable"
        names = {c["name"] for c in dig(spec, "statefulset.podTemplate.spec.initContainers")}
        if (CACHE_OWNER in names) != ("tiered" in spec["storage"]):
            yield f"{name}: the chart's container {CACHE_OWNER} would make the pod Burstable, or is not there"
        if any(dig(spec, f"listeners.{listener}.external.default.enabled") is not False for listener in LISTENERS):
            yield f"{name}: a listener for the outside"


def chart_problems(top):
    """What the chart makes of each: the configuration as written, and pods with CPUs of their own."""
    for name in ("licensed", "shadow"):
        spec = spec_of(top, name)
        documents = chart.rendered_of(spec)
        got = chart.bootstrap_of(documents)
        wanted = {**properties(spec), "audit_enabled": dig(spec, "auditLogging.enabled", False)}
        # Rendered as a number of bytes.
        wanted.pop("cloud_storage_cache_size", None)
        yield from (f"{name}: {key}: {value!r} is written, {got.get(key)!r} is rendered" for key, value in wanted.items() if got.get(key) != value)
        pod = next(d for d in documents if d["kind"] == "StatefulSet")["spec"]["template"]["spec"]
        for container in pod["initContainers"] + pod["containers"]:
            resources = container.get("resources") or {}
            if not resources.get("requests") or resources["requests"] != resources.get("limits"):
                yield f"{name}: container {container['name']} makes the pod Burstable: {resources}"
            if container["image"].endswith(":latest"):
                yield f"{name}: container {container['name']} of {container['image']}"


def topic_problems(top):
    topics = of_kind(top, "licensed", "Topic")
    if {t["metadata"]["name"] for t in topics} != {t["metadata"]["name"] for t in manifests.of_kind(top, "Topic")}:
        yield "licensed: not the ledger's topics"
    for topic in topics:
        for key, value in TIERED_TOPIC.items():
            if topic["spec"]["additionalConfig"].get(key) != value:
                yield f"licensed: {topic['metadata']['name']}: {key} is {topic['spec']['additionalConfig'].get(key)}"


def restore_problems(top):
    """The new cluster is the old one, in the same bucket, with nothing made beside what comes from there."""
    old, new = properties(spec_of(top, "licensed")), properties(spec_of(top, "restore"))
    flag = "cloud_storage_attempt_cluster_restore_on_bootstrap"
    if flag in old:
        yield f"licensed: {flag} would look for a cluster to restore at the first start"
    if new != {**old, flag: True}:
        yield f"restore: differs from licensed in {sorted(k for k in {**old, **new} if old.get(k) != new.get(k))}"
    for kind in ("Topic", "User"):
        if of_kind(top, "restore", kind):
            yield f"restore: {kind} resources would be in the way"


def shadow_problems(top):
    link = of_kind(top, "shadow", "ShadowLink")[0]["spec"]
    kafka = link["sourceCluster"]["staticConfiguration"]["kafka"]
    if of_kind(top, "shadow", "Topic"):
        yield "shadow: Topic resources would change what the link makes"
    if "tiered" in spec_of(top, "shadow")["storage"]:
        yield "shadow: two clusters in one bucket"
    brokers = dig(spec_of(top, "licensed"), "statefulset.replicas")
    if len(set(kafka["brokers"])) != brokers or any(".svc" in broker for broker in kafka["brokers"]):
        yield f"shadow: {kafka['brokers']} are not the {brokers} brokers of the first cluster, or are the shadow's own"
    user = of_kind(top, "source", "User")[0]
    wanted = (user["metadata"]["name"], user["spec"]["authentication"]["type"], dig(user, "spec.authentication.password.valueFrom.secretKeyRef"))
    if (kafka["sasl"]["username"], kafka["sasl"]["mechanism"].lower(), dig(kafka, "sasl.password.secretKeyRef")) != wanted:
        yield f"shadow: does not log in as {wanted}"
    if dig(kafka, "tls.enabled") is not True or not dig(kafka, "tls.caCert.secretKeyRef"):
        yield "shadow: the way to the first cluster is not encrypted, or trusts everybody"
    prefixes = [f["name"] for f in link["topicMetadataSyncOptions"]["autoCreateShadowTopicFilters"]
                if (f["filterType"], f["patternType"]) == ("include", "prefixed")]
    for topic in manifests.of_kind(top, "Topic"):
        if not any(topic["metadata"]["name"].startswith(prefix) for prefix in prefixes):
            yield f"shadow: {topic['metadata']['name']} is not copied"
    if dig(link, "roleSyncOptions.enabled") is not False:
        yield "shadow: roles, superusers' as well, would be copied"
    manager = of_kind(top, "operator", "Deployment")[0]["spec"]["template"]["spec"]["containers"][0]
    if manager["name"] != "manager" or "--enable-shadowlinks" not in manager["args"]:
        yield "operator: looks at no ShadowLink"


def inputs_problems(top):
    """The computation starts from what is configured."""
    tiered, link = properties(spec_of(top, "licensed")), of_kind(top, "shadow", "ShadowLink")[0]["spec"]
    worm = changefeed.options(statement(top, "3-worm.sql", "CREATE CHANGEFEED"))
    wanted = {
        "segment_interval": tiered.get("cloud_storage_segment_max_upload_interval_sec"),
        "manifest_interval": tiered.get("cloud_storage_manifest_max_upload_interval_sec"),
        "metadata_interval": tiered.get("cloud_storage_cluster_metadata_upload_interval_ms", 0) / 1000,
        "fetch_wait": dig(link, "clientOptions.fetchWaitMaxMs", 0) / 1000,
        "offset_interval": changefeed.seconds(dig(link, "consumerOffsetSyncOptions.interval")),
        "gc_ttl": int(re.search(r"gc\.ttlseconds = (\d+)", statement(top, "1-window.sql", "ALTER DATABASE")).group(1)),
        "worm_interval": changefeed.seconds(worm["resolved"]),
        "partitions": sum(t["spec"]["partitions"] for t in manifests.of_kind(top, "Topic")),
        **DEFAULTS,
    }
    have = script_module(top / FOLDER / "objective").CONFIGURED
    yield from (f"objective: {key} is {have.get(key)}, configured is {value}" for key, value in wanted.items() if have.get(key) != value)
    yield from (f"objective: {key} is configured nowhere" for key in have.keys() - wanted.keys())


def computed_problems(top):
    text = (top / PAGE).read_text()
    shown = re.search(r"<!-- objective -->\n(.*?)\n<!-- /objective -->", text, re.S)
    computed = subprocess.run([top / FOLDER / "objective"], capture_output=True, text=True, check=True).stdout.strip()
    if not shown or shown.group(1).strip() != computed:
        yield f"{PAGE}: the tables are not what {FOLDER}/objective prints"
    if "too small" in computed:
        yield "objective: the window does not reach back far enough"
    assumed = script_module(top / FOLDER / "objective").ASSUMED
    told = {"detect": 5, "decide": 30, "brokers": 20, "restore": 15, "failover": 1, "redirect": 15}
    if {key: value * 60 for key, value in told.items()} != {key: assumed[key] for key in told}:
        yield f"{PAGE}: tells of other minutes than {FOLDER}/objective assumes"
    if not re.search(r"assumptions: {detect} minutes .* {decide} to decide, {brokers} for .* {restore} for .* or {failover} for .* {redirect} to redirect; "
                     r"1 TB of rows, 5 MB/s written, a changefeed of 50 MB/s\.".format(**told), " ".join(text.split())):
        yield f"{PAGE}: does not tell the assumptions"
    if (assumed["ledger"], assumed["written"], assumed["feed"]) != (1e12, 5e6, 5e7):
        yield f"{PAGE}: tells of other rates than {FOLDER}/objective assumes"


def statement(top, name, beginning):
    return next(s for s in changefeed.statements(top, name, f"{FOLDER}/sql") if s.startswith(beginning))


def watched(sql):
    return re.search(r"FOR TABLE(.*?)INTO", sql, re.S).group(1).split()


def sql_problems(top):
    """Both feeds are the ledger's feed, but for where they begin and where they go."""
    start = changefeed.start(top)
    ours = changefeed.options(start)
    feeds = {name: statement(top, name, "CREATE CHANGEFEED") for name in ("2-refeed.sql", "3-worm.sql")}
    for name, sql in feeds.items():
        if watched(sql) != watched(start):
            yield f"{name}: watches {watched(sql)}"
        yield from (f"{name}: {mistake}" for mistake in changefeed.option_mistakes(changefeed.options(sql)))
    refeed, worm = (changefeed.options(sql) for sql in feeds.values())
    if refeed != {**ours, "initial_scan": "no", "cursor": "CURSOR"}:
        yield f"2-refeed.sql: differs from 3-start.sql in {sorted(k for k in {**ours, **refeed} if ours.get(k) != refeed.get(k))}"
    if "INTO 'external://thin_ledger'\n" not in feeds["2-refeed.sql"]:
        yield "2-refeed.sql: does not go to the ledger's topics"
    lacking = {"updated", "mvcc_timestamp", "diff", "resolved", "key_in_value"} - worm.keys()
    if lacking or worm.get("initial_scan") != "yes" or worm.get("on_error") != "pause":
        yield f"3-worm.sql: lacks {sorted(lacking)}, or what was there before, or its place after an error"
    if changefeed.seconds(worm.get("min_checkpoint_frequency", "30s")) > changefeed.seconds(worm["resolved"]):
        yield "3-worm.sql: min_checkpoint_frequency keeps resolved timestamps from coming in time"
    name = re.search(r"CREATE EXTERNAL CONNECTION (\w+) AS 's3://", statement(top, "3-worm.sql", "CREATE EXTERNAL")).group(1)
    label = worm.get("metrics_label")
    if label == ours.get("metrics_label") or f'scope="{label}"' not in rules.alerts(top)["ChangefeedNotRunning"]["expr"]:
        yield f"3-worm.sql: ChangefeedNotRunning does not tell {label} from the ledger's feed"
    if statement(top, "3-worm.sql", "SET CLUSTER SETTING") != "SET CLUSTER SETTING server.child_metrics.enabled = true":
        yield "3-worm.sql: no feed has a label"
    if f"INTO 'external://{name}'" not in feeds["3-worm.sql"] or name == "thin_ledger" or f"CONNECTION {name} TO" not in statement(top, "3-worm.sql", "GRANT"):
        yield "3-worm.sql: does not go to the bucket"


# What restore renders to when people have filled in theirs, and whether a drill may begin with it. The ledger's is called "books".
FILLED = [
    ("cloud_storage_bucket: books", True),
    ("cloud_storage_azure_container: ledger\ncloud_storage_azure_storage_account: books", True),
    ("cloud_storage_bucket: thin-ledger-example\ncloud_storage_pail: books", False),
    ("cloud_storage_pail: thin-ledger-example", False),
]
KUBECTL = """#!/bin/sh
case $1 in kustomize) cat filled.yaml ;; *) echo "$*" >applied ;; esac
"""


def drill_problems(top):
    """The commands that begin the drill, with a kubectl in a cluster's place: the ledger's bucket gets no second cluster."""
    block = re.search(r"```\n( *kubectl kustomize deploy/recovery/restore.*?)```", (top / PAGE).read_text(), re.S).group(1)
    for filled, may_begin in FILLED:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "filled.yaml").write_text(filled + "\n")
            (folder / "kubectl").write_text(KUBECTL)
            (folder / "kubectl").chmod(0o755)
            subprocess.run(["bash", "-c", block.replace("BUCKET", "books")], cwd=folder, capture_output=True, check=False,
                           env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
            applied = (folder / "applied").read_text() if (folder / "applied").exists() else ""
            rendered_text = (folder / "drill.yaml").read_text()
        if bool(applied) != may_begin or (applied and "books" in rendered_text):
            yield f"{PAGE}: from {filled!r} it applies {rendered_text if applied else 'nothing'!r}"
        if applied and applied != "--context drill apply --server-side -f drill.yaml\n":
            yield f"{PAGE}: kubectl {applied}"


TIMES = [f"17000000000000000{n:02}.0000000001" for n in range(10)]
EVENT = json.dumps({"after": {"note": "two words"}, "updated": TIMES[9]})


def _line(partition, message):
    return f"ledger-entries {partition} {message if isinstance(message, str) else json.dumps(message)}\n"


def _cut(top, partitions, lines):
    return subprocess.run([top / FOLDER / "cut", str(partitions)], input="".join(lines), capture_output=True, text=True, check=False)


def cut_problems(top):
    lines = [_line(p, {"resolved": TIMES[n]}) for n in range(3) for p in range(3)]
    told = _cut(top, 3, [*lines, _line(0, EVENT), _line(2, {"resolved": TIMES[8]})])
    if told.stdout != f"{TIMES[2]}\n":
        yield f"cut: {told.stdout!r} {told.stderr!r}, wanted the smallest of the last ones, {TIMES[2]}"
    told = _cut(top, 2, [_line(0, {"resolved": "1700000000000000000.0000000010"}), _line(1, {"resolved": "1700000000000000000.0000000009"})])
    if told.stdout != "1700000000000000000.0000000009\n":
        yield f"cut: {told.stdout!r}: compares as text, or as a float"
    told = _cut(top, 3, [*lines[:2], _line(2, EVENT)])
    if told.returncode == 0 or "of 2 partitions, wanted 3 (anything at all: 3)" not in told.stderr:
        yield f"cut: {told.stdout!r} although a partition has no resolved message"
    told = _cut(top, 1, [_line(0, {"resolved": "soon"})])
    if told.returncode == 0 or "no timestamp" not in told.stderr:
        yield f"cut: takes what is no timestamp: {told.stdout!r}"
    told = _cut(top, "", [])
    if told.returncode == 0 or "usage" not in told.stderr:
        yield "cut: does not say how it is used"


RENDERED = {
    "every property is known and of its type, and the page names those that need a licence": property_problems,
    "a licensed cluster keeps what the ledger's promises": kept_problems,
    "licensed topics are in the bucket and on the disks": topic_problems,
    "a restore takes over the same bucket, and makes nothing beside it": restore_problems,
    "the shadow copies the ledger's topics, encrypted, as a user who may": shadow_problems,
    "what is lost is computed from what is configured": inputs_problems,
}
BY_CHART = {
    "the chart renders each as written, and every pod is Guaranteed": chart_problems,
}
ALL = {
    **RENDERED,
    **BY_CHART,
    "the tables of losses and times are what the script computes": computed_problems,
    "the feed that sends the rest and the auditor's are the ledger's": sql_problems,
    "a drill begins with a copy of the bucket, and only there": drill_problems,
    "the cut is the last moment that all partitions have": cut_problems,
}
