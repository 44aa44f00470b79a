#include "base/utf8.h"

/* Bytes of the sequence that @lead begins, and the bits it brings itself; 0 when it cannot lead. */
static size_t sequence_length(uint8_t lead, uint32_t *bits)
{
	if (lead < 0x80) {
		*bits = lead;
		return 1;
	}
	if (lead >= 0xc2 && lead <= 0xdf) {
		*bits = lead & 0x1f;
		return 2;
	}
	if ((lead & 0xf0) == 0xe0) {
		*bits = lead & 0x0f;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*bits = lead & 0x07;
		return 4;
	}
	return 0;
}

size_t utf8_read(const char *at, size_t len, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t bits;
	size_t n;

	if (len == 0)
		return 0;
	n = sequence_length((uint8_t)at[0], &bits);
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((uint8_t)at[i] & 0xc0) != 0x80)
			return 0;
		bits = bits << 6 | ((uint8_t)at[i] & 0x3f);
	}
	if (bits < least[n] || bits > 0x10ffff || (bits >= 0xd800 && bits <= 0xdfff))
		return 0;
	*character = bits;
	return n;
}

bool utf8_is_hidden(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x0000, 0x001f }, /* C0 */
		{ 0x007f, 0x009f }, /* DEL, C1 */
		{ 0x00ad, 0x00ad }, /* soft hyphen */
		{ 0x061c, 0x061c }, /* Arabic letter mark */
		{ 0x200b, 0x200f }, /* zero-width space and joiners, direction marks */
		{ 0x2028, 0x202e }, /* line and paragraph separators, direction embeddings */
		{ 0x2060, 0x206f }, /* word joiner, invisible operators, direction isolates */
		{ 0xfeff, 0xfeff }, /* byte order mark */
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (character >= hidden[i].first && character <= hidden[i].last)
			return true;
	return false;
}
