"""The man pages thintune(1), thintune-profile(5) and thintune-report(7)."""
import markdown
from mdoc import argument, item, literal, page, prose, tags, words

# When the sentences of this file were last changed: a page is the same whenever it is built.
DATE = "December 1, 2026"


def paragraph(*texts):
    lines = []
    for text in texts:
        lines += ([".Pp"] if lines else []) + prose(text)
    return lines


def sentence(text):
    return text[0].upper() + text[1:] + "."


# thintune(1) -----------------------------------------------------------------------------------------------------

FILES = {
    "/etc/default/thintune": "options for all commands that look at the node, in THINTUNE_OPTIONS",
    "/etc/thintune/profiles/NAME.yaml": "profiles of this site; one of the name of a built-in profile takes its place",
    "/etc/thintune/advisories.yaml": "advisories of this site, beside the built-in ones",
    "/etc/redpanda/redpanda.yaml": "the data directory, the addresses, and what rpk was told",
    "/run/thintune/journal.jsonl": "what the node had before, for restore",
    "/run/thintune/verdicts/OWNER.json": "the last verdict of run, for gate",
    "/var/lib/thintune/history.jsonl": "who changed what and when, in a chain of hashes; up to .9 beside it",
    "/var/lib/thintune/profiles/OWNER.yaml": "the last good profile, with which run goes on where the present one has a "
                                             "mistake",
}
ENVIRONMENT = {
    "NO_COLOR": "not empty: no colours, unless --color says otherwise",
    "CLICOLOR_FORCE": "neither empty nor 0: colours also where no terminal is, unless --color or NO_COLOR says otherwise",
    "TERM": "dumb: no colours of its own accord, and no progress",
    "COLUMNS": "how wide a text may be, in place of the terminal's width; 60 is the least",
    "JOURNAL_STREAM": "set by systemd: messages on standard error carry their severity",
    "SUDO_USER": "who is named in the history, and in what restore leaves behind",
}


def option_head(option):
    letter = f"Fl {option['letter']} , " if option["letter"] else ""
    taken = f" Ar {argument(option['argument'])}" if option["argument"] else ""
    return f"{letter}Fl -{option['name']}{taken}"


def command_item(command, options):
    own = [f"--{one['name']}" for one in options if command["name"] in one["commands"] and not one["common"]]
    formats = command["formats"]
    return item(
        f"Cm {command['name']}" + (f" Ar {argument(command['arguments'])}" if command["arguments"] else ""),
        sentence(command["help"]),
        f"Options of its own: {', '.join(own)}." if own else "",
        f"Formats: {', '.join(formats)}." if len(formats) > 1 else "")


def option_item(option, commands):
    of = option["commands"]
    whose = "all commands" if len(of) == len(commands) else ", ".join(of)
    return item(option_head(option), sentence(option["help"]), f"With {whose}.")


def exit_status(tables):
    lines = paragraph(
        "Of the commands that look at a node. If several apply, the first of this order counts: " +
        ", ".join(tables["priority"].split(" > ")) + ".")
    lines += tags(item(str(one["code"]), sentence(one["means"])) for one in tables["exits"])
    lines += [".Pp"] + paragraph(
        "`run` and `gate` answer whether the broker may start, by the `gate` of the profile. "
        "In brackets: with data, where that makes a difference.")
    lines += [".Bl -column \"a required setting does not hold\" \"others\" \"required-only\" \"strict\" \"report\"",
              ".It Em situation Ta Em others Ta Em required-only Ta Em strict Ta Em report"]
    for row in tables["gates"]:
        lines.append(".It " + " Ta ".join(f"\\&{words(cell)}" for cell in row))
    return lines + [".El"]


def examples(commands):
    lines = []
    for command in commands:
        for one in command["examples"]:
            lines += ([".Pp"] if lines else []) + prose(sentence(one["means"]))
            lines += [f".Dl thintune {words(one['line'])}"]
    return lines


def program(tables):
    commands, options = tables["commands"], tables["options"]
    body = [".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar option ...", ".Nm", ".Cm help", ".Op Ar command",
            ".Sh DESCRIPTION"]
    body += paragraph(
        "thintune compares the settings of a Linux node with a profile, writes what differs, reads every write back, can "
        "undo all of it, and says in one exit code whether Redpanda may start.",
        "Commands that look at the node take the options of /etc/default/thintune as well, unless the command line has "
        "them or --no-defaults is given.")
    body += [".Sh COMMANDS"] + tags(command_item(one, options) for one in commands)
    body += [".Sh OPTIONS"] + tags(option_item(one, commands) for one in options)
    body += [".Sh TUNERS"] + paragraph("What --only and --skip name:")
    body += tags(item(f"Cm {one['name']}", sentence(one["summary"])) for one in tables["tuners"])
    body += [".Sh ENVIRONMENT"] + tags(item(f"Ev {name}", sentence(text)) for name, text in ENVIRONMENT.items())
    body += [".Sh FILES"] + tags(item(f"Pa {name}", sentence(text)) for name, text in FILES.items())
    body += [".Sh EXIT STATUS"] + exit_status(tables)
    body += [".Sh EXAMPLES"] + examples(commands)
    body += [".Sh SEE ALSO", ".Xr thintune-profile 5 ,", ".Xr thintune-report 7"]
    return page("thintune", 1, "tune a Linux node for Redpanda, and verify each write", tables["version"], DATE, body)


