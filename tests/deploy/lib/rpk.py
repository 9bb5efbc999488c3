# SPDX-License-Identifier: Apache-2.0
"""docs/rpk.md and deploy/tuning/rpk against rpk's own names and against what thintune does with its keys. Each function
takes the project's folder and yields sentences about what is wrong."""
import functools
import json
import os
import pathlib
import re
import subprocess
import tempfile

import tap
import yaml

# rpk's tuners and the key that switches each on, from its source.
KEYS = {
    "aio_events": "tune_aio_events", "ballast_file": "tune_ballast_file", "clocksource": "tune_clocksource",
    "coredump": "tune_coredump", "cpu": "tune_cpu", "disk_irq": "tune_disk_irq", "disk_nomerges": "tune_disk_nomerges",
    "disk_scheduler": "tune_disk_scheduler", "disk_write_cache": "tune_disk_write_cache", "fstrim": "tune_fstrim",
    "net": "tune_network", "swappiness": "tune_swappiness", "transparent_hugepages": "tune_transparent_hugepages",
}
PAGE, FILE = "docs/rpk.md", "deploy/tuning/rpk/redpanda.yaml"
THINTUNE = os.environ.get("THINTUNE")
# Hundreds of audits; tests/golden and tests/cli/redpanda-yaml.sh have the like with sanitizers.
SHIPPED = os.environ.get("THINTUNE_SHIPPED") or THINTUNE
# Asks for everything that one of the keys is for.
PROFILE = """\
profile: everything
summary: everything that rpk has a key for
extends: thin-ledger
disk: {write-cache: write through}
storage: {fstrim: true, ballast: 1GiB}
irq: {placement: dedicated}
"""


def rows(top):
    """{rpk's tuner: (key, thintune's tuners)} of the page's table."""
    table = re.search(r"<!-- rpk -->\n(.*?)<!-- /rpk -->", (top / PAGE).read_text(), re.S).group(1)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {row[0]: (row[1], set(re.findall(r"\[([\w-]+)\]", row[2]))) for row in cells}


def name_problems(top):
    table = rows(top)
    if {name: key for name, (key, _) in table.items()} != KEYS:
        yield f"{PAGE}: rpk's tuners and keys are {KEYS}"
    listing = subprocess.run([THINTUNE, "explain"], capture_output=True, text=True, check=True).stdout
    tuners = set(re.findall(r"^([a-z-]+)  ", listing.partition("\nADVISORY ")[0], re.M))
    told = set(re.findall(r"\[([\w-]+)\]\(tuners\.md#\1\)", (top / PAGE).read_text()))
    if told != tuners:
        yield f"{PAGE} speaks of the tuners {sorted(told)}, the table has {sorted(tuners)}"


@functools.lru_cache(maxsize=1)
def nodes():
    folder = tempfile.TemporaryDirectory()
    records = tap.TOP / "tests/nodes"
    names = {path.stem for path in records.glob("*.node")}
    if os.environ.get("THINTUNE_SWEEP") == "short":
        names = (records / "short-sweep").read_text().split()
    for path in (records / f"{name}.node" for name in sorted(names)):
        target = pathlib.Path(folder.name, path.stem)
        subprocess.run([tap.TOP / "tests/nodes/unpack", path, target], check=True, capture_output=True)
    pathlib.Path(folder.name, "profile.yaml").write_text(PROFILE)
    return folder


def settings(text):
    """{node: {tuner: its settings}} of audits with this redpanda.yaml."""
    folder = pathlib.Path(nodes().name)
    config = folder / "redpanda.yaml"
    config.write_text(text)
    result = {}
    for node in filter(pathlib.Path.is_dir, sorted(folder.iterdir())):
        command = [SHIPPED, "audit", "--root", node, "--profile", folder / "profile.yaml", "--redpanda-config", config, "--format", "json"]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
        result[node.name] = {}
        for setting in report["settings"]:
            result[node.name].setdefault(setting["tuner"], []).append(setting)
    return result


@functools.lru_cache(maxsize=1)
def without_keys():
    return settings("rpk: {}\n")


@functools.lru_cache(maxsize=None)
def switched_off(key):
    """thintune's tuners that plan or do something else, on any recorded node, where this key says false."""
    changed, usual = settings(f"rpk: {{{key}: false}}\n"), without_keys()
    return {tuner for node in usual for tuner in usual[node].keys() | changed[node].keys()
            if usual[node].get(tuner) != changed[node].get(tuner)}


def key_problems(top):
    """What a key switches off in thintune is what the row says."""
    for name, (key, tuners) in rows(top).items():
        if switched_off(key) != tuners:
            yield f"{PAGE}: {name}: {key} switches off {sorted(switched_off(key))}, the row says {sorted(tuners)}"


def file_problems(top):
    """With the file rpk tunes nothing, and thintune everything."""
    text = (top / FILE).read_text()
    config = yaml.safe_load(text)
    for key, value in config["rpk"].items():
        if key.startswith("tune_"):
            yield f"{FILE}: {key} is {value}"
    if config["redpanda"]["developer_mode"] is not False:
        yield f"{FILE}: a developer's machine"
    told = set(re.findall(r"\btune_[a-z_]+", text))
    if told != set(KEYS.values()):
        yield f"{FILE}: names {sorted(told)}, rpk has {sorted(KEYS.values())}"
    if settings(text) != without_keys():
        yield f"{FILE}: thintune does not plan what it plans without it"


ALL = {
    "the page has rpk's tuners and keys, and all of thintune's": name_problems,
    "each key switches off what its row says": key_problems,
    "with deploy/tuning/rpk/redpanda.yaml rpk tunes nothing and thintune everything": file_problems,
}
