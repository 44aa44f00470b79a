/* flannel's records: a key that names subnets, a value that says how their node is reached. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json_field.h"
#include "store/flannel.h"

/* -- Keys -- */

/* "10.42.3.0-24" from @text up to @len bytes, as a prefix of @family without host bits. */
static bool read_subnet(const char *text, size_t len, enum addr_family family, struct prefix *out)
{
	char slashed[PREFIX_TEXT];
	char *dash;

	if (len >= sizeof(slashed))
		return false;
	memcpy(slashed, text, len);
	slashed[len] = '\0';
	dash = strrchr(slashed, '-');
	if (!dash)
		return false;
	*dash = '/';
	return prefix_parse(slashed, out) && out->addr.family == family;
}

bool flannel_key_read(const char *key, struct flannel_subnets *out)
{
	size_t len = strlen(key), first = strcspn(key, "&");

	*out = (struct flannel_subnets) { 0 };
	return read_subnet(key, first, ADDR_V4, &out->v4) &&
	       (first == len || read_subnet(key + first + 1, len - first - 1, ADDR_V6, &out->v6));
}

static void add_subnet(struct text *t, struct prefix p)
{
	char text[ADDR_TEXT];

	text_add(t, "%s-%u", addr_text(p.addr, text), p.length);
}

const char *flannel_key_text(const struct flannel_subnets *subnets, char out[FLANNEL_KEY])
{
	struct text t = text_in(out, FLANNEL_KEY);

	add_subnet(&t, subnets->v4);
	if (subnets->v6.addr.family) {
		text_add(&t, "&");
		add_subnet(&t, subnets->v6);
	}
	return out;
}

/* -- Values -- */

static bool refuse(char why[FLANNEL_WHY], const char *name, const char *what)
{
	snprintf(why, FLANNEL_WHY, "%s %s", name, what);
	return false;
}

static bool read_public(const json_t *value, const char *name, enum addr_family family,
			struct addr *out, char why[FLANNEL_WHY])
{
	const char *text = NULL;

	if (!json_take_text(value, name, &text))
		return refuse(why, name, "is no text");
	if (!text || !*text)
		return true;
	if (!addr_parse(text, out) || out->family != family)
		return refuse(why, name, "is no address of its family");
	return !addr_is_nobodys(*out) || refuse(why, name, "is no node's address");
}

/* What the VXLAN backend says of a device, in one of the two families. */
static bool read_device(const json_t *value, const char *name, uint64_t *vni, struct mac *vtep,
			char why[FLANNEL_WHY])
{
	const json_t *data = json_field(value, name);
	const char *text = NULL;

	if (!data)
		return true;
	if (!json_is_object(data) || !json_take_text(data, "VtepMAC", &text) ||
	    !json_take_number(data, "VNI", 0xffffff, vni))
		return refuse(why, name, "is not what the VXLAN backend writes");
	if (!text || !mac_parse(text, vtep) || !mac_is_station(*vtep))
		return refuse(why, name, "has no VtepMAC of a station");
	return true;
}

static bool need(struct addr address, struct mac vtep, char why[FLANNEL_WHY])
{
	if (!address.family)
		return refuse(why, "PublicIP", "is missing");
	return !mac_is_zero(vtep) || refuse(why, "VtepMAC", "is missing");
}

static bool read_vxlan(const json_t *value, struct flannel_node *out, char why[FLANNEL_WHY])
{
	uint64_t vni = FLANNEL_NO_VNI;

	if (!read_device(value, "BackendData", &vni, &out->vtep4, why) ||
	    !read_device(value, "BackendV6Data", &vni, &out->vtep6, why))
		return false;
	out->vni = (uint32_t)vni;
	out->vxlan = true;
	if (out->public6.family && !mac_is_zero(out->vtep6))
		return true;
	return need(out->public4, out->vtep4, why);
}

static bool read_node(const json_t *value, struct flannel_node *out, char why[FLANNEL_WHY])
{
	const char *type = "";

	if (!json_take_text(value, "BackendType", &type))
		return refuse(why, "BackendType", "is no text");
	if (!read_public(value, "PublicIP", ADDR_V4, &out->public4, why) ||
	    !read_public(value, "PublicIPv6", ADDR_V6, &out->public6, why))
		return false;
	return strcmp(type, "vxlan") != 0 || read_vxlan(value, out, why);
}

bool flannel_node_read(const char *text, size_t len, struct flannel_node *out,
		       char why[FLANNEL_WHY])
{
	json_error_t error;
	json_t *value = len <= FLANNEL_READ ? json_loadb(text, len, 0, &error) : NULL;
	bool fine;

	*out = (struct flannel_node) { .vni = FLANNEL_NO_VNI };
	if (!json_is_object(value))
		fine = refuse(why, "the value", "is no JSON object");
	else
		fine = read_node(value, out, why);
	json_decref(value);
	return fine;
}

static void add_device(struct text *t, const char *name, const struct flannel_node *node,
		       struct mac vtep)
{
	char text[MAC_TEXT];

	if (mac_is_zero(vtep))
		return;
	text_add(t, ",\"%s\":{", name);
	if (node->vni != FLANNEL_NO_VNI)
		text_add(t, "\"VNI\":%u,", node->vni);
	text_add(t, "\"VtepMAC\":\"%s\"}", mac_text(vtep, text));
}

/* Go writes null for an address that is not there: field order and spelling are its json.Marshal's. */
static void add_public(struct text *t, const char *name, struct addr address)
{
	char text[ADDR_TEXT];

	if (address.family)
		text_add(t, "\"%s\":\"%s\"", name, addr_text(address, text));
	else
		text_add(t, "\"%s\":null", name);
}

const char *flannel_node_text(const struct flannel_node *node, char out[FLANNEL_VALUE])
{
	struct text t = text_in(out, FLANNEL_VALUE);

	text_add(&t, "{");
	add_public(&t, "PublicIP", node->public4);
	text_add(&t, ",");
	add_public(&t, "PublicIPv6", node->public6);
	text_add(&t, ",\"BackendType\":\"vxlan\"");
	add_device(&t, "BackendData", node, node->vtep4);
	add_device(&t, "BackendV6Data", node, node->vtep6);
	text_add(&t, "}");
	return out;
}
