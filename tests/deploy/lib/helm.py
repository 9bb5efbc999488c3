# SPDX-License-Identifier: Apache-2.0
"""helm, the vendor's charts where they are at hand, and what helm makes of them."""
import functools
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile

import manifests
import tap

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "thintune/chart")
HELM = os.environ.get("THINTUNE_HELM") or tap.tool("helm") or shutil.which(CACHE / "helm")
# The one that the tests were written for; another may have other names and other rules.
VERSION = "26.2.1"


def why_not(chart, needs, variable):
    """Why this chart cannot be rendered here, or None. NEEDS is a file of it that a clone without its parts lacks."""
    if not HELM:
        return "there is no helm (THINTUNE_HELM names one)"
    if not (chart / needs).is_file():
        return f"the vendor's chart is not here ({variable} names its folder)"
    version = manifests.yaml.safe_load((chart / "Chart.yaml").read_text())["version"]
    return None if version == VERSION else f"the chart is {version}, not {VERSION}"


@functools.lru_cache(maxsize=8)
def render(chart, release, namespace, values="", arguments=()):
    """The documents that helm makes of the values, a text, and of more arguments."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(values)
        file.flush()
        command = [HELM, "template", release, chart, "--namespace", namespace, "--values", file.name, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return [document for document in manifests.yaml.load_all(result.stdout, Loader=manifests.yaml.CSafeLoader) if document]


def command(page, start):
    """(release, arguments) of the page's `helm upgrade --install RELEASE CHART`, without what only a cluster takes."""
    text = page.read_text()
    begin = text.index(start)
    end = begin
    while text[text.index("\n", end) - 1] == "\\":
        end = text.index("\n", end) + 1
    words = shlex.split(text[begin:text.index("\n", end)].replace("\\\n", " "))
    at = words.index("--install")
    release, rest, arguments = words[at + 1], words[at + 3:], []
    while rest:
        word = rest.pop(0)
        if word in ("--version", "--namespace", "-n"):
            rest.pop(0)
        elif word != "--create-namespace":
            arguments.append(word)
    return release, tuple(arguments)
