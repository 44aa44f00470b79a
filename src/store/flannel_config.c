/* flannel's configuration document, by the rules of its pkg/subnet/config.go. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json_field.h"
#include "store/flannel.h"

enum {
	SPARE = 2, /* bits: a network has four subnets, a subnet four addresses */
	VNI_MOST = 0xffffff,
};

/* What the two families differ in. */
struct family {
	enum addr_family family;
	const char *network, *length, *min, *max;
	uint8_t bits;
	uint8_t usual; /* length of a subnet, where there is room */
};

static const struct family ipv4 = { ADDR_V4,     "Network", "SubnetLen", "SubnetMin",
				    "SubnetMax", 32,        24 };
static const struct family ipv6 = {
	ADDR_V6, "IPv6Network", "IPv6SubnetLen", "IPv6SubnetMin", "IPv6SubnetMax", 128, 64
};

static bool refuse(char why[FLANNEL_WHY], const char *name, const char *what)
{
	snprintf(why, FLANNEL_WHY, "%s %s", name, what);
	return false;
}

/* -- Ranges -- */

/* "10.42.0.0/16"; host bits are dropped, as Go's net.ParseCIDR does. */
static bool read_network(const json_t *document, const struct family *f, struct prefix *out,
			 char why[FLANNEL_WHY])
{
	const char *text = NULL, *slash;
	char address[ADDR_TEXT], masked[PREFIX_TEXT];
	struct addr addr;
	unsigned length = 0;
	int end = 0;

	if (!json_take_text(document, f->network, &text))
		return refuse(why, f->network, "is no text");
	if (!text)
		return refuse(why, f->network, "is missing");
	slash = strchr(text, '/');
	if (!slash || slash - text >= ADDR_TEXT || sscanf(slash, "/%3u%n", &length, &end) != 1 ||
	    slash[end] || length > f->bits)
		return refuse(why, f->network, "is no network");
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	if (!addr_parse(address, &addr) || addr.family != f->family)
		return refuse(why, f->network, "is no network of its family");
	*out = prefix_of(addr, (uint8_t)length);
	return prefix_text(*out, masked) != NULL;
}

static bool read_length(const json_t *document, const struct family *f, struct flannel_range *range,
			char why[FLANNEL_WHY])
{
	unsigned least = range->network.length + SPARE, most = f->bits - SPARE;
	uint64_t length = 0;

	if (!json_take_number(document, f->length, UINT8_MAX, &length))
		return refuse(why, f->length, "is no length");
	if (least > most)
		return refuse(why, f->network, "is too small to be divided");
	if (length == 0)
		length = least <= f->usual ? f->usual : least;
	if (length < least || length > most)
		return refuse(why, f->length,
			      "does not leave four subnets of four addresses at least");
	range->length = (uint8_t)length;
	return true;
}

/* The base that field @name gives, where it gives one. */
static bool read_base(const json_t *document, const char *name, const struct flannel_range *range,
		      struct addr *base, char why[FLANNEL_WHY])
{
	const char *text = NULL;

	if (!json_take_text(document, name, &text))
		return refuse(why, name, "is no text");
	if (!text)
		return true;
	if (!addr_parse(text, base) || base->family != range->network.addr.family)
		return refuse(why, name, "is no address of its family");
	if (!prefix_contains(range->network, *base))
		return refuse(why, name, "is outside the network");
	if (!addr_equal(prefix_of(*base, range->length).addr, *base))
		return refuse(why, name, "is not the base of a subnet");
	return true;
}

static bool read_range(const json_t *document, const struct family *f, struct flannel_range *range,
		       char why[FLANNEL_WHY])
{
	if (!read_network(document, f, &range->network, why) ||
	    !read_length(document, f, range, why))
		return false;
	range->min = range->network.addr;
	addr_advance(&range->min, range->length); /* the second; there are four */
	range->max = prefix_of(prefix_last(range->network), range->length).addr;
	if (!read_base(document, f->min, range, &range->min, why) ||
	    !read_base(document, f->max, range, &range->max, why))
		return false;
	return addr_order(&range->min, &range->max) <= 0 ||
	       refuse(why, f->min, "is above the maximum");
}

