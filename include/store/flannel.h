/* What flannel keeps in etcd, to the byte: its configuration, and one record per node.
 *
 *   PREFIX/config                  {"Network": "10.42.0.0/16", "Backend": {"Type": "vxlan"}}
 *   PREFIX/subnets/10.42.3.0-24    {"PublicIP":"192.0.2.7","PublicIPv6":null,"BackendType":"vxlan",
 *                                   "BackendData":{"VNI":1,"VtepMAC":"c6:d2:32:6f:8f:44"}}
 *
 * The key is the lease: whoever put it first has the subnet.  In a dual-stack network it names both
 * subnets, "10.42.3.0-24&fd00:42:0:3::-64"; a network of IPv6 alone can not be expressed.  The value is
 * what the others need to reach the node.  Both are read as flannel reads them (pkg/subnet/subnet.go,
 * pkg/subnet/config.go): case of the names does not matter, what is not known is passed over, a
 * record without VNI is of an older flannel; and written as flannel writes them.
 *
 * All of it comes from outside: texts have limits, and a record that makes no sense is refused
 * as one record, with a reason. */
#ifndef STORE_FLANNEL_H
#define STORE_FLANNEL_H

#include "wire/addr.h"
#include "wire/eth.h"

enum {
	FLANNEL_KEY = 96,     /* bytes of the longest key, without the prefix, and NUL */
	FLANNEL_VALUE = 384,  /* bytes of the longest value that is written, and NUL */
	FLANNEL_CONFIG = 768, /* bytes of the longest configuration that is written, and NUL */
	FLANNEL_READ = 65536, /* bytes of a value or configuration that is read */
	FLANNEL_WHY = 160,    /* bytes of a reason, and NUL */
	FLANNEL_PORT = 8472,  /* where the configuration names none: the kernel's */
	FLANNEL_TTL = 86400,  /* seconds that a lease lasts */
};

#define FLANNEL_PREFIX "/coreos.com/network"

/* -- The configuration -- */

/* How the cidr of one family is divided. */
struct flannel_range {
	struct prefix network; /* family ADDR_NONE: this family is off */
	uint8_t length;        /* of a node's subnet */
	struct addr min, max;  /* bases of the first and the last that is given to a node */
};

struct flannel_config {
	struct flannel_range v4, v6;
	uint32_t vni;
	uint16_t port; /* never 0 */
	uint32_t mtu;  /* of the underlay; 0: that of its interface */
	bool learning, direct_routing;
};

/* Reads the document.  False with a sentence in @why: no JSON, ranges against flannel's rules, a backend
 * other than vxlan. */
bool flannel_config_read(const char *text, size_t len, struct flannel_config *out,
			 char why[FLANNEL_WHY]);

/* The document that reads as @config, with every default said. */
const char *flannel_config_text(const struct flannel_config *config, char out[FLANNEL_CONFIG]);

/* Is @subnet one that a node can have under @range? */
bool flannel_fits(const struct flannel_range *range, struct prefix subnet);

/* -- Records -- */

/* The subnets of one node. */
struct flannel_subnets {
	struct prefix v4, v6; /* family ADDR_NONE: none; v4 is always there once read */
};

/* How the node is reached. */
struct flannel_node {
	struct addr public4, public6; /* family ADDR_NONE: not given */
	bool vxlan;                   /* else of another backend, and the rest is not read */
	uint32_t vni;                 /* FLANNEL_NO_VNI: an older flannel's record */
	struct mac vtep4, vtep6;      /* all zero: not given */
};

#define FLANNEL_NO_VNI UINT32_MAX

/* @key is what follows PREFIX/subnets/, NUL-terminated. */
bool flannel_key_read(const char *key, struct flannel_subnets *out);
const char *flannel_key_text(const struct flannel_subnets *subnets, char out[FLANNEL_KEY]);

bool flannel_node_read(const char *text, size_t len, struct flannel_node *out,
		       char why[FLANNEL_WHY]);
const char *flannel_node_text(const struct flannel_node *node, char out[FLANNEL_VALUE]);

#endif
