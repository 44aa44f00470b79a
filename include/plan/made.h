/* Networks that commands make (`vxs link add`), beside those of the cluster file.
 *
 * On one side the words of iproute2, on the other a network as the cluster file has it: what is made is
 * written as YAML and read like a file, by the same reader and under the same rules.  So a command can say
 * nothing that a file could not, and is refused for the same reasons.
 *
 * A switch that runs without a cluster file has one all the same, of one node and no networks, whose
 * text follows from its command line and from what is made (made_cluster): the address that it speaks
 * from, TTL, TOS and checksums are the switch's and not a network's, so all that is made has to agree on
 * them. */
#ifndef PLAN_MADE_H
#define PLAN_MADE_H

#include "base/text.h"
#include "plan/cluster.h"

enum {
	MADE_NAME = 16,   /* of a device, IFNAMSIZ */
	MADE_WORDS = 384, /* of one network */
	MADE_WHY = 512,
	MADE_DEFAULT_PORT = 4789,
};

#define MADE_ADD_USAGE                                                                           \
	"type vxlan id N [group|remote ADDRESS] [local ADDRESS] [dev INTERFACE] [dstport PORT] " \
	"[ttl N] [tos N|inherit] [[no]learning] [[no]proxy] [[no]l2miss] [[no]l3miss] "          \
	"[[no]udpcsum] [ageing SECONDS] [maxaddress N] [mtu N] [master BRIDGE]"
#define MADE_SET_USAGE "{up|down|mtu N|master BRIDGE|nomaster|name NEW|[no]l2miss|[no]l3miss} ..."

/* Where a word leaves its value; the order is that in which they are told. */
enum made_part {
	MADE_VNI,
	MADE_PORT,
	MADE_TTL,
	MADE_TOS,
	MADE_TOS_INHERIT,
	MADE_LEARNING,
	MADE_PROXY,
	MADE_L2MISS,
	MADE_L3MISS,
	MADE_CHECKSUM,
	MADE_AGEING,
	MADE_MAX_FDB,
	MADE_MTU,
	MADE_PARTS,
};

struct made {
	char name[MADE_NAME]; /* of the network and of its device */
	char dev[MADE_NAME];  /* the interface below; "": not said */
	char bridge[MADE_NAME];
	struct addr group, remote, local; /* family ADDR_NONE: not said */
	uint32_t given;                   /* bits of enum made_part */
	uint32_t value[MADE_PARTS];
};

struct made_list {
	struct made *of;
	size_t count;
};

/* "type vxlan id 100 remote 192.0.2.2 ...": what follows the name.  False and a sentence. */
bool made_read(struct made *out, const char *name, const char *words, char why[MADE_WHY]);

/* What `link set` says: "mtu 1400", "master br0", "nomaster", "name vx1", "nol2miss"; "up" and "down", which say nothing about a
 * network, are left in *@up as +1 and −1, 0 being neither. */
bool made_change(struct made *made, const char *words, int *up, char why[MADE_WHY]);
bool made_is_change(const char *word);

/* The words again, all of them. */
void made_words(const struct made *made, struct text *out);

/* As YAML, a line of what stands under `networks`. */
void made_network(const struct made *made, FILE *to);

/* Who a switch without a file is. */
struct made_self {
	const char *cluster, *node, *interface; /* interface NULL: not said */
	struct addr address, address6; /* family ADDR_NONE: not said; then what is made says */
};

/* Is @name one that a node can have; that an interface can have, and that stands between quotes as it is? */
bool made_node_name(const char *name);
bool made_interface_name(const char *name);

/* Its cluster file.  False and a sentence where what is made does not agree. */
bool made_cluster(const struct made_self *self, const struct made_list *list, FILE *to,
		  char why[MADE_WHY]);

/* Does the cluster file, whose networks are the first @count of @cluster, have it otherwise?  Then it wins; says
 * in what. */
bool made_conflicts(const struct made *made, const struct cluster *cluster, uint32_t count,
		    char why[MADE_WHY]);

/* The one called @name, or NULL. */
struct made *made_find(const struct made_list *list, const char *name);

#endif
