# SPDX-License-Identifier: Apache-2.0
"""The changefeed's SQL against the option lists of CockroachDB 26.2's documentation, and against the topics
and users that it writes to. parsers.py asks CockroachDB's own parser, which knows of no option what it means."""
import json
import re
import urllib.parse

import manifests

FOLDER = "deploy/cluster/changefeed"
WORD = r"[a-z_]+"
# Option: what its value may look like; None: it has no value.
OPTIONS = {
    "updated": None, "mvcc_timestamp": None, "diff": None, "full_table_name": None, "key_in_value": None,
    "topic_in_value": None, "split_column_families": None, "unordered": None,
    "resolved": r"(\d+(ms|s|m|h))?", "min_checkpoint_frequency": r"\d+(ms|s|m|h)",
    "envelope": r"wrapped|enriched|bare|key_only|row", "format": r"json|avro|protobuf|csv|parquet",
    "confluent_schema_registry": r"https://.+", "avro_schema_prefix": WORD, "key_column": WORD,
    "initial_scan": r"yes|no|only", "cursor": r".+", "end_time": r".+", "on_error": r"fail|pause",
    "gc_protect_expires_after": r"\d+(ms|s|m|h)", "schema_change_events": r"default|column_changes",
    "schema_change_policy": r"backfill|nobackfill|stop", "execution_locality": r".+", "metrics_label": WORD,
    "lagging_ranges_threshold": r"\d+(ms|s|m|h)", "extra_headers": r".+", "headers_json_column_name": WORD,
    "kafka_sink_config": r"\{.*\}",
}
PARAMETERS = {
    "topic_prefix", "topic_name", "tls_enabled", "ca_cert", "client_cert", "client_key", "sasl_enabled",
    "sasl_mechanism", "sasl_user", "sasl_password",
}
MECHANISMS = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"}
SINK = {
    "ClientID": str, "RequiredAcks": {"ONE", "NONE", "ALL"}, "Compression": {"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"},
    "CompressionLevel": int, "Version": str, "Flush": {"Bytes": int, "Messages": int, "MaxMessages": int, "Frequency": str},
}
LEDGER = {"updated": None, "diff": None, "resolved": "10s", "on_error": "pause", "envelope": "wrapped", "format": "json"}
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def statements(top, name, folder=FOLDER):
    text = re.sub(r"--[^\n]*", "", (top / folder / name).read_text())
    return [s.strip() for s in re.split(r";(?=(?:[^']*'[^']*')*[^']*$)", text) if s.strip()]


def options(statement):
    """{option: value or None} behind WITH."""
    _, _, text = statement.partition("WITH")
    found = {}
    for part in re.split(r",(?=(?:[^']*'[^']*')*[^']*$)", text):
        name, equals, value = part.partition("=")
        if name.strip() in found:
            raise ValueError(f"option {name.strip()} stands twice")
        found[name.strip()] = value.strip().strip("'") if equals else None
    return found


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(\w+)", text).groups()
    return int(number) * SECONDS[unit]


def start(top):
    return next(s for s in statements(top, "3-start.sql") if s.startswith("CREATE CHANGEFEED"))


def sink_uri(top):
    statement = next(s for s in statements(top, "2-connection.sql") if s.startswith("CREATE EXTERNAL CONNECTION"))
    return re.search(r"'([^']+)'", statement).group(1)


def option_mistakes(given):
    for name, value in given.items():
        if name not in OPTIONS:
            yield f"no option {name}"
        elif OPTIONS[name] is None and value is not None:
            yield f"option {name} takes no value"
        elif OPTIONS[name] is not None and not re.fullmatch(OPTIONS[name], value or ""):
            yield f"option {name} cannot be {value!r}"


def option_problems(top):
    yield from option_mistakes(options(start(top)))


def ledger_problems(top):
    found = options(start(top))
    for name, value in LEDGER.items():
        if name not in found or found[name] != value:
            yield f"{name}: {found.get(name)}, wanted {value}"
    if seconds(found.get("min_checkpoint_frequency", "30s")) > seconds(found["resolved"]):
        yield "min_checkpoint_frequency keeps resolved timestamps from coming in time"


def _sink_types(given, wanted, path=""):
    for key, value in given.items():
        rule = wanted.get(key)
        if rule is None:
            yield f"kafka_sink_config: no key {path}{key}"
        elif isinstance(rule, dict):
            yield from _sink_types(value, rule, f"{key}.")
        elif isinstance(rule, set) and value not in rule:
            yield f"kafka_sink_config: {path}{key} cannot be {value}"
        elif isinstance(rule, type) and not isinstance(value, rule):
            yield f"kafka_sink_config: {path}{key} cannot be {value!r}"


