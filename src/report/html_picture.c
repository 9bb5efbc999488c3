/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a node: NUMA nodes with their CPUs above, devices below, a line for each interrupt. */
#include "base/escape.h"
#include "base/text.h"
#include "report/html.h"
#include "report/html_node.h"
#include "report/layout.h"

/* In the picture's own unit, which is about a pixel. */
enum {
	WIDTH = 900,
	GAP = 14,
	PAD = 14,
	TITLE = 30,
	FEW_CPUS = 8, /* up to so many have room for words */
	FEW_WIDTH = 102,
	FEW_HEIGHT = 66,
	CPU_WIDTH = 48,
	CPU_HEIGHT = 38,
	CORE = 9, /* side of the square that stands for one */
	DEVICE_WIDTH = 214,
	DEVICE_HEIGHT = 74,
	WIRES = 64,      /* a line each up to so many; then one for those alike */
	WIRES_CPUS = 16, /* and on up to so many CPUs: more boxes lie in the way */
	WIRE_ROOM = 54,
};

struct spot {
	const struct html_cpus *box;
	int x, y, width, height;
};
typedef VEC(struct spot) spots;

struct panel {
	const struct html_numa *numa;
	int x, y, width, height;
	spots spots;
};

struct picture {
	struct arena *arena;
	const struct html_node *node;
	VEC(struct panel) panels;
	int columns, height; /* height: of all so far */
	struct str markup;
};

/* A text that fits; all of it is in the title of what it stands in. */
static const char *fit(struct arena *arena, const char *text, int width, int letter)
{
	size_t most = (size_t)(width / letter);
	char *copy = arena_strdup(arena, escape_text(arena, text, ESCAPE_ALL));

	if (layout_width(copy) <= most)
		return escape_html(arena, copy);
	text_cut(copy, most - 1);
	return arena_printf(arena, "%s\u2026", escape_html(arena, copy));
}

static void write_text(struct picture *picture, const char *class, int x, int y, const char *text,
		       int width)
{
	if (*text)
		str_printf(&picture->markup, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n",
			   class, x, y,
			   fit(picture->arena, text, width, text_equal(class, "tb") ? 8 : 7));
}

/* Where everything is ------------------------------------------------------------------------- */

/* Rows of boxes of one CPU each. */
static void place_cpus(struct picture *picture, struct panel *panel)
{
	bool is_few = picture->node->cpus <= FEW_CPUS;
	int width = is_few ? FEW_WIDTH : CPU_WIDTH, height = is_few ? FEW_HEIGHT : CPU_HEIGHT;
	int gap = is_few ? 8 : 4, inner = panel->width - 2 * PAD;
	int row = (inner + gap) / (width + gap), at = 0, count = (int)panel->numa->boxes.count;

	row = row < 1 ? 1 : row;
	if (is_few && count && count < row)
		width = (inner + gap) / count - gap < 2 * width ? (inner + gap) / count - gap
								: 2 * width;
	/* Rows as long as each other. */
	row = count > row ? (count + (count + row - 1) / row - 1) / ((count + row - 1) / row) : row;
	vec_for_each (box, &panel->numa->boxes) {
		struct spot spot = {.box = box, .width = width, .height = height};

		spot.x = panel->x + PAD + at % row * (width + gap);
		spot.y = panel->y + TITLE + 8 + at / row * (height + gap);
		vec_push(picture->arena, &panel->spots, spot);
		at++;
	}
}

static int squares_in_row(int width)
{
	return (width - 20) / (CORE + 2);
}

/* One box for each role, with a square for each core. */
static void place_groups(struct picture *picture, struct panel *panel)
{
	int y = panel->y + TITLE + 8, width = panel->width - 2 * PAD;

	vec_for_each (box, &panel->numa->boxes) {
		struct spot spot = {.box = box, .x = panel->x + PAD, .y = y, .width = width};
		int count = (int)(box->cores ? box->cores : cpuset_weight(&box->cpus));

		spot.height =
		    66 + (count + squares_in_row(width) - 1) / squares_in_row(width) * (CORE + 2);
		y += spot.height + 6;
		vec_push(picture->arena, &panel->spots, spot);
	}
}

