#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`profile schema` against profiles: test_profile_schema.py THINTUNE

The shipped profiles and what `profile show` prints of them are valid; bad profiles whose mistake a
schema can see are not. Exit code 0, 1, or 77: skipped, a Python module is missing.
"""

import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: the Python module {missing.name} is missing"
          " (packages python3-jsonschema, python3-yaml)")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent

# The others are about places, YAML itself, the order of values or other files.
SEEN_BY_SCHEMA = [
    "choice-out-of-range", "no-name", "not-a-map", "nothing-allowed", "overlay-comparison",
    "overlay-without-when", "sysctl-dots", "sysctl-interface", "sysctl-path", "two-rules",
    "unit-missing", "unit-unknown", "unknown-key", "unknown-section", "wrong-section",
    "wrong-type",
]


def output_of(thintune, *arguments):
    return subprocess.run([thintune, "profile", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def main():
    thintune = sys.argv[1]
    schema = json.loads(output_of(thintune, "schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = []

    shipped = sorted((HERE.parent.parent / "profiles").glob("*.yaml"))
    texts = {str(path): path.read_text(encoding="utf-8") for path in shipped}
    texts |= {f"profile show {path.stem}": output_of(thintune, "show", path.stem)
              for path in shipped}
    for name, text in texts.items():
        failed += [f"{name}: {error.json_path}: {error.message[:200]}"
                   for error in validator.iter_errors(yaml.safe_load(text))]
    for name in SEEN_BY_SCHEMA:
        path = HERE / "profile-errors" / f"{name}.yaml"
        if validator.is_valid(yaml.safe_load(path.read_text(encoding="utf-8"))):
            failed.append(f"{path.name}: valid, but should not be")

    for sentence in failed:
        print(f"FAILED: {sentence}", file=sys.stderr)
    print(f"{len(texts)} valid and {len(SEEN_BY_SCHEMA)} bad profiles, {len(failed)} failed")
    return 1 if failed or not shipped else 0


sys.exit(main())
