/* The switch of one node: the object that owns everything.  Opening is a list, closing its mirror.
 *
 * The order: tables before the engine that walks them; sockets before TAPs, so that a second start
 * fails on the port, with the holder's name, before it has touched a device; the engine's doors
 * next, and then the routes that lead to them. */
#ifndef APP_SWITCH_H
#define APP_SWITCH_H

#include "app/doors.h"
#include "app/firewall.h"
#include "app/routed.h"
#include "engine/engine.h"
#include "plan/plan.h"
#include "port/link.h"

struct vswitch {
	struct plan *plan;
	struct netlink *netlink;
	struct tables *tables;
	struct engine *engine;
	struct underlay_wire **wires; /* by number of the endpoint; NULL where there is none */
	uint16_t wire_count;
	struct tap_port **ports; /* one per network that has a device */
	uint32_t port_count;
	struct routed routed;
	struct firewall firewall;
};

/* Opens what @plan asks for.  0, or −errno after the log said what failed; then nothing is left
 * open, and no device that was made is left at all.  The plan must outlive the switch; @netlink is
 * only borrowed. */
int vswitch_open(struct vswitch *s, struct plan *plan, struct netlink *netlink);
void vswitch_close(struct vswitch *s);

/* Closes a switch that did not come to run: also a persistent device goes, if opening made it. */
void vswitch_withdraw(struct vswitch *s);

/* Takes a failed port out of service: the others go on.  What was learned from it is forgotten. */
void vswitch_drop_port(struct vswitch *s, struct tap_port *port);

/* Opens a dropped port again, as the plan asks: its device is made, or attached to where it exists.
 * 0, or −errno and a sentence for people in @why; then it is still dropped. */
int vswitch_restore_port(struct vswitch *s, struct tap_port *port, char why[TAP_WHY]);

#endif
