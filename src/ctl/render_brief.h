/* `-br`: one line of columns for each item, those of `ip -br` where it has them. */
#ifndef CTL_RENDER_BRIEF_H
#define CTL_RENDER_BRIEF_H

#include "ctl/render.h"
#include "json.h"

/* false, and nothing written: what was asked has no brief form. */
/* The headings of a list without any item, where it is a listing. */
void render_brief_nothing(const struct render *r);

bool render_brief(const struct render *render, const json_t *item);

#endif
