/* Outbound: a frame leaves a local port.  The five steps of the notes:
 *
 *   1 arrive    the port is the network, hence the VNI
 *   2 parse     Ethernet (+ VLAN); the source MAC belongs to this port
 *   3 look up   DHCP of a client of ours → punt; ARP/ND we can answer → reply; else FDB: port, peer, or
 *               flood list
 *   4 change    VXLAN header in front; ECN into the outer header
 *   5 leave     one verdict */
#ifndef PATH_OUTBOUND_H
#define PATH_OUTBOUND_H

#include "path/verdict.h"

/* @f: the parsed frame as the port gave it, or NULL when it was too short to parse. */
struct verdict outbound_decide(const struct tables *t, const struct network *n, uint32_t port,
			       const struct frame *f, uint64_t now);

#endif
