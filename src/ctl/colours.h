/* iproute2's colours: what kind of value is written in which. */
#ifndef CTL_COLOURS_H
#define CTL_COLOURS_H

#include "ctl/render.h"

/* HUE_ADDR is one of two, by the family of the address; HUE_STATE green for UP, red for DOWN. */
enum hue { HUE_NONE, HUE_NAME, HUE_MAC, HUE_ADDR, HUE_STATE };

/* @text, with blanks to @width characters; plain where the palette is PALETTE_NONE. */
void colours_put(const struct render *r, enum hue hue, int width, const char *text);

/* A sentence, and in it each word that is a MAC or an address in its colour. */
void colours_put_words(const struct render *r, const char *words);

#endif
