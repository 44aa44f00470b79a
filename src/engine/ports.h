/* What stands behind the local ports: (network, index) → ops.  Grows only when ports are attached.
 */
#ifndef ENGINE_PORTS_H
#define ENGINE_PORTS_H

#include "engine/ops.h"

struct local_port {
	const struct port_ops *ops; /* NULL: nothing attached */
	void *port;
	int failed; /* −errno once writing showed that the port is gone; else 0 */
	bool refused_tcp, refused_udp; /* superframes: refusal.h */
};

struct ports_row {
	struct local_port *port; /* by index */
	uint32_t count;
};

struct ports {
	struct ports_row *row; /* by network id */
	uint32_t rows;
};

/* False when memory is short or something is attached there. */
bool ports_attach(struct ports *ports, uint32_t network, uint32_t index, const struct port_ops *ops,
		  void *port);

/* Makes room for it; false when memory is short. */
bool ports_reserve(struct ports *ports, uint32_t network, uint32_t index);

/* True when the network has no port left. */
bool ports_detach(struct ports *ports, uint32_t network, uint32_t index);

void ports_free(struct ports *ports);

/* NULL when nothing is attached. */
static inline struct local_port *ports_at(struct ports *ports, uint32_t network, uint32_t index)
{
	struct local_port *at;

	if (network >= ports->rows || index >= ports->row[network].count)
		return NULL;
	at = &ports->row[network].port[index];
	return at->ops ? at : NULL;
}

#endif
