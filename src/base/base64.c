#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
			       "=";

enum { PADDING = 64 }; /* its place in the alphabet, behind all values */

void base64_write(char *out, const void *at, size_t len)
{
	const uint8_t *in = at;

	for (size_t i = 0; i < len; i += 3, out += 4) {
		size_t left = len - i;
		uint32_t group = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
				 (left > 2 ? in[i + 2] : 0);

		out[0] = alphabet[group >> 18];
		out[1] = alphabet[group >> 12 & 63];
		out[2] = alphabet[left > 1 ? group >> 6 & 63 : PADDING];
		out[3] = alphabet[left > 2 ? group & 63 : PADDING];
	}
	*out = '\0';
}

/* The value of a character, or −1. */
static int value_of(char c)
{
	const char *found = c ? strchr(alphabet, c) : NULL;

	return found && found - alphabet < PADDING ? (int)(found - alphabet) : -1;
}

/* A group of four, the last @pad of them padding; its bytes beyond the padding must be zero. */
static bool read_group(const char *at, size_t pad, uint8_t out[3])
{
	uint32_t group = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - pad ? value_of(at[i]) : 0;

		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
	}
	out[0] = (uint8_t)(group >> 16);
	out[1] = (uint8_t)(group >> 8);
	out[2] = (uint8_t)group;
	return (pad < 1 || out[2] == 0) && (pad < 2 || out[1] == 0);
}

bool base64_read(const char *at, size_t len, void *out, size_t *out_len)
{
	uint8_t *to = out, group[3];

	*out_len = 0;
	if (len % 4 != 0)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		size_t pad = 0;

		if (i + 4 == len && at[i + 3] == alphabet[PADDING])
			pad = at[i + 2] == alphabet[PADDING] ? 2 : 1;
		if (!read_group(at + i, pad, group))
			return false;
		memcpy(to + *out_len, group, 3 - pad);
		*out_len += 3 - pad;
	}
	return true;
}
