/* One switch, from the plan that runs to another: all of it or nothing.
 *
 * change_prepare() makes everything that is new beside what runs: tables, sockets, devices, room in the
 * engine.  It also changes what can only be changed on the open device (MAC, MTU, bridge, offload,
 * persistence; app/doors.h).  When any of it fails, what was made goes again and what was changed is
 * set back.  change_commit() puts all in place and cannot fail.  Between the two no frame is
 * forwarded.
 *
 * A device stays with its TAP by its name, an endpoint with its sockets by address and port,
 * whichever networks use them. */
#ifndef APP_CHANGE_H
#define APP_CHANGE_H

#include "app/switch.h"

struct change_port;
struct change_join;

struct change {
	struct vswitch *s;
	struct plan *plan; /* wanted */
	struct tables *beside;

	struct change_port *ports; /* those that run, then those that are new */
	uint32_t port_count;
	struct tap_port **next_ports; /* as the switch will have them */
	uint32_t next_port_count;

	struct underlay_wire **wires; /* as the switch will have them */
	uint16_t wire_count;
	struct change_join *joins; /* groups that were joined */
	size_t join_count;

	char why[UDP_WHY + 128];
};

/* 0; or −errno and a sentence for people in c->why, and nothing has changed. */
int change_prepare(struct change *c, struct vswitch *s, struct plan *plan);
void change_commit(struct change *c);
void change_abandon(struct change *c);

/* Its parts: endpoints with their groups, ports. */
int change_prepare_wires(struct change *c);
void change_commit_wires(struct change *c);
void change_abandon_wires(struct change *c);
int change_prepare_ports(struct change *c);
void change_detach_ports(struct change *c); /* before the tables change, the rest behind */
void change_commit_ports(struct change *c);
void change_abandon_ports(struct change *c);

#endif