def sink_problems(top):
    config = json.loads(options(start(top))["kafka_sink_config"])
    yield from _sink_types(config, SINK)
    if config.get("RequiredAcks") != "ALL":
        yield "RequiredAcks is not ALL: an acknowledged event may be lost"
    flush = config.get("Flush", {})
    if ("Bytes" in flush or "Messages" in flush) and not re.fullmatch(r"\d+(ms|s)", flush.get("Frequency", "")):
        yield "Flush has a bound but no Frequency: the last events may wait for ever"
    for topic in manifests.of_kind(top, "Topic"):
        limit = int(topic["spec"]["additionalConfig"]["max.message.bytes"])
        if not 0 < 2 * flush.get("Bytes", 1 << 28) <= limit:
            yield f"a batch of {flush.get('Bytes')} bytes may not fit {topic['metadata']['name']} ({limit})"


def uri_problems(top):
    uri = urllib.parse.urlsplit(sink_uri(top))
    parameters = urllib.parse.parse_qs(uri.query, strict_parsing=True)
    redpanda = manifests.of_kind(top, "Redpanda")[0]
    name, brokers = redpanda["metadata"]["name"], redpanda["spec"]["clusterSpec"]["statefulset"]["replicas"]
    wanted = {f"{name}-{n}.{name}.thin-ledger.svc.cluster.local:9093" for n in range(brokers)}
    if uri.scheme != "kafka" or set(uri.netloc.split(",")) != wanted:
        yield f"the sink does not name every broker: {set(uri.netloc.split(',')) ^ wanted}"
    for name in set(parameters) - PARAMETERS:
        yield f"no parameter {name}"
    value = {name: values[0] for name, values in parameters.items()}
    if value.get("tls_enabled") != "true" or not value.get("ca_cert"):
        yield "the way to Redpanda is not encrypted, or trusts everybody"
    if value.get("sasl_enabled") != "true" or value.get("sasl_mechanism") not in MECHANISMS - {"PLAIN"}:
        yield f"authentication is off or in the clear: {value.get('sasl_mechanism')}"
    users = {u["metadata"]["name"]: u["spec"]["authentication"]["type"] for u in manifests.of_kind(top, "User")}
    if users.get(value.get("sasl_user")) != value.get("sasl_mechanism", "").lower():
        yield f"no user {value.get('sasl_user')} with {value.get('sasl_mechanism')} among {users}"


def topic_problems(top):
    """Each watched table has its topic, each topic its table, and each table its grant."""
    prefix = urllib.parse.parse_qs(urllib.parse.urlsplit(sink_uri(top)).query)["topic_prefix"][0]
    tables = re.search(r"FOR TABLE(.*?)INTO", start(top), re.S).group(1).split(",")
    tables = [table.strip() for table in tables]
    wanted = {prefix + table.split(".")[-1] for table in tables}
    topics = {t["metadata"]["name"] for t in manifests.of_kind(top, "Topic")}
    if wanted != topics:
        yield f"tables without topic or topics without table: {wanted ^ topics}"
    acls = [a for u in manifests.of_kind(top, "User") if u["metadata"]["name"] == "changefeed" for a in u["spec"]["authorization"]["acls"]]
    if [a["resource"]["name"] for a in acls] != [prefix]:
        yield f"the changefeed's ACL is not for {prefix}"
    trial = statements(top, "0-trial.sql")
    made = {re.search(r"EXISTS (\S+)", s).group(1) for s in trial if s.startswith("CREATE TABLE")}
    if made != set(tables) or {re.search(r"INTO (\S+)", s).group(1) for s in trial if s.startswith("UPSERT")} != made:
        yield f"the trial makes {sorted(made)} and fills them, wanted {sorted(tables)}"
    prepared = " ".join(statements(top, "1-prepare.sql"))
    for table in tables:
        if f"GRANT CHANGEFEED ON TABLE {table} TO ledger_changefeed" not in prepared:
            yield f"no grant on {table}"
    if "kv.rangefeed.enabled = true" not in prepared:
        yield "rangefeeds are off"
    if "INTO 'external://thin_ledger'" not in start(top):
        yield "the changefeed does not go through the external connection"


ALL = {
    "every changefeed option exists and has a possible value": option_problems,
    "the changefeed says when, what before, up to where, and waits when broken": ledger_problems,
    "the sink waits for all copies and its batches fit the topics": sink_problems,
    "the connection is encrypted, authenticated, and knows every broker": uri_problems,
    "tables, topics, ACLs and grants fit each other": topic_problems,
}
