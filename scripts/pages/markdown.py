"""docs/profiles.md: every key that a profile may have; and what thintune-profile(5) says in the same words."""

INTRODUCTION = (
    "A profile says in YAML how a node should be. It is a built-in one, a file NAME.yaml in /etc/thintune/profiles, or any "
    "file that --profile names with its path. `thintune profile show NAME` prints all of its values and where each comes "
    "from, `thintune profile check FILE` all of its mistakes, `thintune profile schema` a JSON Schema for editors.",
    "A value that no profile of the chain states is not looked at. A mistake ends every command before it touches "
    "anything.",
)
TOP = {
    "profile": "The name, which is also that of its file in /etc/thintune/profiles.",
    "summary": "What it is for, in one line.",
    "extends": "Another profile, by name or by path; what stands here takes the place of what stands there.",
    "gate": "When run and gate keep the broker from starting: required-only (default), strict, or report.",
    "waivers": "Exceptions, each with `what`, `reason`, `owner` and `until`; those of the profiles that it extends count, too.",
    "lowered": "Written by `profile show`: what the profiles that it was made of required and do not any more. Reports and `profile check` tell it on.",
    "overlays": "Values for some nodes or disks: a list of maps, each with `when` and sections.",
}
FORMS = (
    ("VALUE", "Exactly that."),
    ("[VALUE, ...]", "The first of them that the node offers."),
    ("{at-least: VALUE}", "That or more; of a list of numbers each."),
    ("{at-most: VALUE}", "That or less."),
    ("{one-of: [VALUE, ...]}", "Any of them is right; else the first that the node offers is set."),
    ("leave", "Left alone, and counted in the report."),
    ("auto", "Computed from the node, where the key takes it."),
    ("{value: ..., severity: required, why: ...}", "With a severity, `required` or `advised`, and a reason for the report. "
     "Both go with every form, and also alone: then the value is inherited."),
)
OVERLAYS = (
    "An overlay counts where all keys of its `when` hold; of a list one item is enough. A later overlay takes the place of "
    "an earlier one. What is not known matches nothing.",
)
WAIVERS = (
    "A waiver is an exception that somebody accepts until a day. Each has all four keys. `what` is \"TUNER SETTING\", with "
    "the names of a report and with * and ? in SETTING, or \"check ID\". `until` is the last day (UTC) on which it is in "
    "force, at most 400 days ahead of today. Of several that name the same the one that lasts longest counts.",
    "A setting or check that a waiver names and that does not hold is `waived`: apply and run do not write it, it is no "
    "difference, also with --strict, and it holds no broker back. What holds anyway is `same` or `pass`, and the report "
    "says that the waiver is not needed. What an earlier apply wrote stays as it is, and the report says so; `restore` puts "
    "it back, and so does `leave` in place of a value. No waiver hides what is left over from an earlier profile.",
    "From 14 days before its end a report warns of it. After its last day what it named is a difference again, and apply "
    "writes it; the report says whose waiver that was. It never holds a broker back that has data, whatever `gate` says. "
    "`thintune gate` judges by the day again, where a waiver has expired since the run. While the clock is "
    "before the day on which this version was made, nothing expires, and the report says that.",
    "A waiver that names nothing is a warning, in the report and by `profile check`. Not waived are the checks direct-io, "
    "data-directory, data-mount and data-writable: that is a mistake in the profile. Floors of the probe are no checks: a "
    "lower floor is a value of the profile.",
)
WAIVERS_EXAMPLE = """waivers:
  - what: sysctl fs.aio-max-nr
    reason: shared with the old database, which leaves in March
    owner: db team
    until: 2027-03-31
  - {what: "disk-queue nvme?n1 *", reason: "asked for by the vendor, ticket 4711", owner: storage, until: 2027-06-30}
  - {what: check memory-per-core, reason: "larger nodes are ordered", owner: capacity, until: 2027-03-31}
"""
EXAMPLE = """profile: site
summary: brokers of this site
extends: thin-ledger
sysctl:
  vm.swappiness: 1
disk:
  read-ahead: {at-most: 128KiB, why: "Reads of brokers are large already."}
overlays:
  - when: {cloud: azure, kernel: ">= 6.1"}
    disk:
      io-timeout: 240s
"""
TYPES = {
    "number": "a whole number",
    "numbers": "one or more whole numbers",
    "sysctl": "a number, a list of numbers, or text",
    "choice": "a word",
    "size": "bytes, or with the unit KiB, MiB, GiB or TiB",
    "duration": "a time with the unit us, ms, s, min or h",
    "boolean": "true or false",
    "version": "a version",
    "cpus": "a list of CPUs",
}
# Where no shipped profile states a value.
EXAMPLES = {
    "sysctl.*": "1",
    "cpu.max-cstate-latency": "20us",
    "disk.nr-requests": "1024",
    "disk.read-ahead": "128KiB",
    "disk.rq-affinity": "2",
    "disk.write-cache": "write back",
    "disk.iostats": "1",
    "disk.io-timeout": "240s",
    "storage.ballast": "1GiB",
    "irq.placement": "dedicated",
    "irq.cores-per-irq-core": "16",
    "irq.interrupt-cpus": "0-1",
    "irq.compute-cpus": "2-15",
    "irq.allowed-cpus": "0-15",
    "net.queues": "16",
    "net.rx-ring": "4096",
    "net.tx-ring": "4096",
    "probe.floors.read-iops": "{at-least: 10000}",
    "probe.floors.write-iops": "{at-least: 10000}",
}
OF_TYPE = {"number": "1", "numbers": "[1, 2, 3]", "size": "1GiB", "duration": "10ms", "boolean": "true",
           "version": '"6.1"', "cpus": "0-3"}


