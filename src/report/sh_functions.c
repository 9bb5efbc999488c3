/* SPDX-License-Identifier: Apache-2.0 */
/* What the script's lines call: each function writes one thing, and complains where it cannot. */
#include "report/sh_functions.h"

static const char complain_function[] =
    "rc=0\n"
    "\n"
    "# complain PATH SENTENCE: the other settings are still written\n"
    "complain() {\n"
    "\tprintf '%s: %s\\n' \"$1\" \"$2\" >&2\n"
    "\trc=4\n"
    "}\n";

static const char put_functions[] =
    "\n"
    "# same READ WANTED SLACK: equal, the choice in brackets, numbers at most SLACK apart, or\n"
    "# with SLACK mask the same but for leading zeroes\n"
    "same() {\n"
    "\t[ \"$1\" = \"$2\" ] && return 0\n"
    "\tread_back=$(printf '%s' \"$1\" | tr -s '[:blank:]' ' ')\n"
    "\t[ \"$read_back\" = \"$2\" ] && return 0\n"
    "\tcase \" $read_back \" in\n"
    "\t*\" [$2] \"*) return 0 ;;\n"
    "\tesac\n"
    "\tif [ \"$3\" = mask ]; then\n"
    "\t\tread_zeroes=${read_back%%[!0,]*} want_zeroes=${2%%[!0,]*}\n"
    "\t\t[ \"${read_back#\"$read_zeroes\"}\" = \"${2#\"$want_zeroes\"}\" ]\n"
    "\t\treturn\n"
    "\tfi\n"
    "\t[ \"$3\" -gt 0 ] || return 1\n"
    "\t[ \"$read_back\" -ge \"$(($2 - $3))\" ] 2>/dev/null &&\n"
    "\t\t[ \"$read_back\" -le \"$(($2 + $3))\" ] 2>/dev/null\n"
    "}\n"
    "\n"
    "# put PATH VALUE [SLACK]: writes an existing file once and reads it back\n"
    "put() {\n"
    "\tif [ ! -f \"$ROOT$1\" ]; then\n"
    "\t\tcomplain \"$1\" 'there is no such file'\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tif ! reason=$({ printf '%s\\n' \"$2\" >\"$ROOT$1\"; } 2>&1); then\n"
    "\t\tcomplain \"$1\" \"could not be written: $reason\"\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tif ! now=$(cat \"$ROOT$1\" 2>&1); then\n"
    "\t\tcomplain \"$1\" \"could not be read back: $now\"\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tsame \"$now\" \"$2\" \"${3:-0}\" || complain \"$1\" \"wanted $2, reads back $now\"\n"
    "}\n";

static const char back_function[] =
    "\n"
    "# back PATH VALUE [SLACK]: what the kernel may have changed along with the writes before\n"
    "back() {\n"
    "\t[ -f \"$ROOT$1\" ] || return 0\n"
    "\tsame \"$(cat \"$ROOT$1\" 2>/dev/null)\" \"$2\" \"${3:-0}\" || put \"$@\"\n"
    "}\n";

static const char keep_functions[] =
    "\n"
    "newline='\n"
    "'\n"
    "\n"
    "# remember PATH: its value, if it is a file that has one and can be written\n"
    "remember() {\n"
    "\tcase $but in\n"
    "\t*\"$newline$1$newline\"*) return ;;\n"
    "\tesac\n"
    "\t[ -f \"$ROOT$1\" ] && [ -n \"$(find \"$ROOT$1\" -prune -perm -200)\" ] || return 0\n"
    "\tvalue=$(cat \"$ROOT$1\" 2>/dev/null) || return 0\n"
    "\tkept=$((kept + 1))\n"
    "\teval \"path_$kept=\\$1 value_$kept=\\$value\"\n"
    "}\n"
    "\n"
    "# keep FILE|DIRECTORY/... but FILE...: what the next write makes the kernel reset\n"
    "keep() {\n"
    "\tkept=0\n"
    "\tbut=\n"
    "\tfor word in \"$@\"; do\n"
    "\t\t[ -z \"$but\" ] || but=$but$word$newline\n"
    "\t\t[ \"$word\" != but ] || but=$newline\n"
    "\tdone\n"
    "\tfor word in \"$@\"; do\n"
    "\t\tcase $word in\n"
    "\t\tbut) return ;;\n"
    "\t\t*/) for file in \"$ROOT$word\"*; do remember \"${file#\"$ROOT\"}\"; done ;;\n"
    "\t\t*) remember \"$word\" ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "}\n"
    "\n"
    "# put_back: whatever does not read as it did when keep looked\n"
    "put_back() {\n"
    "\twhile [ \"$kept\" -gt 0 ]; do\n"
    "\t\teval \"file=\\$path_$kept value=\\$value_$kept\"\n"
    "\t\tkept=$((kept - 1))\n"
    "\t\t[ \"$(cat \"$ROOT$file\" 2>/dev/null)\" != \"$value\" ] || continue\n"
    "\t\tcase $value in\n"
    "\t\t*'['*']'*)\n"
    "\t\t\tvalue=${value#*'['}\n"
    "\t\t\tvalue=${value%%']'*}\n"
    "\t\t\t;;\n"
    "\t\tesac\n"
    "\t\tput \"$file\" \"$(printf '%s' \"$value\" | tr -s '[:blank:]' ' ')\"\n"
    "\tdone\n"
    "}\n";

