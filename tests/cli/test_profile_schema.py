#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`profile schema` against profiles: test_profile_schema.py THINTUNE

The shipped profiles and what `profile show` prints of them are valid; bad profiles whose mistake a
schema can see are not. Prints TAP; skipped where a Python module is missing.
"""

import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"1..0 # SKIP the Python module {missing.name} is missing"
          " (packages python3-jsonschema, python3-yaml)")
    sys.exit(0)

HERE = pathlib.Path(__file__).resolve().parent

# The others are about places, YAML itself, the order of values or other files.
SEEN_BY_SCHEMA = [
    "choice-out-of-range", "no-name", "not-a-map", "nothing-allowed", "overlay-comparison",
    "overlay-without-when", "sysctl-dots", "sysctl-interface", "sysctl-path", "two-rules",
    "unit-missing", "unit-unknown", "unknown-key", "unknown-section", "waiver-direct-io", "waiver-no-owner",
    "wrong-section", "wrong-type",
]


def output_of(thintune, *arguments):
    return subprocess.run([thintune, "profile", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def main():
    thintune = sys.argv[1]
    schema = json.loads(output_of(thintune, "schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    results = []

    for path in sorted((HERE.parent.parent / "profiles").glob("*.yaml")):
        if path.stem == "advisories":
            continue
        texts = {f"{path.name} is valid": path.read_text(encoding="utf-8"),
                 f"profile show {path.stem} is valid": output_of(thintune, "show", path.stem)}
        for sentence, text in texts.items():
            errors = validator.iter_errors(yaml.safe_load(text))
            results.append((sentence, [f"{error.json_path}: {error.message[:200]}"
                                       for error in errors]))
    # In quotes, since this reader makes a date of the other form.
    waiver = {"what": "disk-queue nvme?n1 *", "reason": "r", "owner": "o", "until": "2027-01-31"}
    for sentence, waivers, wanted in (
            ("a waiver is valid", [waiver], True),
            ("one without a setting is not", [dict(waiver, what="sysctl")], False),
            ("one of a check by a pattern is not", [dict(waiver, what="check file*")], False),
            ("one without a day is not", [dict(waiver, until="soon")], False)):
        problems = [] if validator.is_valid({"profile": "p", "waivers": waivers}) == wanted else [f"{waivers}"]
        results.append((sentence, problems))
    for name in SEEN_BY_SCHEMA:
        text = (HERE / "profile-errors" / f"{name}.yaml").read_text(encoding="utf-8")
        problems = ["it is valid"] if validator.is_valid(yaml.safe_load(text)) else []
        results.append((f"{name}.yaml is not valid", problems))

    for number, (sentence, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {sentence}")
        for problem in problems:
            print(f"# {problem}")
    print(f"1..{len(results)}")
    return 1 if any(problems for _, problems in results) else 0


sys.exit(main())
