/* Whether a listing has colours, and for which ground: what was asked, the terminal, and NO_COLOR. */
#ifndef APP_COLOUR_H
#define APP_COLOUR_H

#include "ctl/render.h"

/* Is @when "always", "auto" or "never"? */
bool colour_is_choice(const char *when);

/* Of what goes to the standard output.  NULL is "never", as iproute2's default is. */
enum palette colour_palette(const char *when);

#endif
