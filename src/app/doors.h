/* Local ports and endpoints as a plan wants them: made, put into tables, closed. */
#ifndef APP_DOORS_H
#define APP_DOORS_H

#include "app/ops.h"
#include "table/tables.h"

struct tap_options door_tap_options(const struct plan *plan, const struct plan_network *n);
struct udp_options door_udp_options(const struct plan *plan, const struct plan_endpoint *e);

/* Opens the sockets of endpoint @e.  0 and *@out; or −errno and a sentence for people in @why. */
int door_open_wire(const struct plan *plan, const struct plan_endpoint *e,
		   struct underlay_wire **out, char why[UDP_WHY]);
void door_close_wire(struct underlay_wire *wire); /* NULL is fine */

/* Opens the device of network @n.  As above. */
int door_open_port(const struct plan *plan, const struct plan_network *n, struct tap_port **out,
		   char why[TAP_WHY]);
void door_close_port(struct tap_port *port); /* NULL is fine */

/* Puts a port of @wanted into its network of @tables; its index, or PORT_NONE when memory is
 * short. */
uint32_t door_add_port(struct tables *tables, const struct plan_network *wanted);

#endif
