/* Changing a TAP that is open: frames go on meanwhile. */
#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tap_private.h"

static bool same_name(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* In a bridge a device speaks for nobody.  An address that it has goes only when it is down. */
static int change_bridge(struct opening *o, const struct link_info *device)
{
	static const struct link_change alone = { .no_master = true, .addresses = true };
	static const struct link_change silent = { .down = true, .no_addresses = true };
	int rc;

	if (!o->options->bridge)
		return tap_must(o, link_change(o->nl, device->index, &alone), "bridge", "nomaster");
	rc = tap_find_bridge(o);
	if (rc < 0)
		return rc;
	link_change(o->nl, device->index, &silent);
	rc = tap_set_bridge(o, device);
	link_change(o->nl, device->index, &(struct link_change) { .up = true });
	return rc;
}

static int change_persistence(struct opening *o)
{
	if (o->options->persist)
		return tap_persist(o);
	if (o->tap->created)
		ioctl(o->tap->fd, TUNSETPERSIST, 0UL);
	return 0;
}

static int change_all(struct opening *o, const struct tap_options *was)
{
	const struct tap_options *is = o->options;
	const struct link_info device = { .index = o->tap->ifindex };
	int rc = 0;

	if (!mac_equal(was->mac, is->mac))
		rc = tap_set_mac(o);
	if (rc == 0 && was->mtu != is->mtu)
		rc = tap_set_mtu(o, &device);
	if (rc == 0 && !same_name(was->bridge, is->bridge))
		rc = change_bridge(o, &device);
	if (rc == 0 && was->silent != is->silent && !is->bridge)
		link_change(o->nl, device.index,
			    &(struct link_change) { .no_addresses = is->silent,
						    .addresses = !is->silent });
	if (rc == 0 && was->offload != is->offload)
		rc = tap_negotiate(o);
	if (rc == 0 && was->persist != is->persist)
		rc = change_persistence(o);
	if (rc == 0 && strcmp(was->cluster, is->cluster) != 0)
		link_change(o->nl, device.index, &(struct link_change) { .alias = o->mark });
	return rc;
}

int tap_change(struct tap *tap, const struct tap_options *was, const struct tap_options *options,
	       char why[TAP_WHY])
{
	struct opening o = { .options = options, .tap = tap, .why = text_in(why, TAP_WHY) };
	char unread[TAP_WHY];
	int rc;

	snprintf(o.mark, sizeof(o.mark), "vxs:%s", options->cluster);
	rc = netlink_open(&o.nl);
	if (rc < 0) {
		text_add(&o.why, "no netlink socket: %s", strerror(-rc));
		return rc;
	}
	rc = change_all(&o, was);
	if (rc < 0) {
		struct opening back = {
			.options = was, .tap = tap, .nl = o.nl, .why = text_in(unread, TAP_WHY)
		};

		change_all(&back, options);
	}
	netlink_close(o.nl);
	return rc;
}
