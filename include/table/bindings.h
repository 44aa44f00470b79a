/* Bindings of one network: which client has which address (RFC 2131 §2.2), on the local ports of this node.
 *
 * There is a slot for each address of the node's subnet, made with the network: nothing that a client
 * sends allocates, and an address is found by counting.  A slot is
 *
 *   FRESH     nobody's, and never was anybody's
 *   FREE      nobody's now; whoever had it gets it again, unless somebody else needed it since
 *   OFFERED   kept for a client for BINDINGS_OFFER seconds: a hint, no promise.  Offers take a quarter of the
 *             addresses at most, then the oldest is forgotten
 *   LEASED    a client's until its time is over
 *   DECLINED  in use by somebody unknown, as a client found out: given to nobody for a while; again a
 *             quarter at most
 *   TAKEN     never given: the network's name, its broadcast, the gateway, hosts of the cluster file
 *
 * A client is known by its identifier (struct dhcp_client).  A host of the file is known by its MAC: its
 * addresses are reserved, one of them it gets, and nobody else does.
 *
 * Times are ticks (base/clock.h).  What must survive a restart is told by whoever changes something. */
#ifndef TABLE_BINDINGS_H
#define TABLE_BINDINGS_H

#include "base/hash.h"
#include "wire/dhcp.h"

#define BINDING_NONE UINT32_MAX

enum {
	BINDINGS_MAX = 1 << 16, /* addresses of a subnet that are given out: the first ones */
	BINDINGS_SHARE = 4,     /* one in so many may be offered, and declined */
	BINDINGS_OFFER = 60,    /* s */
	BINDINGS_DECLINED = 600,
	BINDINGS_EXPIRED = 64, /* looked after at a time */
};

enum binding_state {
	BINDING_FRESH,
	BINDING_FREE,
	BINDING_OFFERED,
	BINDING_LEASED,
	BINDING_DECLINED,
	BINDING_TAKEN,
};

struct binding {
	uint32_t ip;               /* as a number */
	uint32_t until;            /* tick; OFFERED, LEASED, DECLINED */
	struct dhcp_client client; /* whose it is, or was last; len 0: nobody's */
	struct mac mac;            /* of that client, or of the host that it is reserved for */
	uint8_t state;             /* enum binding_state */
	uint32_t host;             /* that it is reserved for, counted from 1; 0: none */
};

/* What clients are told besides their address. */
struct dhcp_terms {
	struct prefix pool; /* the node's subnet; IPv4 */
	struct ifaddress
		gateway; /* the server's address, with the length of the prefix on the link */
	struct mac mac;  /* that the server speaks from */
	uint16_t mtu;
	uint32_t duration; /* s */
	struct addr servers[DHCP_SERVERS];
	uint32_t server_count;
	char domain[DHCP_DOMAIN];
	struct dhcp_route routes[DHCP_ROUTES];
	uint32_t route_count;
};

/* An address of the cluster file: of a host that is given it, or of somebody else's. */
struct reservation {
	struct addr ip;
	struct mac mac;
	bool given;
	const char *name; /* or NULL; copied */
};

struct bindings;

/* All fresh, but for what is in @reserved.  NULL when memory is short. */
struct bindings *bindings_new(const struct dhcp_terms *terms, const struct reservation *reserved,
			      size_t count, struct hash_secret secret);
void bindings_free(struct bindings *b); /* NULL is fine */

const struct dhcp_terms *bindings_terms(const struct bindings *b);

/* -- Asking -- */

/* Slots are 0..end − 1. */
uint32_t bindings_end(const struct bindings *b);
const struct binding *bindings_at(const struct bindings *b, uint32_t slot);

/* The slot of @ip; that which @client has or had last.  BINDING_NONE. */
uint32_t bindings_find(const struct bindings *b, struct addr ip);
uint32_t bindings_of(const struct bindings *b, const struct dhcp_client *client);

/* Has somebody a lease on the address in @slot? */
bool bindings_leased(const struct bindings *b, uint32_t slot, uint32_t tick);

/* Is it kept for somebody, or from everybody? */
bool bindings_in_use(const struct bindings *b, uint32_t slot, uint32_t tick);

/* May the client have the address in @slot? */
bool bindings_may(const struct bindings *b, uint32_t slot, const struct dhcp_client *client,
		  struct mac mac, uint32_t tick);

uint32_t bindings_room(const struct bindings *b); /* addresses that can be given at all */

/* The name of the host that the address in @slot is reserved for; "". */
const char *bindings_name(const struct bindings *b, uint32_t slot);

/* Does nobody else have the gateway's address, so that it is us who answer for it?  At first yes. */
bool bindings_are_gateway(const struct bindings *b);

/* Is it known what clients were given in a former life?  As long as it is not, nobody is heard.  At first yes. */
bool bindings_are_known(const struct bindings *b);

/* May @from on @port be heard now?  Port numbers are those of the network. */
bool bindings_hear(const struct bindings *b, uint32_t port, struct mac from, uint64_t now);

/* -- Changing -- */

/* Keeps an address for the client: the one reserved for it, that it has, had, wants (@wanted may be
 * ADDR_NONE), or any.  Its slot; BINDING_NONE when there is none left. */
uint32_t bindings_offer(struct bindings *b, const struct dhcp_client *client, struct mac mac,
			struct addr wanted, uint32_t tick);

/* The client, who may have it, has the address in @slot until @until; it has no other then. */
void bindings_lease(struct bindings *b, uint32_t slot, const struct dhcp_client *client,
		    struct mac mac, uint32_t until);

/* Nobody has it now; its client comes first when it asks again. */
void bindings_release(struct bindings *b, uint32_t slot);

/* Somebody unknown uses it. */
void bindings_decline(struct bindings *b, uint32_t slot, uint32_t tick);

void bindings_be_gateway(struct bindings *b, bool are);
void bindings_be_known(struct bindings *b, bool are);

/* @from on @port, who might be, was heard. */
void bindings_heard(struct bindings *b, uint32_t port, struct mac from, uint64_t now);

/* Takes over what @old remembers, as far as it can be here. */
void bindings_adopt(struct bindings *b, const struct bindings *old);

#endif