static const char driver_function[] =
    "\n"
    "# driver SET SHOW NIC NAME LABEL VALUE: asks ethtool, and reads back what it shows\n"
    "driver() {\n"
    "\tif ! reason=$(ethtool \"$1\" \"$3\" \"$4\" \"$6\" 2>&1); then\n"
    "\t\tcomplain \"$3 $4\" \"could not be set: $reason\"\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tnow=$(ethtool \"$2\" \"$3\" | sed -n \"s/^$5:[[:blank:]]*//p\" | tail -n 1)\n"
    "\t[ \"${now%% *}\" = \"$6\" ] || complain \"$3 $4\" \"wanted $6, reads back $now\"\n"
    "}\n";

static const char put_file_function[] =
    "\n"
    "# put_file PATH CONTENT: a whole file, made when it is not there\n"
    "put_file() {\n"
    "\tif ! reason=$({ mkdir -p \"$ROOT${1%/*}\" && printf '%s' \"$2\" >\"$ROOT$1\"; } 2>&1); "
    "then\n"
    "\t\tcomplain \"$1\" \"could not be written: $reason\"\n"
    "\tfi\n"
    "}\n";

static const char put_link_function[] =
    "\n"
    "# put_link PATH TARGET\n"
    "put_link() {\n"
    "\tif ! reason=$({ mkdir -p \"$ROOT${1%/*}\" && ln -sfn \"$2\" \"$ROOT$1\"; } 2>&1); then\n"
    "\t\tcomplain \"$1\" \"could not be made: $reason\"\n"
    "\tfi\n"
    "}\n";

static const char as_owner_function[] =
    "\n"
    "# as_owner UID GID INODE DIRECTORY COMMAND...: in that directory of this machine, whatever "
    "ROOT\n"
    "# says, and as its owner. It is entered once and must be the one that the audit saw.\n"
    "as_owner() {\n"
    "\tuid=$1 gid=$2 seen=\"$1 $2 $3\" dir=$4\n"
    "\tshift 4\n"
    "\treason=$(\n"
    "\t\texec 2>&1\n"
    "\t\tcd -P \"$dir\" || exit\n"
    "\t\tif [ \"$(stat -c '%u %g %i' .)\" != \"$seen\" ]; then\n"
    "\t\t\techo 'it is not the directory, or not the owner, that the audit saw'\n"
    "\t\t\texit 1\n"
    "\t\tfi\n"
    "\t\t[ \"$uid\" = \"$(id -u)\" ] ||\n"
    "\t\t\tset -- setpriv --reuid \"$uid\" --regid \"$gid\" --clear-groups "
    "--no-new-privs \"$@\"\n"
    "\t\t\"$@\"\n"
    "\t) || complain \"$dir\" \"$reason\"\n"
    "}\n";

static const char take_file_function[] =
    "\n"
    "# take_file PATH\n"
    "take_file() {\n"
    "\trm -f \"$ROOT$1\" || complain \"$1\" 'could not be removed'\n"
    "}\n";

static const char on_node_function[] =
    "\n"
    "# on_node COMMAND...: only where the root is this machine's own\n"
    "on_node() {\n"
    "\tif [ -n \"$ROOT\" ]; then\n"
    "\t\tprintf 'to be run on the node: %s\\n' \"$*\" >&2\n"
    "\t\treturn\n"
    "\tfi\n"
    "\t\"$@\" || complain \"$*\" 'failed'\n"
    "}\n";

static const struct {
	unsigned use;
	const char *text;
} functions[] = {
    {.use = SH_PUT, .text = put_functions},
    {.use = SH_BACK, .text = back_function},
    {.use = SH_KEEP, .text = keep_functions},
    {.use = SH_DRIVER, .text = driver_function},
    {.use = SH_PUT_FILE, .text = put_file_function},
    {.use = SH_PUT_LINK, .text = put_link_function},
    {.use = SH_TAKE_FILE, .text = take_file_function},
    {.use = SH_AS_OWNER, .text = as_owner_function},
    {.use = SH_ON_NODE, .text = on_node_function},
};

void sh_functions_add(struct str *str, unsigned uses)
{
	str_add(str, (uses & SH_COMPLAIN) ? complain_function : "rc=0\n");
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		str_add(str, (uses & functions[i].use) ? functions[i].text : "");
}
