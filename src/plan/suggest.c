#include "suggest.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

/* How others call it.  Of rows for one word, that counts whose key exists in the map at hand, so the
 * same word may mean one thing in `nodes` and another in a network. */
static const struct foreign {
	const char *theirs, *whose, *ours;
	const char *line; /* where the key alone does not say it */
} foreign[] = {
	{ "SubnetLen", "flannel", "subnet-length", NULL },
	{ "SubnetMin", "flannel", "subnet-min", NULL },
	{ "SubnetMax", "flannel", "subnet-max", NULL },
	{ "Network", "flannel", "cidr", NULL },
	{ "DirectRouting", "flannel", "routing", "routing: direct" },
	{ "VNI", "flannel", "vni", NULL },
	{ "Port", "flannel", "port", NULL },
	{ "MTU", "flannel", "mtu", NULL },
	{ "IPv6Network", "flannel", "cidr6", NULL },
	{ "IPv6SubnetLen", "flannel", "subnet-length6", NULL },
	{ "IPv6SubnetMin", "flannel", "subnet-min6", NULL },
	{ "IPv6SubnetMax", "flannel", "subnet-max6", NULL },
	{ "subnet-file", "flannel", "env-file", NULL },
	{ "ip-masq", "flannel", "masquerade", NULL },
	{ "iptables-forward-rules", "flannel", "forward-rules", NULL },
	{ "public-ip", "flannel", "address", NULL },
	{ "PublicIP", "flannel", "address", NULL },
	{ "iface", "flannel", "interface", NULL },
	{ "etcd-endpoints", "flannel", "endpoints", NULL },
	{ "etcd-prefix", "flannel", "prefix", NULL },
	{ "etcd-cafile", "flannel", "ca", NULL },
	{ "etcd-certfile", "flannel", "cert", NULL },
	{ "etcd-keyfile", "flannel", "key", NULL },
	{ "etcd-username", "flannel", "username", NULL },
	{ "etcd-password", "flannel", "password-file", NULL },
	{ "cacert", "etcdctl", "ca", NULL },
	{ "user", "etcdctl", "username", NULL },
	{ "password", "etcdctl", "password-file", NULL },
	{ "id", "ip link", "vni", NULL },
	{ "group", "ip link", "flood", NULL },
	{ "remote", "ip link", "flood", NULL },
	{ "local", "ip link", "bind", NULL },
	{ "dev", "ip link", "interface", NULL },
	{ "master", "ip link", "bridge", NULL },
	{ "dstport", "ip link", "port", NULL },
	{ "srcport", "ip link", "source-port-range", NULL },
	{ "nolearning", "ip link", "learning", "learning: false" },
	{ "proxy", "ip link", "arp", "arp: proxy" },
	{ "noproxy", "ip link", "arp", "arp: suppress" },
	{ "nol2miss", "ip link", "l2miss", "l2miss: false" },
	{ "nol3miss", "ip link", "l3miss", "l3miss: false" },
	{ "maxaddress", "ip link", "max-fdb", NULL },
	{ "udpcsum", "ip link", "checksum", NULL },
	{ "noudpcsum", "ip link", "checksum", "checksum: false" },
	{ "ageing_time", "ip link", "ageing", NULL },
	{ "ageing-time", "ip link", "ageing", NULL },
	{ "dsfield", "ip link", "tos", NULL },
	{ "lladdr", "ip neigh", "mac", NULL },
	{ "remote-ip", "bridge", "dst", NULL },
	{ "addresses", "netplan", "address", NULL },
	{ "addr", "ip address", "address", NULL },
	{ "address", "netplan", "ip", NULL },
	{ "macaddress", "netplan", "mac", NULL },
	{ "mac-learning", "netplan", "learning", NULL },
	{ "arp-proxy", "netplan", "arp", "arp: proxy" },
	{ "neigh-suppress", "netplan", "arp", "arp: suppress" },
	{ "limit", "netplan", "max-fdb", NULL },
	{ "checksums", "netplan", "checksum", NULL },
	{ "nameservers", "netplan", "servers", NULL },
	{ "search", "netplan", "domain", NULL },
	{ "type-of-service", "netplan", "tos", NULL },
	{ "port-range", "netplan", "source-port-range", NULL },
	{ "link", "netplan", "interface", NULL },
	{ "members", "Open vSwitch", "nodes", NULL },
	{ "via", "ip route", "dst", NULL },
};

static bool has_key(const struct key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return true;
	return false;
}

