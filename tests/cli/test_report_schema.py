#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates JSON reports: test_report_schema.py SCHEMA REPORT...

Exit code 0: all are valid, and what the schema cannot say holds as well. 1: some are not.
77: skipped, the Python module jsonschema is missing.
"""

import collections
import json
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python module jsonschema (package python3-jsonschema) is missing")
    sys.exit(77)

KEYS = [
    "schema", "tool", "command", "node", "profile", "verdict", "exit_code", "summary", "placement", "isolated",
    "start_options", "redpanda", "overlays", "leaves", "waivers", "lowered", "half_applied", "settings", "checks", "left_out", "gate", "probe", "run",
]


def read(path):
    """The document; a key that appears twice in one object is an error."""

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(keys) != len(set(keys)):
            raise ValueError(f"duplicate key among {keys}")
        return dict(pairs)

    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=unique)


def beyond_the_schema(report):
    """Sentences about what a schema cannot express: order, sums, names."""
    if list(report) != [key for key in KEYS if key in report]:
        yield f"the keys stand in the wrong order: {list(report)}"
    counts = dict(report["summary"])
    for name, items, found in (
        ("settings", report["settings"], counts),
        ("checks", report["checks"], counts["checks"]),
    ):
        listed = collections.Counter(item["state"] for item in items)
        for state, count in found.items():
            if isinstance(count, int) and state not in ("required_failed", "leave") and listed[state] != count:
                yield f"summary: {count} {name} are {state}, the list has {listed[state]}"
    if counts.get("leave", 0) != len(report.get("leaves", [])):
        yield f"summary: {counts.get('leave', 0)} values are left alone, the list has {len(report.get('leaves', []))}"
    ids = collections.Counter((item["tuner"], item["setting"]) for item in report["settings"])
    for name, count in ids.items():
        if count > 1:
            yield f"setting {name} is listed {count} times"
    parts = [report, report.get("left_out", {"settings": [], "checks": []})]
    measured = {item["check"] for part in parts for item in part["checks"] if "have_in" in item}
    known = measured | {item["setting"] for part in parts for item in part["settings"]}
    if not measured <= set(report["run"]["measured"]) <= known:
        yield f"run.measured has {sorted(report['run']['measured'])}, expected {sorted(measured)}"


def lets_unknown_pass(validator, report, tried={}):
    """Of each command's reports with these keys one is tried: it takes as long as all of the schema."""
    kind = report["command"], *report
    if kind not in tried:
        tried[kind] = validator.is_valid(dict(report, unknown=1))
    return tried[kind]


def is_valid(validator, report, seen=set()):
    """The schema has the same for a setting in whatever report it stands, and most stand in many: each is tried once."""
    if not isinstance(report, dict) or not isinstance(report.get("settings"), list):
        return validator.is_valid(report)
    texts = [json.dumps(item) for item in report["settings"]]
    new = [item for item, text in zip(report["settings"], texts) if text not in seen]
    if not validator.is_valid(dict(report, settings=new)):
        return False
    seen.update(texts)
    return True


def problems(validator, path):
    try:
        report = read(path)
    except (OSError, ValueError) as error:
        return [str(error)]
    found = []
    if not is_valid(validator, report):
        found = [
            f"{'/'.join(str(part) for part in error.absolute_path) or '(top)'}: {error.message}"
            for error in validator.iter_errors(report)
        ]
    elif lets_unknown_pass(validator, report):
        found = ["the schema lets an unknown key pass"]
    return found or list(beyond_the_schema(report))


def main():
    if len(sys.argv) < 3:
        print("usage: test_report_schema.py SCHEMA REPORT...", file=sys.stderr)
        return 2
    if not hasattr(jsonschema, "Draft202012Validator"):
        print("skipped: the Python module jsonschema is too old for JSON Schema 2020-12")
        return 77
    schema = read(sys.argv[1])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = 0
    for path in sys.argv[2:]:
        found = problems(validator, path)
        for sentence in found:
            print(f"{path}: {sentence}")
        failed += bool(found)
    print(f"{len(sys.argv) - 2} reports, {failed} invalid")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
