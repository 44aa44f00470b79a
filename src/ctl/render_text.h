/* One item in words. */
#ifndef CTL_RENDER_TEXT_H
#define CTL_RENDER_TEXT_H

#include "ctl/render.h"
#include "json.h"

void render_text(struct render *render, json_t *item);

/* Of a network; in render_link.c. */
void render_link(const struct render *r, const json_t *item);

/* Of a trace; in render_trace.c. */
void render_trace(const struct render *r, const json_t *item);

#endif
