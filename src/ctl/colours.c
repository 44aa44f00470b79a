#include "colours.h"

#include <string.h>

/* Numbers of ECMA-48's "select graphic rendition". */
enum { RED = 31, GREEN = 32, YELLOW = 33, BLUE = 34, MAGENTA = 35, CYAN = 36 };

static int number_of(enum hue hue, const char *text)
{
	switch (hue) {
	case HUE_NAME:
		return CYAN;
	case HUE_MAC:
		return YELLOW;
	case HUE_ADDR:
		return strchr(text, ':') ? BLUE : MAGENTA;
	case HUE_STATE:
		return strcmp(text, "UP") == 0 ? GREEN : strcmp(text, "DOWN") == 0 ? RED : 0;
	default:
		return 0;
	}
}

void colours_put(const struct render *r, enum hue hue, int width, const char *text)
{
	int number = r->palette == PALETTE_NONE || !*text ? 0 : number_of(hue, text);

	if (number)
		fprintf(r->to, "\033[%s%dm%-*s\033[0m", r->palette == PALETTE_DARK ? "1;" : "",
			number, width, text);
	else
		fprintf(r->to, "%-*s", width, text);
}

enum { WORD = ADDR_TEXT };

static enum hue hue_of(const char *word)
{
	struct mac mac;
	struct addr addr;

	return mac_parse(word, &mac) ? HUE_MAC : addr_parse(word, &addr) ? HUE_ADDR : HUE_NONE;
}

void colours_put_words(const struct render *r, const char *words)
{
	static const char between[] = " ,;()[]";
	char word[WORD];

	while (r->palette != PALETTE_NONE && *words) {
		size_t len = strcspn(words, between), gap = strspn(words + len, between);

		if (len < sizeof(word)) {
			snprintf(word, sizeof(word), "%.*s", (int)len, words);
			colours_put(r, hue_of(word), 0, word);
		} else {
			fwrite(words, 1, len, r->to);
		}
		fwrite(words + len, 1, gap, r->to);
		words += len + gap;
	}
	fputs(words, r->to);
}
