#!/bin/bash
# `profile schema` against the shipped profiles and against bad ones.
. "$(dirname "$0")/lib.sh"
"$python" "$(dirname "$0")/test_profile_schema.py" "$THINTUNE"
