/* SPDX-License-Identifier: Apache-2.0 */
/* The looks of every HTML page, and its one script. */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

extern const char html_style[], html_script[];

#endif
