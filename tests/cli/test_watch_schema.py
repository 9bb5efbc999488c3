#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates files that watch leaves: test_watch_schema.py SCHEMA WATCH_JSON...

Exit code 0: all are valid. 1: some are not. 77: skipped, the Python module jsonschema is missing.
"""

import json
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python module jsonschema (package python3-jsonschema) is missing")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    validator = jsonschema.Draft202012Validator(json.load(file))
faults = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        for error in validator.iter_errors(json.load(file)):
            print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}")
            faults += 1
sys.exit(1 if faults else 0)
