#include "ctl/kept.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "command_table.h"
#include "json.h"

static const struct command_verb *verb_called(enum command_verb_id id)
{
	size_t i = 0;

	while (command_verbs[i].id != id)
		i++;
	return &command_verbs[i];
}

/* -- Keys -- */

static void key_of_fdb(char out[KEPT_KEY], const struct network *n, struct mac mac)
{
	char text[MAC_TEXT];

	snprintf(out, KEPT_KEY, "fdb/%s/%s", n->name, mac_text(mac, text));
}

/* @dst none: the beginning of those of all destinations; @port < 0: of all ports. */
static void key_of_list(char out[KEPT_KEY], const struct network *n, struct mac mac,
			struct addr dst, int port)
{
	char text[MAC_TEXT], ip[ADDR_TEXT];
	int len = snprintf(out, KEPT_KEY, "fdb/%s/%s/", n->name, mac_text(mac, text));

	if (dst.family && port >= 0)
		snprintf(out + len, KEPT_KEY - (size_t)len, "%s/%d", addr_text(dst, ip), port);
	else if (dst.family)
		snprintf(out + len, KEPT_KEY - (size_t)len, "%s/", addr_text(dst, ip));
}

static void key_of_neigh(char out[KEPT_KEY], const struct network *n, struct addr ip)
{
	char text[ADDR_TEXT];

	snprintf(out, KEPT_KEY, "neigh/%s/%s", n->name, addr_text(ip, text));
}

/* -- What a command leaves behind -- */

static bool lasts(const struct command *c)
{
	return command_has(c, PART_MAC) ? c->choice != STATE_DYNAMIC
					: c->choice != NUD_IS_REACHABLE;
}

static bool removes(const struct command *c)
{
	return c->verb->id == VERB_FDB_DEL || c->verb->id == VERB_NEIGH_DEL;
}

/* The same again, for a network that has no such entry yet. */
static bool write_value(struct kept *out, const struct command *c, const struct network *n,
			enum command_verb_id id)
{
	struct command again = *c;
	size_t len;

	again.verb = verb_called(id);
	again.given &= ~(UINT32_C(1) << PART_SELF);
	memcpy(again.dev, n->name, sizeof(again.dev));
	len = command_write(&again, out->value, KEPT_VALUE - 1);
	out->value[len] = '\0';
	return len > 0;
}

static void put(struct kept *out, const struct command *c, const struct network *n,
		enum command_verb_id id)
{
	out->kind = KEPT_PUT;
	if (!write_value(out, c, n, id))
		out->kind = KEPT_NOTHING;
}

/* Ports are told apart as plan/operate.h does: where the peer listens anyway is 0. */
static void keep_destination(struct kept *out, const struct tables *t, const struct command *c,
			     const struct network *n)
{
	int port = tables_port_word(t, n, c->dst, c->port);

	key_of_list(out->key, n, c->mac, c->dst, port);
	if (!removes(c))
		put(out, c, n, VERB_FDB_APPEND);
	else
		out->kind = c->dst.family ? KEPT_REMOVE : KEPT_REMOVE_ALL;
}

static void keep_entry(struct kept *out, const struct command *c, const struct network *n,
		       const struct undo *before, enum command_verb_id id)
{
	if (!removes(c) && lasts(c))
		put(out, c, n, id);
	else if (undo_was_fixed(before))
		out->kind = KEPT_REMOVE;
}

void kept_of_command(struct kept *out, const struct tables *t, const struct command *c,
		     const struct network *n, const struct undo *before)
{
	out->kind = KEPT_NOTHING;
	if (!command_has(c, PART_MAC)) {
		key_of_neigh(out->key, n, c->ip);
		keep_entry(out, c, n, before, VERB_NEIGH_ADD);
	} else if (mac_is_station(c->mac)) {
		key_of_fdb(out->key, n, c->mac);
		keep_entry(out, c, n, before, VERB_FDB_ADD);
	} else {
		keep_destination(out, t, c, n);
	}
}

