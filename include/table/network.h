/* A network: one VNI, one tenant.  Its tables, its local ports, its rules and its counters, and
 * nothing shared with any other network: two tenants may use the same MACs and addresses. */
#ifndef TABLE_NETWORK_H
#define TABLE_NETWORK_H

#include "table/drops.h"
#include "table/fdb.h"
#include "table/neigh.h"
#include "table/repeats.h"
#include "wire/addr.h"

enum {
	NETWORK_NAME = 64,
	NETWORK_PORTS = 128,
	NETWORK_ANSWERS = 100,    /* "too big" messages a second */
	NETWORK_DHCP = 50,        /* DHCP messages a second that are read, of each port ... */
	NETWORK_DHCP_CLIENT = 10, /* ... and of these of each client */
};

#define NETWORK_NONE UINT32_MAX
#define PORT_NONE    UINT32_MAX

struct bindings;

/* What happens to ARP and ND from local ports (SPEC §3). */
enum arp_mode { ARP_FLOOD, ARP_SUPPRESS, ARP_PROXY };

/* A local attachment: normally the network's one TAP. */
enum { NETWORK_PORT_NAME = 16 };

struct network_port {
	char name[NETWORK_PORT_NAME]; /* its device; "port 3" until somebody says better */
	bool used;
	bool up;     /* frames can be written to it */
	bool speaks; /* it has a MAC of its own that may send: not bridged, not attached */
	struct mac mac;
	uint16_t mtu; /* longest inner packet it takes */
};

/* A token bucket that is asked without being changed: what is there at `now` follows from what was
 * there at `filled`.  A rate of 0 means no limit. */
struct budget {
	uint64_t rate;   /* tokens a second; also the bucket's size: one second's worth */
	uint64_t tokens; /* at `filled` */
	uint64_t filled; /* ns */
};

uint64_t budget_at(const struct budget *b, uint64_t now);           /* UINT64_MAX without a limit */
void budget_spend(struct budget *b, uint64_t tokens, uint64_t now); /* never below zero */

/* A superframe counts as the frames that it stands for, so that both ends of a tunnel count alike. */
struct network_counters {
	uint64_t rx_frames, rx_bytes; /* from peers to local ports */
	uint64_t tx_frames, tx_bytes; /* from local ports to peers, a flood once */
	uint64_t local_frames;        /* from local port to local port */
	uint64_t answered;            /* ARP and ND requests answered here */
	uint64_t floods;              /* frames that went to the flood list */
	uint64_t l2_misses, l3_misses;
	uint64_t reserved_bits; /* datagrams with reserved bits set, accepted or not */
	uint64_t bad_checksums; /* frames of peers, of those of which it was looked at */
	uint64_t probes_sent, probes_heard; /* our probes, and the answers to them */
	uint64_t probes_answered;           /* probes of others */
	uint64_t dhcp_heard, dhcp_answered; /* messages of clients, and those to them */
	struct drops drops;
};

struct network {
	uint32_t id; /* its place in struct tables */
	char name[NETWORK_NAME];
	uint32_t vni;
	uint16_t port;        /* UDP port: where we listen, and peers that have none of their own */
	bool own_port;        /* all nodes take it there, whatever the port of theirs */
	uint16_t endpoint_v4; /* which endpoint sends to IPv4 and IPv6 peers; ENDPOINT_NONE */
	uint16_t endpoint_v6;
	uint16_t mtu; /* inner */
	struct mac
		vtep; /* our VTEP's, whether a port has it or not; zero: none, no probe is answered */

	struct fdb *fdb;
	struct neigh *neigh;
	struct flood_list *flood; /* the all-zero entry; NULL: none */
	uint32_t flood_origin;
	struct peer_set *members;  /* who may speak; NULL: anyone (`accept: any`) */
	struct bindings *bindings; /* of DHCP clients on local ports; NULL: nobody answers them */

	bool learning;       /* from peers; local sources are always learned */
	bool l2miss, l3miss; /* who monitors is told of them; counted they are in any case */
	bool strict_reserved;
	bool drop_vlan;
	enum arp_mode arp;
	uint8_t tos;      /* outer DSCP, 0..252 step 4 */
	bool tos_inherit; /* DSCP of the inner packet instead */
	bool offload;     /* superframes; false: everything is cut before it leaves */

	struct budget bum;     /* extra copies (datagrams − 1 per frame) */
	struct budget too_big; /* "too big" messages */

	/* Made beside the running tables: it will have the entries of the network that it succeeds, and
	 * until then has only those that the file gives (table/tables.h). */
	bool keeps_tables;

	struct network_port ports[NETWORK_PORTS];
	uint32_t ports_end; /* one above the last used index */

	struct repeats repeats; /* what local ports flood */

	struct network_counters count;
};

/* A local port in the first free place, up; PORT_NONE when there is none or memory is short.  A
 * port that speaks gets an own entry in the FDB. */
uint32_t network_add_port(struct network *n, struct mac mac, uint16_t mtu, bool speaks,
			  uint32_t origin);

/* What people shall call the port: its device's name. */
void network_name_port(struct network *n, uint32_t port, const char *name);

/* Forgets the port, what was learned from it, and static entries that name it: its place may be
 * another's next. */
void network_remove_port(struct network *n, uint32_t port);

#endif