static int bottom_of(const struct panel *panel)
{
	int bottom = panel->y + TITLE;

	vec_for_each (spot, &panel->spots) {
		if (spot->y + spot->height > bottom)
			bottom = spot->y + spot->height;
	}
	return bottom + PAD;
}

static void place_panels(struct picture *picture)
{
	const struct html_node *node = picture->node;
	int count = (int)node->numa.count, row = 0;

	picture->columns = count > 4 ? 4 : count ? count : 1;
	vec_for_each (numa, &node->numa) {
		int column = (int)(picture->panels.count % (size_t)picture->columns);
		struct panel panel = {.numa = numa, .y = picture->height};

		panel.width = (WIDTH - GAP * (picture->columns - 1)) / picture->columns;
		panel.x = column * (panel.width + GAP);
		if (node->is_grouped)
			place_groups(picture, &panel);
		else
			place_cpus(picture, &panel);
		panel.height = bottom_of(&panel) - panel.y;
		row = column && row > panel.height ? row : panel.height;
		vec_push(picture->arena, &picture->panels, panel);
		if (column + 1 < picture->columns && picture->panels.count < node->numa.count)
			continue;
		for (int i = 0; i <= column; i++)
			picture->panels.at[picture->panels.count - 1 - (size_t)i].height = row;
		picture->height += row + GAP;
	}
}

/* CPUs ---------------------------------------------------------------------------------------- */

static const char *const role_classes[] = {[HTML_ROLE_NONE] = "no",
					   [HTML_ROLE_REDPANDA] = "rp",
					   [HTML_ROLE_INTERRUPTS] = "ir",
					   [HTML_ROLE_BOTH] = "bo"};

static const char *redpanda(const struct picture *picture)
{
	return picture->node->is_kubelets ? "containers" : "Redpanda";
}

/* "" where nothing is placed. */
static const char *role_text(const struct picture *picture, enum html_role role)
{
	if (!picture->node->is_placed)
		return "";
	if (role == HTML_ROLE_BOTH)
		return arena_printf(picture->arena, "%s + interrupts", redpanda(picture));
	return role == HTML_ROLE_REDPANDA     ? redpanda(picture)
	       : role == HTML_ROLE_INTERRUPTS ? "interrupts"
					      : "other work";
}

static void draw_rect(struct picture *picture, const char *class, const struct spot *spot)
{
	str_printf(&picture->markup,
		   "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>\n",
		   class, spot->x, spot->y, spot->width, spot->height);
}

static void draw_cpu(struct picture *picture, const struct spot *spot)
{
	enum html_role role = spot->box->role;
	struct arena *arena = picture->arena;
	const char *number = cpuset_list(arena, &spot->box->cpus);
	static const char *const letters[] = {"\u2013", "R", "I", "R+I"};
	bool is_both = role == HTML_ROLE_BOTH && picture->node->is_placed;

	draw_rect(picture, role_classes[role], spot);
	if (picture->node->cpus > FEW_CPUS) {
		write_text(picture, "tb", spot->x + 7, spot->y + 16, number, spot->width);
		write_text(picture, "ts", spot->x + 7, spot->y + 31,
			   picture->node->is_placed ? letters[role] : "", spot->width);
		return;
	}
	write_text(picture, "tb", spot->x + 8, spot->y + 20, arena_printf(arena, "CPU %s", number),
		   spot->width);
	write_text(picture, "ts", spot->x + 8, spot->y + 38,
		   is_both ? redpanda(picture) : role_text(picture, role), spot->width);
	if (is_both)
		write_text(picture, "ts", spot->x + 8, spot->y + 54, "+ interrupts", spot->width);
}

