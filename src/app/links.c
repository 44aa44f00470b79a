#include "app/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/rename.h"
#include "base/log.h"

/* -- Which address? -- */

enum { ADDRESSES = 64 /* of this machine that are looked at */ };

/* The first of @family on @interface, "" being any but a loopback. */
static struct addr first_address(struct netlink *netlink, const char *interface,
				 enum addr_family family)
{
	struct addr all[ADDRESSES];
	int count = link_addresses(netlink, all, ADDRESSES);
	struct link_info link;

	for (int i = 0; i < count; i++) {
		if (all[i].family != family || addr_is_link_local(all[i]) ||
		    addr_is_loopback(all[i]))
			continue;
		if (!*interface || (link_holding(netlink, all[i], &link) == 0 &&
				    strcmp(link.name, interface) == 0))
			return all[i];
	}
	return (struct addr) { .family = ADDR_NONE };
}

/* The interface that holds @addr, in @out; "" where none does. */
static void interface_of(struct netlink *netlink, struct addr addr, char out[MADE_NAME])
{
	struct link_info link;

	if (addr.family && link_holding(netlink, addr, &link) == 0)
		snprintf(out, MADE_NAME, "%s", link.name);
}

/* Once found it is the network's own, as if it had been said: another one made later must not move it. */
static void settle_local(const struct source *source, struct netlink *netlink, struct made *made)
{
	enum addr_family family = made->group.family    ? made->group.family
				  : made->remote.family ? made->remote.family
							: ADDR_V4;
	const struct made_self *self = &source->self;

	if (source->file || made->local.family)
		return;
	made->local = family == ADDR_V4 ? self->address : self->address6;
	for (size_t i = 0; i < source->made.count && !made->local.family; i++)
		if (source->made.of[i].local.family == family)
			made->local = source->made.of[i].local;
	if (!made->local.family && self->interface && !*made->dev)
		made->local = first_address(netlink, self->interface, family);
	if (!made->local.family)
		made->local = first_address(netlink, made->dev, family);
	if (!self->interface && !*made->dev)
		interface_of(netlink, made->local, made->dev);
}

/* With a file, who speaks from where is the file's. */
static int fits_file(const struct source *source, const struct made *made, char why[COMMAND_WHY])
{
	static const enum made_part of_switch[] = { MADE_TTL, MADE_TOS, MADE_TOS_INHERIT,
						    MADE_CHECKSUM };
	const struct plan *plan = source->running.plan;
	const char *interface = plan->cluster->nodes[plan->node].interface;
	bool says = made->local.family ||
		    (*made->dev && (!interface || strcmp(made->dev, interface) != 0));

	if (!source->file)
		return 0;
	for (size_t i = 0; i < sizeof(of_switch) / sizeof(of_switch[0]); i++)
		says = says || (made->given >> of_switch[i] & 1);
	if (!says)
		return 0;
	snprintf(why, COMMAND_WHY,
		 "local, dev, ttl, tos and checksums are the whole node's, and the cluster file's "
		 "(%.200s): leave them out",
		 source->file);
	return -EINVAL;
}

/* -- The list -- */

/* @list, with @made in the place of the one of its name, or at the end; NULL: without @name. */
static bool copy_list(const struct made_list *list, const char *name, const struct made *made,
		      struct made_list *out)
{
	*out = (struct made_list) { .of = calloc(list->count + 1, sizeof(*out->of)) };
	if (!out->of)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->of[i].name, name) != 0)
			out->of[out->count++] = list->of[i];
	if (made)
		out->of[out->count++] = *made;
	return true;
}

/* Has @made (or nothing) under @name: 0 or −errno and why. */
static int put(const struct live *live, const char *name, const struct made *made,
	       char why[RELOAD_WHY])
{
	struct made_list next;
	int rc;

	if (!copy_list(&live->source->made, name, made, &next)) {
		snprintf(why, RELOAD_WHY, "memory is short");
		return -ENOMEM;
	}
	rc = reload_made(live, &next, why);
	if (rc < 0) {
		free(next.of);
		return rc;
	}
	free(live->source->made.of);
	live->source->made = next;
	return 0;
}

