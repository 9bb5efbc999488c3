/* SPDX-License-Identifier: Apache-2.0 */
/* The shell functions of the script that a plan is printed as. */
#ifndef REPORT_SH_FUNCTIONS_H
#define REPORT_SH_FUNCTIONS_H

#include "base/text.h"

enum {
	SH_COMPLAIN = 1 << 0,  /* complain PATH SENTENCE; the others call it */
	SH_PUT = 1 << 1,       /* put PATH VALUE [SLACK] */
	SH_BACK = 1 << 2,      /* back PATH VALUE [SLACK], by put */
	SH_KEEP = 1 << 3,      /* keep FILE|DIRECTORY/... but FILE..., and put_back, by put */
	SH_DRIVER = 1 << 4,    /* driver SET SHOW NIC NAME LABEL VALUE */
	SH_PUT_FILE = 1 << 5,  /* put_file PATH CONTENT */
	SH_PUT_LINK = 1 << 6,  /* put_link PATH TARGET */
	SH_TAKE_FILE = 1 << 7, /* take_file PATH */
	SH_AS_OWNER = 1 << 8,  /* as_owner PATH COMMAND... */
	SH_ON_NODE = 1 << 9,   /* on_node COMMAND... */
};

/* These of them; without any, what remembers the exit code. */
void sh_functions_add(struct str *str, unsigned uses);

#endif