def sections(tables):
    found = []
    for row in tables["keys"]:
        if row["section"] not in found:
            found.append(row["section"])
    return found


def top_keys(tables):
    """Name and sentence of each key that is no section."""
    known = [name for name in tables["schema"]["properties"] if name not in sections(tables)]
    missing = [name for name in known if name not in TOP]
    if missing:
        raise SystemExit(f"scripts/pages/markdown.py: no sentence for the key {', '.join(missing)}")
    return [(name, TOP[name]) for name in known]


def key_name(row):
    return "any other" if row["key"] == "*" else row["key"]


def leaf(row):
    """As it is written in its map: floors is a map in probe, while a sysctl has dots in its name."""
    if row["key"] == "*":
        return "net.ipv4.tcp_fastopen"
    return row["key"] if row["section"] == "sysctl" else row["key"].removeprefix("floors.")


def type_text(row):
    if row["choices"]:
        text = row["choices"].replace("|", ", ")
        text = f"one of {text}" if "," in text else f"only {text}"
    else:
        text = TYPES[row["type"]]
    if row["min"] and row["max"]:
        text += f", from {row['min']} to {row['max']}"
    elif row["min"]:
        text += f", at least {row['min']}"
    elif row["max"]:
        text += f", at most {row['max']}"
    forms = [rule for rule in row["rules"] if rule not in ("exact", "first-of")]
    if "first-of" in row["rules"]:
        forms.append("a list")
    if row["auto"]:
        forms.append("auto")
    only = "" if "exact" in row["rules"] else "only "
    return text + (f"; {only}{', '.join(forms)}" if forms else "")


def default(profile, row):
    """The value in a shipped profile, without overlays; empty: it has none."""
    for one in profile["values"]:
        if one["section"] == row["section"] and one["key"] == row["key"]:
            return one["value"] + (" (required)" if one["required"] else "")
    return ""


def example(tables, row):
    name = f"{row['section']}.{row['key']}"
    if name in EXAMPLES:
        return EXAMPLES[name]
    for profile in tables["profiles"]:
        value = default(profile, row).removesuffix(" (required)")
        if value and value != "leave":
            return value
    value = row["choices"].split("|")[0] if row["choices"] else OF_TYPE.get(row["type"], "none")
    return value if "exact" in row["rules"] else f"{{{row['rules'][0]}: {value}}}"


def condition_text(row):
    return f"One of {row['choices'].replace('|', ', ')}." if row["choices"] else f"{row['expected'][0].upper()}" \
        f"{row['expected'][1:]}."


# The page --------------------------------------------------------------------------------------------------------

def cell(text):
    return text.replace("|", "\\|")


def code(text):
    return f"`{cell(text)}`" if text else ""


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def value_cell(profile, row):
    value = default(profile, row)
    bare = value.removesuffix(" (required)")
    return code(bare) + (", required" if value != bare else "")


def section_rows(tables, section):
    for row in tables["keys"]:
        if row["section"] != section:
            continue
        yield [code(row["key"]) if row["key"] != "*" else "any other", cell(row["help"]), cell(type_text(row)),
               *(value_cell(profile, row) for profile in tables["profiles"]),
               code(f"{leaf(row)}: {example(tables, row)}")]


def other_sysctls(tables):
    """Those that the shipped profiles state and that have no row of their own."""
    own = {row["key"] for row in tables["keys"] if row["section"] == "sysctl"}
    seen = []
    for profile in tables["profiles"]:
        seen += [one["key"] for one in profile["values"]
                 if one["section"] == "sysctl" and one["key"] not in own and one["key"] not in seen]
    for key in sorted(seen):
        row = {"section": "sysctl", "key": key}
        yield [code(key), *(value_cell(profile, row) for profile in tables["profiles"])]


def profiles(tables):
    names = [profile["name"] for profile in tables["profiles"]]
    lines = ["<!-- Generated by scripts/pages/write from the table in src/profile/schema.c; edit that. -->",
             "# Profiles", ""]
    for text in INTRODUCTION:
        lines += [text, ""]
    lines += ["```yaml", *EXAMPLE.rstrip("\n").split("\n"), "```", "", "## Shipped profiles", ""]
    lines += table(["profile", "what it is for"], [[code(one["name"]), cell(one["summary"])]
                                                   for one in tables["profiles"]])
    lines += ["", "Their values below are those where no overlay applies.", "", "## Top level", ""]
    lines += table(["key", "what it says"], [[code(name), cell(text)] for name, text in top_keys(tables)])
    lines += ["", "## Values", ""]
    lines += table(["form", "what it means"], [[code(form), cell(text)] for form, text in FORMS])
    for section in sections(tables):
        lines += ["", f"## {section}", ""]
        lines += table(["key", "what it is", "type and unit", *names, "example"], section_rows(tables, section))
        if section == "sysctl":
            lines += ["", "Of the others the shipped profiles state these:", ""]
            lines += table(["key", *names], other_sysctls(tables))
    lines += ["", "## Overlays", ""]
    for text in OVERLAYS:
        lines += [text, ""]
    lines += table(["key of `when`", "what it takes"], [[code(row["key"]), cell(condition_text(row))]
                                                        for row in tables["when"]])
    lines += ["", "## Waivers", ""]
    for text in WAIVERS:
        lines += [text, ""]
    lines += ["```yaml", *WAIVERS_EXAMPLE.rstrip("\n").split("\n"), "```"]
    return "\n".join(lines) + "\n"