void links_free(struct source *source)
{
	free(source->made.of);
	source->made = (struct made_list) { .of = NULL };
}

/* -- Commands -- */

static bool is_aside(const struct source *source, const struct made *made, char why[MADE_WHY])
{
	const struct config *config = &source->running.config;

	return made_conflicts(made, config->cluster, config->own, why);
}

static uint32_t port_of(const struct made *made)
{
	return made->value[MADE_PORT] ? made->value[MADE_PORT] : MADE_DEFAULT_PORT;
}

/* Of two on one port each has a VNI of its own. */
static const struct made *same_vni(const struct source *source, const struct made *made)
{
	for (size_t i = 0; i < source->made.count; i++) {
		const struct made *other = &source->made.of[i];

		if (other->value[MADE_VNI] == made->value[MADE_VNI] &&
		    port_of(other) == port_of(made))
			return other;
	}
	return NULL;
}

static int plan_add(const struct source *source, struct netlink *netlink, const struct command *c,
		    struct made *made, char why[COMMAND_WHY])
{
	if (!made_read(made, c->dev, c->link, why))
		return -EINVAL;
	if (made_find(&source->made, made->name) || is_aside(source, made, why)) {
		if (made_find(&source->made, made->name))
			snprintf(why, COMMAND_WHY, "File exists: %s was made already", made->name);
		return -EEXIST;
	}
	if (same_vni(source, made)) {
		snprintf(why, COMMAND_WHY, "VNI %u is %s's already", made->value[MADE_VNI],
			 same_vni(source, made)->name);
		return -EEXIST;
	}
	if (fits_file(source, made, why) < 0)
		return -EINVAL;
	settle_local(source, netlink, made);
	return 0;
}

/* The network that a command made, a copy; else −errno and why it is none. */
static int find_made(const struct source *source, const char *name, struct made *out,
		     char why[COMMAND_WHY])
{
	const struct cluster *cluster = source->running.config.cluster;
	const struct made *made = made_find(&source->made, name);

	*out = made ? *made : (struct made) { .given = 0 };
	if (made)
		return 0;
	for (uint32_t i = 0; i < source->running.config.own; i++) {
		const struct network_config *n = &cluster->networks[i];

		if (strcmp(n->name, name) != 0 && (!n->device || strcmp(n->device, name) != 0))
			continue;
		snprintf(why, COMMAND_WHY,
			 "%.100s is the cluster file's (%.200s, line %u): change it there, and "
			 "`vxs apply` it",
			 name, cluster->file, n->at.line);
		return -EPERM;
	}
	snprintf(why, COMMAND_WHY, "Cannot find device \"%.100s\"", name);
	return -ENODEV;
}

/* -- What survives -- */

static void keep_link(struct kept *kept, const struct made *made)
{
	char words[MADE_WORDS];
	struct text text = text_in(words, sizeof(words));

	made_words(made, &text);
	kept_of_link(kept, made->name, words);
}

static int add(const struct live *live, const struct command *c, struct kept *kept,
	       struct undo *undo, char why[COMMAND_WHY])
{
	struct made made;
	int rc = plan_add(live->source, live->s->netlink, c, &made, why);

	if (rc < 0)
		return rc;
	keep_link(kept, &made);
	if (!undo_remember_link(undo, &made, false)) {
		snprintf(why, COMMAND_WHY, "memory is short");
		return -ENOMEM;
	}
	return put(live, made.name, &made, why);
}

static int del(const struct live *live, const struct command *c, struct kept *kept,
	       struct undo *undo, char why[COMMAND_WHY])
{
	struct made gone;
	int rc = find_made(live->source, c->dev, &gone, why);

