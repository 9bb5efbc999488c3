# SPDX-License-Identifier: Apache-2.0
"""Breaks one thing in a copy of deploy/ and docs/ and looks whether its check sees it."""
import contextlib
import pathlib
import shutil
import tempfile

import tap


@contextlib.contextmanager
def copied(top):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("deploy", "docs"):
            shutil.copytree(top / name, pathlib.Path(folder, name))
        yield pathlib.Path(folder)


def check_all(mutations):
    """mutations: (check function, file, old text, new text, a word of the expected problem)."""
    with copied(tap.TOP) as copy:
        for function, file, old, new, word in mutations:
            path = copy / file
            text = path.read_text()
            sentence = f"{function.__name__} sees '{old.strip()[:40]}' become '{new.strip()[:50]}'"
            if old not in text:
                tap.check(sentence, [f"{file} does not hold {old!r}"])
                continue
            path.write_text(text.replace(old, new, 1))
            try:
                found = list(function(copy))
            except Exception as error:  # a check that dies has noticed, too, but must say what it was
                found = [f"died: {error!r}"]
            path.write_text(text)
            tap.check(sentence.replace("\n", " "), [] if any(word in str(f) for f in found) else [f"wanted {word!r}, found {found[:3]}"])
