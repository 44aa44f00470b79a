#include "ctl/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

/* Room for one more at the end of the list at @list, zeroed; NULL when memory is short. */
static void *add(struct doctor *d, void **list, size_t *count, size_t size)
{
	void *longer = reallocarray(*list, *count + 1, size);

	if (!longer) {
		d->short_of_memory = true;
		return NULL;
	}
	*list = longer;
	return memset((char *)longer + size * (*count)++, 0, size);
}

#define ADD(d, list, count) add(d, (void **)&(d)->list, &(d)->count, sizeof(*(d)->list))

static void take_text(const json_t *item, const char *key, char *out, size_t room)
{
	const char *text = json_string_value(json_object_get(item, key));

	snprintf(out, room, "%s", text ? text : "");
}

static uint64_t number(const json_t *item, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(item, key));
}

static bool truth(const json_t *item, const char *key)
{
	return json_is_true(json_object_get(item, key));
}

static void read_network(struct doctor *d, const json_t *item)
{
	struct doctor_network *n = ADD(d, networks, network_count);

	if (!n)
		return;
	take_text(item, "network", n->name, sizeof(n->name));
	take_text(item, "device", n->device, sizeof(n->device));
	take_text(item, "group", n->group, sizeof(n->group));
	n->vni = (uint32_t)number(item, "vni");
	n->port = (uint32_t)number(item, "port");
	n->mtu = (uint32_t)number(item, "mtu");
	n->gone = truth(item, "gone");
	n->down = truth(item, "down");
	n->learning = truth(item, "learning");
	n->flood = number(item, "flood");
	n->fixed = number(item, "static");
	n->received = number(item, "received");
	n->bad_sums = number(item, "bad_checksums");
	n->port_down = number(item, "port_down");
	n->no_remote = number(item, "no_remote");
	n->repeated = json_is_integer(json_object_get(item, "repeated"));
	n->repeats = number(item, "repeated");
}

static void read_member(struct doctor *d, const json_t *item)
{
	struct doctor_member *m = ADD(d, members, member_count);

	if (!m)
		return;
	take_text(item, "network", m->network, sizeof(m->network));
	take_text(item, "node", m->node, sizeof(m->node));
	take_text(item, "address", m->address, sizeof(m->address));
	take_text(item, "last_error", m->last_error, sizeof(m->last_error));
	m->port = (uint32_t)number(item, "port");
	m->ever_heard = json_is_integer(json_object_get(item, "heard"));
	m->heard = number(item, "heard");
	m->lost = truth(item, "lost");
	m->errors = number(item, "errors");
}

static void read_endpoint(struct doctor *d, const json_t *item)
{
	struct doctor_endpoint *e = ADD(d, endpoints, endpoint_count);

	if (!e)
		return;
	take_text(item, "address", e->address, sizeof(e->address));
	take_text(item, "interface", e->interface, sizeof(e->interface));
	e->port = (uint32_t)number(item, "port");
	e->no_address = truth(item, "no_address");
	e->no_interface = truth(item, "no_interface");
}

static void read_etcd(struct doctor *d, const json_t *item)
{
	d->etcd.leased = truth(item, "leased");
	d->etcd.nodes = number(item, "nodes");
	take_text(item, "trouble", d->etcd.trouble, sizeof(d->etcd.trouble));
}

static void read_stray(struct doctor *d, const json_t *item)
{
	struct doctor_stray *s = ADD(d, strays, stray_count);

	if (!s)
		return;
	take_text(item, "address", s->address, sizeof(s->address));
	take_text(item, "node", s->node, sizeof(s->node));
	take_text(item, "reason", s->reason, sizeof(s->reason));
	s->vni = (uint32_t)number(item, "vni");
	s->port = (uint32_t)number(item, "port");
	s->count = number(item, "count");
	s->ago = number(item, "ago");
}

/* A kind that is not known is a newer switch's: what is not understood is not judged. */
static void read_item(struct doctor *d, const json_t *item)
{
	static const struct {
		const char *kind;
		void (*read)(struct doctor *d, const json_t *item);
	} readers[] = {
		{ "network", read_network },   { "member", read_member },
		{ "endpoint", read_endpoint }, { "stray", read_stray },
		{ "etcd", read_etcd },
	};
	const char *kind = json_string_value(json_object_get(item, "kind"));

	for (size_t i = 0; kind && i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(readers[i].kind, kind) == 0)
			readers[i].read(d, item);
}

enum rendered doctor_read(struct doctor *d, const char *line, size_t len, char why[COMMAND_WHY])
{
	json_t *object = json_loadb(line, len, 0, NULL);
	const json_t *item = json_object_get(object, "item");
	enum rendered rendered = RENDERED_NONSENSE;

	if (json_is_object(item)) {
		read_item(d, item);
		rendered = RENDERED_MORE;
	} else if (truth(object, "ok")) {
		rendered = RENDERED_DONE;
	} else if (json_is_false(json_object_get(object, "ok"))) {
		take_text(object, "message", why, COMMAND_WHY);
		rendered = RENDERED_REFUSED;
	}
	json_decref(object);
	return rendered;
}

void doctor_ask(struct doctor *d, const struct doctor_asked *asked)
{
	struct doctor_asked *a = ADD(d, asked, asked_count);

	if (a)
		*a = *asked;
}

void doctor_forget(struct doctor *d)
{
	free(d->networks);
	free(d->members);
	free(d->endpoints);
	free(d->strays);
	d->networks = NULL;
	d->members = NULL;
	d->endpoints = NULL;
	d->strays = NULL;
	d->network_count = d->member_count = d->endpoint_count = d->stray_count = 0;
}

void doctor_free(struct doctor *d)
{
	doctor_forget(d);
	free(d->asked);
	free(d->findings);
	*d = (struct doctor) { .networks = NULL };
}
