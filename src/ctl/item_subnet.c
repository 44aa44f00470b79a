#include "item.h"
#include "plan/subnet_changes.h"

json_t *item_of_subnet(const struct network_config *n, const struct node *node,
		       const struct subnet *subnet)
{
	struct ifaddress gateway = subnet_gateway(n, subnet->prefix);
	char prefix[PREFIX_TEXT], ip[ADDR_TEXT];
	json_t *item = json_object();

	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "node", json_text(node->name));
	json_object_set_new(item, "subnet", json_string(prefix_text(subnet->prefix, prefix)));
	json_object_set_new(item, "source", json_string(subnet_source_name(subnet->source)));
	json_object_set_new(item, "gateway",
			    gateway.addr.family ? json_string(addr_text(gateway.addr, ip))
						: json_null());
	json_object_set_new(item, "address", json_string(addr_text(subnet_vtep(node), ip)));
	return item;
}

void item_set_lease(json_t *item, const struct switch_view *view, const struct node_lease *lease)
{
	struct lease_view seen;

	if (!view->etcd || !lease || !view->lease(view->context, lease, &seen))
		return;
	if (seen.aged)
		json_object_set_new(item, "age", json_integer((json_int_t)seen.age));
	if (seen.ends)
		json_object_set_new(item, "expires", json_integer((json_int_t)seen.left));
	json_object_set_new(item, "reserved", json_boolean(seen.reserved));
	json_object_set_new(item, "gone", json_boolean(seen.gone));
	json_object_set_new(item, "degraded", json_boolean(*view->etcd->trouble));
}
