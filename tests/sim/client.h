/* DHCP on the simulator: networks that give out addresses, and clients behind their ports. */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "sim.h"
#include "table/bindings.h"

enum { CLIENT_LEASE = 3600 /* s */ };

extern const struct mac client_server; /* the MAC that answers come from */

/* 10.42.<subnet>.<last> */
struct addr client_ip(uint8_t subnet, uint8_t last);

/* The network of @node gives out 10.42.<subnet>.0/28, which is a part of one link. */
void client_give_out(struct sim_node *node, uint8_t subnet);

/* What a client says; what is not named is left out. */
struct client_words {
	enum dhcp_type type;
	unsigned client;
	struct addr ciaddr, requested, server, dst; /* dst: everybody */
	bool nonsense;
};
struct mac client_mac(unsigned client);
void client_tell(struct sim_port *port, const struct client_words *w);

/* The type of the answer that came, and the last octet of the address in it; 0: none came. */
unsigned client_hears(struct sim_port *port, unsigned *last);

#endif