	if (rc < 0)
		return rc;
	kept_of_link(kept, gone.name, NULL);
	if (!undo_remember_link(undo, &gone, true)) {
		snprintf(why, COMMAND_WHY, "memory is short");
		return -ENOMEM;
	}
	return put(live, gone.name, NULL, why);
}

/* "up" and "down" are the device's, whoever made the network. */
static int set_up(struct vswitch *s, const char *name, bool up, char why[COMMAND_WHY])
{
	const struct link_change change = { .up = up, .down = !up };
	struct link_info link;
	int rc = link_get(s->netlink, name, &link);

	if (rc == 0)
		rc = link_change(s->netlink, link.index, &change);
	if (rc < 0)
		snprintf(why, COMMAND_WHY, "%.100s: %s", name, strerror(-rc));
	return rc;
}

static bool differs(const struct made *a, const struct made *b)
{
	char left[MADE_WORDS], right[MADE_WORDS];
	struct text words = text_in(left, sizeof(left)), others = text_in(right, sizeof(right));

	made_words(a, &words);
	made_words(b, &others);
	return strcmp(left, right) != 0;
}

/* -- Another name -- */

static int is_free(const struct live *live, const struct made *made, char why[COMMAND_WHY])
{
	struct link_info link;
	bool exists = made_find(&live->source->made, made->name);

	if (exists)
		snprintf(why, COMMAND_WHY, "File exists: %s was made already", made->name);
	else if (!is_aside(live->source, made, why)) {
		exists = link_get(live->s->netlink, made->name, &link) == 0;
		if (exists)
			snprintf(why, COMMAND_WHY, "File exists: there is a device %s", made->name);
	} else
		exists = true;
	return exists ? -EEXIST : 0;
}

/* In the list and in what runs; then the plan is made anew, in which nothing is different. */
static int rename_made(const struct live *live, const char *from, const char *to,
		       char why[COMMAND_WHY])
{
	struct made *made = made_find(&live->source->made, from), renamed;
	char unread[COMMAND_WHY];
	int rc = made ? rename_network(live, from, to, why) : -ENODEV;

	if (rc < 0)
		return rc;
	snprintf(made->name, sizeof(made->name), "%s", to);
	renamed = *made;
	rc = put(live, to, &renamed, why);
	if (rc < 0 && rename_network(live, to, from, unread) == 0)
		snprintf(made->name, sizeof(made->name), "%s", from);
	return rc;
}

static int rename_link(const struct live *live, const struct made *before, const struct made *to,
		       struct kept *kept, struct undo *undo, char why[COMMAND_WHY])
{
	int rc = is_free(live, to, why);

	if (rc < 0)
		return rc;
	if (differs(before, to)) {
		snprintf(why, COMMAND_WHY, "a new name stands alone, or with up or down");
		return -EINVAL;
	}
	kept_of_rename(kept, before->name, to->name);
	if (!undo_remember_link(undo, before, true)) {
		snprintf(why, COMMAND_WHY, "memory is short");
		return -ENOMEM;
	}
	snprintf(undo->renamed, sizeof(undo->renamed), "%s", to->name);
	return rename_made(live, before->name, to->name, why);
}

static int change_made(const struct live *live, const struct made *before, const struct made *to,
		       struct kept *kept, struct undo *undo, char why[COMMAND_WHY])
{
	if (strcmp(before->name, to->name) != 0)
		return rename_link(live, before, to, kept, undo, why);
	keep_link(kept, to);
	if (!undo_remember_link(undo, before, true)) {
		snprintf(why, COMMAND_WHY, "memory is short");
		return -ENOMEM;
	}
	return put(live, before->name, to, why);
}

static int set(const struct live *live, const struct command *c, struct kept *kept,
	       struct undo *undo, char why[COMMAND_WHY])
{
	struct made before, changed;
	char none[COMMAND_WHY];
	int found = find_made(live->source, c->dev, &before, none), up, rc = 0;

