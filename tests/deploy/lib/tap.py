# SPDX-License-Identifier: Apache-2.0
"""TAP for the tests of deploy/: one line a sentence, what is wrong below it."""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]

_count = 0
_failed = 0


def check(sentence, problems):
    """Passes when problems, any iterable of sentences, is empty."""
    global _count, _failed
    problems = list(problems)
    _count += 1
    print(f"{'not ok' if problems else 'ok'} {_count} - {sentence}")
    _failed += bool(problems)
    for problem in problems[:20]:
        for line in str(problem).splitlines():
            print(f"# {line}")
    sys.stdout.flush()


def skip(sentence, reason):
    global _count
    _count += 1
    print(f"ok {_count} - {sentence} # SKIP {reason}")


def done():
    print(f"1..{_count}")
    sys.exit(1 if _failed else 0)


def tool(program):
    """The path of a program: from PATH, else from where scripts/setup unpacked its package; or None."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    unpacked = pathlib.Path(cache, "thintune/tools").glob(f"*/usr/bin/{program}")
    return shutil.which(program) or next(map(str, unpacked), None)