void kept_of_flush(struct kept *out, const struct network *n, const struct undo *before,
		   struct addr dst)
{
	out->kind = undo_was_fixed(before) ? KEPT_REMOVE : KEPT_NOTHING;
	if (before->is_neigh) {
		key_of_neigh(out->key, n, before->neigh.ip);
	} else if (before->fdb.list) {
		key_of_list(out->key, n, before->mac, dst, -1);
		out->kind = KEPT_REMOVE_ALL;
	} else {
		key_of_fdb(out->key, n, before->mac);
	}
}

void kept_of_link(struct kept *out, const char *name, const char *words)
{
	struct command c = { .verb = verb_called(VERB_LINK_ADD),
			     .given = UINT32_C(1) << PART_DEV | UINT32_C(1) << PART_LINK };
	size_t len;

	snprintf(out->key, KEPT_KEY, KEPT_LINKS "%s", name);
	out->kind = words ? KEPT_PUT : KEPT_REMOVE;
	if (!words)
		return;
	snprintf(c.dev, sizeof(c.dev), "%s", name);
	snprintf(c.link, sizeof(c.link), "%s", words);
	len = command_write(&c, out->value, KEPT_VALUE - 1);
	out->value[len] = '\0';
}

void kept_of_rename(struct kept *out, const char *from, const char *to)
{
	out->kind = KEPT_RENAME;
	snprintf(out->key, sizeof(out->key), "%s", from);
	snprintf(out->value, sizeof(out->value), "%s", to);
}

/* Requests name it as `dev`; others do not name it, and stay as they are. */
static void rename_in_value(struct kept *out, const char *to, const char *value)
{
	json_t *object = json_loads(value, 0, NULL);
	size_t len = 0;

	if (json_is_string(json_object_get(object, "dev")) &&
	    json_object_set_new(object, "dev", json_string(to)) == 0)
		len = json_dumpb(object, out->value, sizeof(out->value) - 1, JSON_COMPACT);
	json_decref(object);
	if (len > 0 && len < sizeof(out->value))
		out->value[len] = '\0';
	else
		snprintf(out->value, sizeof(out->value), "%s", value);
}

bool kept_rename(struct kept *out, const char *from, const char *to, const char *key,
		 const char *value)
{
	const char *slash = strchr(key, '/');
	size_t len = strlen(from);

	if (!slash || strncmp(slash + 1, from, len) != 0 ||
	    (slash[1 + len] && slash[1 + len] != '/'))
		return false;
	out->kind = KEPT_PUT;
	snprintf(out->key, sizeof(out->key), "%.*s%s%s", (int)(slash + 1 - key), key, to,
		 slash + 1 + len);
	rename_in_value(out, to, value);
	return true;
}

static void add_hex(struct text *out, const struct dhcp_client *client)
{
	for (unsigned i = 0; i < client->len; i++)
		text_add(out, "%02x", client->octet[i]);
}

void kept_of_lease(struct kept *out, const char *network, const struct binding *binding,
		   uint64_t until)
{
	struct text value = text_in(out->value, sizeof(out->value));
	char mac[MAC_TEXT], ip[ADDR_TEXT];
	uint8_t octet[4];

	put_be32(octet, binding->ip);
	snprintf(out->key, KEPT_KEY, KEPT_LEASES "%s/%s", network, addr_text(addr_v4(octet), ip));
	out->kind = KEPT_PUT;
	text_add(&value, "{\"mac\":\"%s\",\"client\":\"", mac_text(binding->mac, mac));
	add_hex(&value, &binding->client);
	text_add(&value, "\",\"until\":%" PRIu64 "}", until);
}

/* -- And back -- */

static bool take_hex(const char *text, struct dhcp_client *out)
{
	size_t len = strlen(text);
	unsigned octet;

	*out = (struct dhcp_client) { .len = (uint8_t)(len / 2) };
	if (len == 0 || len % 2 != 0 || len > 2 * (size_t)DHCP_ID)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		if (!isxdigit((unsigned char)text[i]) || !isxdigit((unsigned char)text[i + 1]) ||
		    sscanf(text + i, "%2x", &octet) != 1)
			return false;
		out->octet[i / 2] = (uint8_t)octet;
	}
	return true;
}