	changed = before;
	if (!made_change(&changed, c->link, &up, why))
		return -EINVAL;
	if (differs(&changed, &before) || strcmp(changed.name, before.name) != 0) {
		if (found < 0) {
			memcpy(why, none, COMMAND_WHY);
			return found;
		}
		rc = change_made(live, &before, &changed, kept, undo, why);
	}
	if (rc < 0 || !up)
		return rc;
	return set_up(live->s, found < 0 ? c->dev : changed.name, up > 0, why);
}

int links_change(const struct live *live, const struct command *c, struct kept *kept,
		 struct undo *undo, char why[COMMAND_WHY])
{
	int rc;

	_Static_assert((int)COMMAND_WHY >= (int)RELOAD_WHY && (int)COMMAND_WHY >= (int)MADE_WHY,
		       "room for all sentences");
	kept->kind = KEPT_NOTHING;
	*undo = (struct undo) { .network = NETWORK_NONE };
	if (c->verb->id == VERB_LINK_ADD)
		rc = add(live, c, kept, undo, why);
	else if (c->verb->id == VERB_LINK_DEL)
		rc = del(live, c, kept, undo, why);
	else
		rc = set(live, c, kept, undo, why);
	if (rc < 0)
		undo_forget(undo);
	return rc;
}

void links_take_back(const struct live *live, const struct undo *undo)
{
	const struct made link = *undo->link;
	bool was_deleted = !made_find(&live->source->made, link.name);
	char why[COMMAND_WHY];
	int rc = *undo->renamed ? rename_made(live, undo->renamed, link.name, why)
				: put(live, link.name, undo->was_there ? &link : NULL, why);

	if (rc < 0)
		log_warning("network %s cannot be taken back: %s", link.name, why);
	else if (was_deleted && !*undo->renamed)
		log_warning("network %s is there again; its entries come back at the next start",
			    link.name);
}

/* -- A restart -- */

struct restoring {
	struct source *source;
	struct made_list list;
};

static void gather(void *context, const char *key, const char *value)
{
	struct restoring *r = context;
	char why[COMMAND_WHY];
	struct made made, *more;

	if (!kept_read_link(value, &made, why) || is_aside(r->source, &made, why) ||
	    fits_file(r->source, &made, why) < 0) {
		log_warning("state: %s is kept for later: %s", key, why);
		return;
	}
	more = reallocarray(r->list.of, r->list.count + 1, sizeof(made));
	if (!more)
		return; /* it stays kept */
	r->list.of = more;
	r->list.of[r->list.count++] = made;
}

/* Where they cannot be all together, as many as can. */
static void restore_singly(const struct live *live, const struct made_list *list)
{
	char why[RELOAD_WHY];

	for (size_t i = 0; i < list->count; i++)
		if (put(live, list->of[i].name, &list->of[i], why) < 0)
			log_warning("state: " KEPT_LINKS "%s is kept for later: %s",
				    list->of[i].name, why);
}

void links_restore(const struct live *live, struct state *state)
{
	struct source *source = live->source;
	struct restoring r = { .source = source };
	char why[RELOAD_WHY];

	if (!state->store)
		return;
	store_each(state->store, KEPT_LINKS, gather, &r);
	if (!r.list.of)
		return;
	if (reload_made(live, &r.list, why) == 0) {
		source->made = r.list;
	} else {
		restore_singly(live, &r.list);
		free(r.list.of);
	}
	if (source->made.count)
		log_info("%zu network%s made again, as kept in %s", source->made.count,
			 source->made.count == 1 ? " was" : "s were", state->directory);
}

void links_say_aside(const struct source *source)
{
	char why[MADE_WHY];

	for (size_t i = 0; i < source->made.count; i++)
		if (is_aside(source, &source->made.of[i], why))
			log_warning("network %s, which a command made, is set aside: %s",
				    source->made.of[i].name, why);
}