static void draw_group(struct picture *picture, const struct spot *spot)
{
	struct arena *arena = picture->arena;
	const struct html_cpus *box = spot->box;
	unsigned cpus = cpuset_weight(&box->cpus);
	int count = (int)(box->cores ? box->cores : cpus), row = squares_in_row(spot->width);
	const char *list = cpuset_list(arena, &box->cpus);
	const char *role = role_text(picture, box->role);

	str_printf(&picture->markup, "<g><title>%s: CPUs %s</title>\n", escape_html(arena, role),
		   list);
	draw_rect(picture, role_classes[box->role], spot);
	write_text(picture, "tb", spot->x + 10, spot->y + 20, role, spot->width - 10);
	write_text(picture, "ts", spot->x + 10, spot->y + 37,
		   box->cores ? arena_printf(arena, "%u core%s, %u CPUs", box->cores,
					     box->cores == 1 ? "" : "s", cpus)
			      : arena_printf(arena, "%u CPUs", cpus),
		   spot->width - 10);
	write_text(picture, "ts", spot->x + 10, spot->y + 53, list, spot->width - 20);
	str_add(&picture->markup, "<path class=\"sq\" d=\"");
	for (int i = 0; i < count; i++)
		str_printf(&picture->markup, "M%d %dh%dv%dh-%dz",
			   spot->x + 10 + i % row * (CORE + 2), spot->y + 60 + i / row * (CORE + 2),
			   CORE, CORE, CORE);
	str_add(&picture->markup, "\"/>\n</g>\n");
}

static void draw_frames(struct picture *picture)
{
	vec_for_each (panel, &picture->panels) {
		struct spot frame = {
		    .x = panel->x, .y = panel->y, .width = panel->width, .height = panel->height};

		draw_rect(picture, "pk", &frame);
		write_text(picture, "t", panel->x + PAD, panel->y + 22,
			   panel->width < 300 ? panel->numa->brief : panel->numa->name,
			   panel->width - PAD);
	}
}

static void draw_cpus(struct picture *picture)
{
	vec_for_each (panel, &picture->panels) {
		vec_for_each (spot, &panel->spots) {
			if (picture->node->is_grouped)
				draw_group(picture, spot);
			else
				draw_cpu(picture, spot);
		}
	}
}

/* Devices and their interrupts ---------------------------------------------------------------- */

static const char *const wire_classes[] = {
    [HTML_WIRE_RIGHT] = "w", [HTML_WIRE_DIFFERS] = "w wd", [HTML_WIRE_OPEN] = "w wo"};

static void draw_wire(struct picture *picture, const struct spot *from, int x, int y,
		      enum html_wire wire, int start)
{
	int middle = (from->y + y) / 2;

	str_printf(&picture->markup, "<path class=\"%s\" d=\"M%d %dC%d %d %d %d %d %d\"/>\n",
		   wire_classes[wire], start, from->y, start, middle, x, middle, x, y);
}

/* A line for each interrupt. */
static bool is_each(const struct html_node *node)
{
	return node->cpus <= WIRES_CPUS && node->vectors <= WIRES;
}

/* To each CPU, or where there are too many to each NUMA node. */
static void draw_wires(struct picture *picture, const struct html_device *device,
		       const struct spot *from)
{
	bool to_cpus = is_each(picture->node);
	int count = (int)device->vectors.count, at = 0;

	vec_for_each (panel, &picture->panels) {
		bool has[HTML_WIRE_COUNT] = {false};

		vec_for_each (vector, &device->vectors) {
			if (!cpuset_has(&panel->numa->pus, vector->cpu))
				continue;
			has[vector->wire] = true;
			vec_for_each (spot, &panel->spots) {
				if (!to_cpus || !cpuset_has(&spot->box->cpus, vector->cpu))
					continue;
				draw_wire(picture, from, spot->x + spot->width / 2,
					  spot->y + spot->height, vector->wire,
					  from->x + (++at) * from->width / (count + 1));
			}
		}
		for (enum html_wire wire = 0; !to_cpus && wire < HTML_WIRE_COUNT; wire++) {
			if (has[wire])
				draw_wire(picture, from,
					  panel->x + panel->width / 2 + ((int)wire - 1) * 12,
					  panel->y + panel->height, wire,
					  from->x + from->width / 2 + ((int)wire - 1) * 12);
		}
	}
}