# thintune-profile(5) ---------------------------------------------------------------------------------------------

def key_item(row, tables):
    defaults = [f"{profile['name']}: {markdown.default(profile, row)}" for profile in tables["profiles"]
                if markdown.default(profile, row)]
    return item(f"Cm {argument(markdown.key_name(row))}",
                row["help"],
                f"{markdown.type_text(row)[0].upper()}{markdown.type_text(row)[1:]}.",
                f"Values: {'; '.join(defaults)}." if defaults else "",
                f"Example: `{markdown.leaf(row)}: {markdown.example(tables, row)}`.")


def profile(tables):
    body = [".Sh DESCRIPTION"] + paragraph(*markdown.INTRODUCTION)
    body += [".Sh TOP LEVEL"] + tags(item(f"Cm {name}", text) for name, text in markdown.top_keys(tables))
    body += [".Sh VALUES"] + tags(item(f"Cm {argument(form)}", text) for form, text in markdown.FORMS)
    for section in markdown.sections(tables):
        body += [f".Sh SECTION {section.upper()}"]
        body += tags(key_item(row, tables) for row in tables["keys"] if row["section"] == section)
    body += [".Sh OVERLAYS"] + paragraph(*markdown.OVERLAYS)
    body += tags(item(f"Cm {row['key']}", markdown.condition_text(row)) for row in tables["when"])
    body += [".Sh WAIVERS"] + paragraph(*markdown.WAIVERS)
    body += [".Sh EXAMPLES"] + literal(markdown.EXAMPLE) + literal(markdown.WAIVERS_EXAMPLE)
    body += [".Sh SEE ALSO", ".Xr thintune 1 ,", ".Xr thintune-report 7"]
    return page("thintune-profile", 5, "how a node should be, for thintune", tables["version"], DATE, body)


# thintune-report(7) ----------------------------------------------------------------------------------------------

STATES = {
    "same": "The node has what is wanted.",
    "differs": "It has something else; apply writes it.",
    "changed": "Written, and read back as wanted.",
    "failed": "The write was refused, or the kernel kept another value; the note says which.",
    "managed": "An interrupt that the kernel places by itself: it cannot be set.",
    "unsupported": "This node has no such setting.",
    "skipped": "Not written; the note says why: a right that is missing, redpanda.yaml, a network namespace.",
    "manual": "It needs a boot option, the firmware, or a command elsewhere; the note says which.",
    "contested": "Somebody else keeps writing it, or wants another value; the note names them.",
    "left-over": "An earlier profile wanted it and the present one does not: apply puts the original back.",
    "waived": "It does not hold, and an exception of the profile says who takes that on, why, and until when.",
}
CHECK_STATES = {
    "pass": "The condition holds.",
    "fail": "It does not; the note says what to do.",
    "unknown": "It cannot be told; the note says why.",
    "skipped": "There is nothing on this node, or in this command, to check.",
    "waived": "It does not hold, and an exception of the profile says who takes that on, why, and until when.",
}


def key_lines(schema, node, prefix, seen):
    """Each key of the JSON report that has a description, with its way from the top."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        if name in seen:
            return
        yield from key_lines(schema, schema["$defs"][name], prefix, seen | {name})
    for other in node.get("oneOf", []) + node.get("anyOf", []):
        yield from key_lines(schema, other, prefix, seen)
    if "items" in node:
        yield from key_lines(schema, node["items"], f"{prefix}[]", seen)
    for key, value in node.get("properties", {}).items():
        path = f"{prefix}.{key}" if prefix else key
        text = value.get("description")
        if not text and "$ref" in value:
            text = schema["$defs"][value["$ref"].rsplit("/", 1)[1]].get("description")
        if text:
            yield path, text
        yield from key_lines(schema, value, path, seen)


def states(names, texts):
    missing = [name for name in names if name not in texts]
    if missing:
        raise SystemExit(f"scripts/pages/man.py: no sentence for the state {', '.join(missing)}")
    return tags(item(f"Cm {name}", texts[name]) for name in names)


def report(tables, schemas):
    formats = [(one["name"], one["formats"]) for one in tables["commands"] if len(one["formats"]) > 1]
    body = [".Sh DESCRIPTION"] + paragraph(
        "A report says first what the node is and what the profile wants, then each setting and check that is not right "
        "(with --verbose also those that are), and ends with the verdict. Several settings that are alike are one row. "
        "A cause that several rows have is told once, below the table, as in [1] needs uid 0; each of those rows has [1] behind its state.",
        "Each setting has its name, what the node has, what is wanted, its state, and in brackets the profile, line and "
        "overlay that ask for it.")
    body += [".Sh STATES OF SETTINGS"] + states(tables["states"], STATES)
    body += [".Sh STATES OF CHECKS"] + states(tables["check_states"], CHECK_STATES)
    body += [".Sh FORMATS"] + tags(item(f"Cm {name}", ", ".join(of) + ".") for name, of in formats)
    for schema in schemas:
        name = schema["title"].removeprefix("thintune ").upper()
        body += [f".Sh KEYS OF THE JSON {name}"] + prose(schema["description"])
        body += tags(item(f"Cm {argument(path)}", text) for path, text in key_lines(schema, schema, "", frozenset()))
    body += [".Sh SEE ALSO", ".Xr thintune 1 ,", ".Xr thintune-profile 5"]
    return page("thintune-report", 7, "what the reports of thintune say", tables["version"], DATE, body)
