/* A machine of a tenant behind a port of the simulator: just enough of one to ping and to be
 * pinged over IPv4.  It asks for the other's MAC first, as a machine does. */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "sim.h"

struct guest {
	struct sim_port *port;
	struct mac mac;
	uint8_t ip[4];
	struct mac other_mac; /* zero until ARP has told */
	uint8_t other_ip[4];  /* the only one it talks to */
	unsigned waiting[2];  /* echo requests and replies that wait for that */
	unsigned replies;     /* that came */
};

/* Sends an echo request to the other. */
void guest_ping(struct guest *guest);

/* Takes all that came, answers ARP requests and pings, counts echo replies. */
void guest_work(struct guest *guest);

#endif