static void draw_device(struct picture *picture, const struct html_device *device,
			const struct spot *spot)
{
	bool differs = device->wires[HTML_WIRE_DIFFERS];

	str_printf(&picture->markup, "<g><title>%s: %s</title>\n",
		   escape_html(picture->arena, device->name),
		   escape_html(picture->arena, text_or(device->state, "no interrupts to place")));
	draw_rect(picture, differs ? "dv dd" : "dv", spot);
	write_text(picture, "tb", spot->x + 12, spot->y + 22, device->name, spot->width - 36);
	write_text(picture, "ts", spot->x + 12, spot->y + 42, device->detail, spot->width - 16);
	if (device->state)
		write_text(picture, differs ? "ts tw" : "ts", spot->x + 12, spot->y + 60,
			   device->state, spot->width - 16);
	str_add(&picture->markup, "</g>\n");
}

/* Below its NUMA node, as far as those before it leave room. */
static void place_devices(struct picture *picture, spots *ret)
{
	enum { ROW = (WIDTH + GAP) / (DEVICE_WIDTH + GAP) };
	int top = picture->height + (picture->node->vectors ? WIRE_ROOM : 0), left = 0, in_row = 0;
	size_t count = picture->node->devices.count, done = 0;

	vec_for_each (device, &picture->node->devices) {
		struct spot spot = {.y = top, .width = DEVICE_WIDTH, .height = DEVICE_HEIGHT};
		size_t rest =
		    count - done < (size_t)(ROW - in_row) ? count - done : (size_t)(ROW - in_row);
		int most = WIDTH - (int)rest * (DEVICE_WIDTH + GAP) + GAP;

		spot.x = left;
		vec_for_each (panel, &picture->panels) {
			int wish = panel->x + (panel->width - DEVICE_WIDTH) / 2;

			if (panel->numa->number == device->numa && wish > spot.x)
				spot.x = wish;
		}
		spot.x = spot.x > most ? most : spot.x;
		left = spot.x + DEVICE_WIDTH + GAP;
		done++;
		vec_push(picture->arena, ret, spot);
		if (++in_row == ROW) {
			in_row = left = 0;
			top += DEVICE_HEIGHT + GAP;
		}
	}
	if (count)
		picture->height = ret->at[count - 1].y + DEVICE_HEIGHT + GAP;
}

static void draw_all_wires(struct picture *picture, const spots *devices)
{
	for (size_t i = 0; i < devices->count; i++)
		draw_wires(picture, &picture->node->devices.at[i], &devices->at[i]);
}

static void draw(struct picture *picture)
{
	const struct html_node *node = picture->node;
	spots devices = {0};

	place_panels(picture);
	place_devices(picture, &devices);
	/* Those that lead to an upper row of NUMA nodes pass behind the lower ones. */
	if (!is_each(node))
		draw_all_wires(picture, &devices);
	draw_frames(picture);
	if (is_each(node))
		draw_all_wires(picture, &devices);
	draw_cpus(picture);
	for (size_t i = 0; i < node->devices.count; i++)
		draw_device(picture, &node->devices.at[i], &devices.at[i]);
}

void html_picture(struct str *page, const struct report *report)
{
	struct html_node node = html_node_of(page->arena, report);
	struct picture picture = {
	    .arena = page->arena, .node = &node, .height = 1, .markup = str_new(page->arena)};

	if (!node.cpus)
		return;
	draw(&picture);
	str_printf(page,
		   "<div class=\"pic\" role=\"region\" aria-label=\"Picture of the node\" "
		   "tabindex=\"0\"><svg viewBox=\"-1 0 %d %d\" role=\"img\" aria-label=\"%s\">\n%s"
		   "</svg></div>\n",
		   WIDTH + 2, picture.height, escape_html(page->arena, node.words),
		   picture.markup.text);
	if (node.vectors)
		html_note(page,
			  arena_printf(page->arena,
				       "%s Solid green: as wanted, or placed by the kernel. Dashed "
				       "amber: differs.",
				       is_each(&node)
					   ? "Lines are interrupts, drawn to the first CPU at "
					     "which they may arrive now."
					   : "A line stands for all interrupts of a device that "
					     "may arrive first at a CPU of a NUMA node now."));
	if (!node.is_grouped && node.cpus > FEW_CPUS && node.is_placed)
		html_note(page, node.is_kubelets ? "R: containers, I: interrupts."
						 : "R: Redpanda, I: interrupts.");
}
