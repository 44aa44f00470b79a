#include "app/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_is_choice(const char *when)
{
	return strcmp(when, "always") == 0 || strcmp(when, "auto") == 0 ||
	       strcmp(when, "never") == 0;
}

/* https://no-color.org: set to anything but nothing. */
static bool is_fit(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

/* "foreground;background", as rxvt and Konsole tell and iproute2 reads: 0 to 6 and 8 are dark. */
static bool is_dark(void)
{
	const char *told = getenv("COLORFGBG"), *ground = told ? strrchr(told, ';') : NULL;

	return ground && ground[1] && !ground[2] && strchr("01234568", ground[1]);
}

enum palette colour_palette(const char *when)
{
	if (!when || strcmp(when, "never") == 0 || (strcmp(when, "auto") == 0 && !is_fit()))
		return PALETTE_NONE;
	return is_dark() ? PALETTE_DARK : PALETTE_LIGHT;
}
