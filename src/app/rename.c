#include "app/rename.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct network_config *config_of(const struct source *source, const char *name)
{
	struct cluster *cluster = source->running.config.cluster;

	for (uint32_t i = 0; i < cluster->network_count; i++)
		if (strcmp(cluster->networks[i].name, name) == 0)
			return &cluster->networks[i];
	return NULL;
}

static struct tap_port *port_of(const struct vswitch *s, const struct network_config *config)
{
	for (uint32_t i = 0; i < s->port_count; i++)
		if (s->ports[i]->wanted->config == config)
			return s->ports[i];
	return NULL;
}

/* One that is lost is made again under its new name.  Somebody else may have renamed it, or moved it away. */
static int rename_device(const struct vswitch *s, const struct tap_port *port, const char *to,
			 char why[COMMAND_WHY])
{
	const struct link_change change = { .name = to };
	struct link_info link;
	int rc;

	if (port->tap.fd < 0)
		return 0;
	rc = link_get(s->netlink, port->tap.name, &link);
	if (rc == 0 && link.index != port->tap.ifindex)
		rc = -ENODEV;
	if (rc == 0)
		rc = link_change(s->netlink, link.index, &change);
	if (rc < 0)
		snprintf(why, COMMAND_WHY, "%s: %s%s", port->tap.name, strerror(-rc),
			 rc == -EBUSY ? ": this kernel renames only a device that is down" : "");
	return rc;
}

static struct network *network_called(const struct tables *t, const char *name)
{
	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id] && strcmp(t->networks[id]->name, name) == 0)
			return t->networks[id];
	return NULL;
}

static void rename_in_tables(const struct vswitch *s, struct tap_port *port, const char *from,
			     const char *to)
{
	struct network *n = network_called(s->tables, from);

	snprintf(port->tap.name, sizeof(port->tap.name), "%s", to);
	if (!n)
		return;
	snprintf(n->name, sizeof(n->name), "%s", to);
	if (port->tap.fd >= 0)
		network_name_port(n, port->index, to);
}

/* Both are the network's, and it has both. */
static void rename_in_config(struct network_config *config, char *name, char *device)
{
	free(config->name);
	free(config->device);
	config->name = name;
	config->device = device;
}

int rename_network(const struct live *live, const char *from, const char *to, char why[COMMAND_WHY])
{
	struct network_config *config = config_of(live->source, from);
	struct tap_port *port = config ? port_of(live->s, config) : NULL;
	char *name = strdup(to), *device = strdup(to);
	int rc = name && device ? 0 : -ENOMEM;

	snprintf(why, COMMAND_WHY, "%s", rc < 0 ? "memory is short" : "it is set aside");
	if (rc == 0)
		rc = port ? rename_device(live->s, port, to, why) : -ENODEV;
	if (rc < 0) {
		free(name);
		free(device);
		return rc;
	}
	rename_in_tables(live->s, port, from, to);
	rename_in_config(config, name, device);
	return 0;
}
