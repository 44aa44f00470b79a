/* `vxs ping`, but for sockets and clocks: what a switch says about a probe (request "probe",
 * README.md), told to people as ping(8) does, or as JSON; and the search for the largest MTU. */
#ifndef CTL_PING_H
#define CTL_PING_H

#include <stdio.h>

#include "ctl/render.h"
#include "ctl/session.h"

enum probe_outcome {
	PROBE_ANSWERED,
	PROBE_SILENCE,       /* nothing came back */
	PROBE_LACKS_NETWORK, /* the node says that it has no such network */
	PROBE_REFUSED,       /* ICMP: nobody listens on the port there */
	PROBE_UNREACHABLE,   /* another error of the underlay */
	PROBE_TOO_BIG_HERE,  /* for the interface of this node */
	PROBE_TOO_BIG_PATH,  /* for the path, as routers told or the route says */
};

/* What became of one probe.  MTUs are outer, but for the network's. */
struct probe_report {
	enum probe_outcome outcome;
	char node[NETWORK_NAME], address[ADDR_TEXT], network[NETWORK_NAME];
	uint32_t vni, size, network_mtu, overhead, interface_mtu, path_mtu;
	uint64_t ns;  /* PROBE_ANSWERED: there and back */
	bool one_way; /* likewise: tenants' frames do not find back */
};

/* One line of the answer; RENDERED_MORE: @out is filled in. */
enum rendered probe_report_read(struct probe_report *out, const char *line, size_t len,
				char why[COMMAND_WHY]);

/* -- One after another -- */

struct ping {
	FILE *to;
	bool json;
	struct probe_report last;
	uint64_t sent, received;
	uint64_t min, max; /* ns */
	double sum, squares;
};

/* Counts and tells another one; the first is told with a heading.  @wait: ms. */
void ping_tell(struct ping *ping, const struct probe_report *report, unsigned wait);

/* Tells how it was, @ms after the first; and what may be wrong when nothing came back. */
void ping_end(struct ping *ping, uint64_t ms);

/* -- The largest MTU --
 *
 * Probes of sizes between what certainly passes and what certainly does not, until the two meet.  A
 * path MTU that was told is tried at once. */
struct sweep {
	uint32_t passes, fails;           /* inner sizes; passes 0: nothing was tried yet */
	uint32_t next;                    /* to be tried now; 0: it is over */
	struct probe_report small, large; /* the largest that passed, the smallest that did not */
};

struct sweep sweep_begin(void);

/* What became of a probe of size sweep->next. */
void sweep_learn(struct sweep *sweep, const struct probe_report *report);

/* Nothing came back, not even for the smallest? */
bool sweep_is_silent(const struct sweep *sweep);

void sweep_tell(FILE *to, bool json, const struct sweep *sweep);

#endif