bool kept_read_lease(const char *value, struct kept_lease *out)
{
	json_t *object = json_loads(value, 0, NULL);
	const char *mac, *client;
	json_int_t until;
	bool fine = object &&
		    json_unpack(object, "{s:s, s:s, s:I}", "mac", &mac, "client", &client, "until",
				&until) == 0 &&
		    until >= 0 && mac_parse(mac, &out->mac) && take_hex(client, &out->client);

	out->until = fine ? (uint64_t)until : 0;
	json_decref(object);
	return fine;
}

bool kept_read_link(const char *value, struct made *out, char why[COMMAND_WHY])
{
	struct command c;
	bool fine;

	if (!command_read(&c, value, strlen(value), why))
		return false;
	fine = c.verb->id == VERB_LINK_ADD && made_read(out, c.dev, c.link, why);
	if (c.verb->id != VERB_LINK_ADD)
		snprintf(why, COMMAND_WHY, "it is no network");
	command_free(&c);
	return fine;
}

/* Seconds that are left of it; a clock that was set back makes no lease longer. */
static uint32_t left_of(const struct bindings *b, uint64_t until, uint64_t wall)
{
	uint32_t most = bindings_terms(b)->duration;

	if (until <= wall)
		return 0;
	return until - wall < most ? (uint32_t)(until - wall) : most;
}

bool kept_restore_lease(struct bindings *b, const struct kept_lease *lease, uint64_t wall,
			uint32_t tick)
{
	uint32_t slot = bindings_find(b, lease->ip), left = left_of(b, lease->until, wall);

	if (slot == BINDING_NONE || !bindings_may(b, slot, &lease->client, lease->mac, tick))
		return false;
	if (left == 0 && bindings_of(b, &lease->client) != BINDING_NONE)
		return false; /* it has another since */
	bindings_lease(b, slot, &lease->client, lease->mac, tick + left);
	if (left == 0)
		bindings_release(b, slot);
	return left > 0;
}

static struct network *network_called(const struct tables *t, const char *name)
{
	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id] && strcmp(t->networks[id]->name, name) == 0)
			return t->networks[id];
	return NULL;
}

static int restore_fdb(struct tables *t, struct network *n, const struct command *c, uint64_t now,
		       char why[COMMAND_WHY])
{
	const struct fdb_order order = {
		.mac = c->mac,
		.dst = c->dst,
		.port = c->port,
		.lasting = c->choice == STATE_STATIC ? FDB_LASTS_STATIC : FDB_LASTS_PERMANENT,
	};

	if (mac_is_station(c->mac))
		return operate_fdb_add(t, n, &order, now, why);
	return operate_fdb_has(t, n, &order, now) ? -EEXIST
						  : operate_fdb_append(t, n, &order, now, why);
}

static int restore_neigh(struct tables *t, struct network *n, const struct command *c,
			 char why[COMMAND_WHY])
{
	const struct neigh_entry entry = { .ip = c->ip,
					   .mac = c->lladdr,
					   .router = command_has(c, PART_ROUTER) };

	return operate_neigh_add(t, n, entry, why);
}

static bool is_record(const struct command *c)
{
	enum command_verb_id id = c->verb->id;

	return id == VERB_FDB_ADD || id == VERB_FDB_APPEND || id == VERB_NEIGH_ADD;
}

static enum restored restore(struct tables *t, const struct command *c, uint64_t now,
			     char why[COMMAND_WHY])
{
	struct network *n;
	int rc;

	if (!is_record(c) || !lasts(c)) {
		snprintf(why, COMMAND_WHY, "it is nothing that lasts");
		return RESTORED_NONSENSE;
	}
	n = network_called(t, c->dev);
	if (!n) {
		snprintf(why, COMMAND_WHY, "there is no network %s", c->dev);
		return RESTORED_LATER;
	}
	rc = command_has(c, PART_MAC) ? restore_fdb(t, n, c, now, why)
				      : restore_neigh(t, n, c, why);
	return rc == 0 ? RESTORED : rc == -EEXIST ? RESTORED_NOT : RESTORED_LATER;
}

enum restored kept_restore(struct tables *t, const char *value, uint64_t now, char why[COMMAND_WHY])
{
	struct command c;
	enum restored done = RESTORED_NONSENSE;

	if (!command_read(&c, value, strlen(value), why))
		return done;
	done = restore(t, &c, now, why);
	command_free(&c);
	return done;
}
