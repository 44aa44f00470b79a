#include "wire/eth.h"

#include <stdio.h>

static bool is_tag(uint16_t type)
{
	return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ;
}

bool eth_read(struct span *in, struct eth *out)
{
	struct span rest = *in;
	const uint8_t *at = span_take(&rest, ETH_LEN);

	if (!at)
		return false;
	memcpy(out->dst.octet, at, 6);
	memcpy(out->src.octet, at + 6, 6);
	out->type = get_be16(at + 12);
	out->vlans = 0;
	out->vid = 0;

	while (is_tag(out->type) && out->vlans < ETH_VLANS_MAX) {
		at = span_take(&rest, VLAN_LEN);
		if (!at)
			return false;
		if (out->vlans == 0)
			out->vid = get_be16(at) & 0xfff;
		out->type = get_be16(at + 2);
		out->vlans++;
	}
	*in = rest;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool mac_parse(const char *text, struct mac *out)
{
	struct mac m;

	if (strlen(text) != MAC_TEXT - 1)
		return false;
	for (int i = 0; i < 6; i++, text += 3) {
		int high = hex_digit(text[0]), low = hex_digit(text[1]);

		if (high < 0 || low < 0 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		m.octet[i] = (uint8_t)(high << 4 | low);
	}
	*out = m;
	return true;
}

const char *mac_text(struct mac m, char out[MAC_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;

	for (size_t i = 0; i < sizeof(m.octet); i++) {
		*at++ = digits[m.octet[i] >> 4];
		*at++ = digits[m.octet[i] & 15];
		*at++ = ':';
	}
	at[-1] = '\0';
	return out;
}