/* Keys of what does not work yet, in the map that has the key @beside. */
static const struct later {
	const char *name, *beside, *what;
} later[] = {
	{ "gateway-device", "vni", "putting the gateway's address on a device" },
	{ "duration", "store", "another time than flannel's 24 hours" },
	{ "impair", "networks", "impairing links" },
	{ "lab", "networks", "the lab" },
	{ "http", "networks", "the HTTP endpoint" },
};

static const struct later *find_later(const char *name, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (strcmp(name, later[i].name) == 0 && has_key(keys, count, later[i].beside) &&
		    !has_key(keys, count, name))
			return &later[i];
	return NULL;
}

/* Keys that stand in one kind of map only, sought where they might be expected too. */
static const struct elsewhere {
	const char *name, *where;
} elsewhere[] = {
	{ "source-ports", "underlay" },
	{ "source-port-range", "underlay" },
	{ "checksum", "underlay" },
	{ "accept", "underlay" },
	{ "max-peers", "underlay" },
	{ "ttl", "underlay" },
	{ "tos", "underlay" },
	{ "address", "a node" },
	{ "address6", "a node" },
	{ "bind", "a node" },
	{ "bind6", "a node" },
	{ "interface", "a node" },
	{ "vni", "a network" },
	{ "device", "a network" },
	{ "persist", "a network" },
	{ "learning", "a network" },
	{ "arp", "a network" },
	{ "l2miss", "a network" },
	{ "l3miss", "a network" },
	{ "flood", "a network" },
	{ "ageing", "a network" },
	{ "max-fdb", "a network" },
	{ "offload", "a network" },
	{ "inner-vlan", "a network" },
	{ "reserved-bits", "a network" },
	{ "bum-limit", "a network" },
	{ "bridge", "a network" },
	{ "cidr", "a network" },
	{ "cidr6", "a network" },
	{ "subnet-length", "a network" },
	{ "subnet-length6", "a network" },
	{ "subnet-min", "a network" },
	{ "subnet-max", "a network" },
	{ "subnet-min6", "a network" },
	{ "subnet-max6", "a network" },
	{ "subnets", "a network" },
	{ "gateway", "a network" },
	{ "routing", "a network" },
	{ "dhcp", "a network" },
	{ "masquerade", "a network" },
	{ "forward-rules", "a network" },
	{ "env-file", "a network" },
	{ "store", "leases" },
	{ "path", "leases" },
	{ "hosts", "a network" },
	{ "fdb", "a network" },
	{ "neigh", "a network" },
};

/* Where the key @name stands, if not among @keys; or NULL. */
static const char *find_elsewhere(const char *name, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (strcmp(name, elsewhere[i].name) == 0 && !has_key(keys, count, name))
			return elsewhere[i].where;
	return NULL;
}

/* Another program's word: rather for a key of this map, or one that will be, than for another's. */
static const struct foreign *find_foreign(const char *word, const struct key *keys, size_t count)
{
	const struct foreign *of_another = NULL;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (strcmp(word, foreign[i].theirs) != 0)
			continue;
		if (has_key(keys, count, foreign[i].ours) ||
		    find_later(foreign[i].ours, keys, count))
			return &foreign[i];
		if (find_elsewhere(foreign[i].ours, keys, count) && !of_another)
			of_another = &foreign[i];
	}
	return of_another;
}

static const char *nearest_key(const char *word, const struct key *keys, size_t count)
{
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < count; i++)
		nearest_offer(&nearest, keys[i].name);
	return nearest.found;
}

const char *suggest_key(const char *word, const struct key *keys, size_t count, char *out,
			size_t size)
{
	const struct foreign *other = find_foreign(word, keys, count);
	const struct later *not_yet = find_later(other ? other->ours : word, keys, count);
	const char *where = find_elsewhere(other ? other->ours : word, keys, count);
	const char *nearest = other || not_yet || where ? NULL : nearest_key(word, keys, count);

	if (strcmp(word, "<<") == 0)
		snprintf(out, size, "help: merge keys are not taken; write the keys out");
	else if (not_yet && other)
		snprintf(out, size, "help: %s's %s, %s, does not work yet; leave it out",
			 other->whose, word, not_yet->what);
	else if (not_yet)
		snprintf(out, size, "help: %s does not work yet; leave it out", not_yet->what);
	else if (other)
		snprintf(out, size, "help: %s calls it %s; here it is \"%s\"%s%s", other->whose,
			 word, other->line ? other->line : other->ours, where ? " of " : "",
			 where ? where : "");
	else if (where)
		snprintf(out, size, "help: %s is a key of %s", word, where);
	else if (nearest)
		snprintf(out, size, "help: did you mean \"%s\"?", nearest);
	else
		return NULL;
	return out;
}
