/* The readers of addresses, MACs and prefixes, and what each hints at: a spelling that is nearly
 * right is shown as it is right. */
#include <string.h>

#include "read.h"
#include "scalar.h"

/* How an address that cannot be read might be right. */
static void hint_addr(const struct reader *r, const char *text, char hint[READ_HINT])
{
	char canonical[ADDR_TEXT];
	struct addr addr;
	size_t len = strcspn(text, "/%");
	uint32_t node = cluster_node(r->cluster, text);

	snprintf(hint, READ_HINT, "expected: an IPv4 or IPv6 address");
	if (node != NODE_NONE) {
		addr = r->cluster->nodes[node].address;
		if (!addr.family)
			addr = r->cluster->nodes[node].address6;
		if (addr.family)
			snprintf(hint, READ_HINT,
				 "expected: an address; that of node \"%.63s\" is %s", text,
				 addr_text(addr, canonical));
	} else if (addr_parse(text, &addr)) {
		snprintf(hint, READ_HINT, "expected: its canonical form %s",
			 addr_text(addr, canonical));
	} else if (len < ADDR_TEXT && text[len]) {
		snprintf(canonical, sizeof(canonical), "%.*s", (int)len, text);
		if (scalar_addr(canonical, &addr))
			snprintf(hint, READ_HINT, "expected: the address alone, %s", canonical);
	}
}

bool take_addr(struct reader *r, const char *name, const struct item *value, struct addr *out)
{
	const char *text = expect_scalar(r, name, value, "an IPv4 or IPv6 address");
	char word[SHOWN], hint[READ_HINT];
	struct addr addr;

	if (!text)
		return false;
	if (scalar_addr(text, &addr)) {
		*out = addr;
		return true;
	}
	hint_addr(r, text, hint);
	read_refuse(r, PLAN_E_ADDRESS, value, hint, "%s is \"%s\"", name, text_shown(text, word));
	return false;
}

void read_addr(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	take_addr(r, key->name, value, into);
}

bool take_mac(struct reader *r, const char *name, const struct item *value, struct mac *out)
{
	const char *text = expect_scalar(r, name, value, "a MAC address");
	char word[SHOWN], canonical[MAC_TEXT], hint[READ_HINT];
	struct mac mac;

	if (!text)
		return false;
	if (scalar_mac(text, &mac)) {
		*out = mac;
		return true;
	}
	if (mac_parse(text, &mac))
		snprintf(hint, sizeof(hint), "expected: its lower-case form %s",
			 mac_text(mac, canonical));
	else
		snprintf(hint, sizeof(hint), "expected: a MAC such as \"aa:bf:b9:29:63:12\"");
	read_refuse(r, PLAN_E_MAC, value, hint, "%s is \"%s\"", name, text_shown(text, word));
	return false;
}

void read_mac(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	take_mac(r, key->name, value, into);
}

/* How a prefix that cannot be read might be right: its host bits zero, its address canonical. */
static void hint_prefix(const char *text, char hint[READ_HINT])
{
	const char *slash = strchr(text, '/');
	char address[ADDR_TEXT], canonical[PREFIX_TEXT];
	struct addr addr;
	uint64_t length;
	enum number number = slash ? scalar_integer(slash + 1, &length) : NUMBER_BAD;

	snprintf(hint, READ_HINT, "expected: a prefix such as 10.42.0.0/16");
	if (!slash || slash - text >= ADDR_TEXT)
		return;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	if (addr_parse(address, &addr) && number == NUMBER_OK && length <= 8 * addr_size(addr))
		snprintf(hint, READ_HINT, "expected: %s, the bits behind the length being zero",
			 prefix_text(prefix_of(addr, (uint8_t)length), canonical));
}

void read_prefix(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "a prefix such as 10.42.0.0/16");
	char word[SHOWN], hint[READ_HINT];
	struct prefix prefix;

	if (!text)
		return;
	if (scalar_prefix(text, &prefix)) {
		*(struct prefix *)into = prefix;
		return;
	}
	hint_prefix(text, hint);
	read_refuse(r, PLAN_E_PREFIX, value, hint, "%s is \"%s\"", key->name,
		    text_shown(text, word));
}