static bool read_ranges(const json_t *document, struct flannel_config *out, char why[FLANNEL_WHY])
{
	bool on4 = true, on6 = false;

	if (!json_take_bool(document, "EnableIPv4", &on4) ||
	    !json_take_bool(document, "EnableIPv6", &on6))
		return refuse(why, "EnableIPv4 or EnableIPv6", "is neither true nor false");
	if (!on4)
		return refuse(why, "EnableIPv4",
			      "is false, and flannel's keys can not name IPv6 subnets alone");
	return read_range(document, &ipv4, &out->v4, why) &&
	       (!on6 || read_range(document, &ipv6, &out->v6, why));
}

/* -- The backend -- */

static bool read_backend(const json_t *document, struct flannel_config *out, char why[FLANNEL_WHY])
{
	const json_t *backend = json_field(document, "Backend");
	uint64_t vni = 1, port = 0, mtu = 0;
	const char *type = "udp";

	if (backend && !json_is_object(backend))
		return refuse(why, "Backend", "is no object");
	if (!json_take_text(backend, "Type", &type) || strcmp(type, "vxlan") != 0)
		return refuse(why, "Backend.Type", "is not \"vxlan\", the only one spoken here");
	if (!json_take_number(backend, "VNI", VNI_MOST, &vni))
		return refuse(why, "Backend.VNI", "is no number of 24 bits");
	if (!json_take_number(backend, "Port", UINT16_MAX, &port))
		return refuse(why, "Backend.Port", "is no port");
	if (!json_take_number(backend, "MTU", UINT16_MAX, &mtu))
		return refuse(why, "Backend.MTU", "is no size of a packet");
	if (!json_take_bool(backend, "Learning", &out->learning) ||
	    !json_take_bool(backend, "DirectRouting", &out->direct_routing))
		return refuse(why, "Backend.Learning or DirectRouting",
			      "is neither true nor false");
	out->vni = (uint32_t)vni;
	out->port = port ? (uint16_t)port : FLANNEL_PORT;
	out->mtu = (uint32_t)mtu;
	return true;
}

bool flannel_config_read(const char *text, size_t len, struct flannel_config *out,
			 char why[FLANNEL_WHY])
{
	json_error_t error;
	json_t *document = len <= FLANNEL_READ ? json_loadb(text, len, 0, &error) : NULL;
	bool fine;

	*out = (struct flannel_config) { 0 };
	if (!json_is_object(document))
		fine = refuse(why, "the document", "is no JSON object");
	else
		fine = read_ranges(document, out, why) && read_backend(document, out, why);
	json_decref(document);
	return fine;
}

bool flannel_fits(const struct flannel_range *range, struct prefix subnet)
{
	return range->network.addr.family == subnet.addr.family && subnet.length == range->length &&
	       addr_order(&subnet.addr, &range->min) >= 0 &&
	       addr_order(&subnet.addr, &range->max) <= 0;
}

/* -- Writing -- */

static void write_range(struct text *to, const struct family *f, const struct flannel_range *range)
{
	char network[PREFIX_TEXT], min[ADDR_TEXT], max[ADDR_TEXT];

	if (!range->network.addr.family)
		return;
	text_add(to, "\"%s\":\"%s\",\"%s\":%u,\"%s\":\"%s\",\"%s\":\"%s\",", f->network,
		 prefix_text(range->network, network), f->length, range->length, f->min,
		 addr_text(range->min, min), f->max, addr_text(range->max, max));
}

const char *flannel_config_text(const struct flannel_config *config, char out[FLANNEL_CONFIG])
{
	struct text to = text_in(out, FLANNEL_CONFIG);

	text_add(&to, "{");
	write_range(&to, &ipv4, &config->v4);
	write_range(&to, &ipv6, &config->v6);
	text_add(&to, "\"EnableIPv4\":%s,\"EnableIPv6\":%s,",
		 config->v4.network.addr.family ? "true" : "false",
		 config->v6.network.addr.family ? "true" : "false");
	text_add(&to,
		 "\"Backend\":{\"Type\":\"vxlan\",\"VNI\":%u,\"Port\":%u,\"MTU\":%u,"
		 "\"Learning\":%s,\"DirectRouting\":%s}}",
		 config->vni, config->port, config->mtu, config->learning ? "true" : "false",
		 config->direct_routing ? "true" : "false");
	return out;
}
