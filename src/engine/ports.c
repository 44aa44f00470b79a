#include "ports.h"

#include <stdlib.h>

static bool grow_rows(struct ports *ports, uint32_t network)
{
	uint32_t rows = network + 1;
	struct ports_row *row;

	if (network < ports->rows)
		return true;
	row = reallocarray(ports->row, rows, sizeof(*row));
	if (!row)
		return false;
	for (uint32_t i = ports->rows; i < rows; i++)
		row[i] = (struct ports_row) { .port = NULL };
	ports->row = row;
	ports->rows = rows;
	return true;
}

static bool grow_row(struct ports_row *row, uint32_t index)
{
	uint32_t count = index + 1;
	struct local_port *port;

	if (index < row->count)
		return true;
	port = reallocarray(row->port, count, sizeof(*port));
	if (!port)
		return false;
	for (uint32_t i = row->count; i < count; i++)
		port[i] = (struct local_port) { .ops = NULL };
	row->port = port;
	row->count = count;
	return true;
}

bool ports_reserve(struct ports *ports, uint32_t network, uint32_t index)
{
	return grow_rows(ports, network) && grow_row(&ports->row[network], index);
}

bool ports_attach(struct ports *ports, uint32_t network, uint32_t index, const struct port_ops *ops,
		  void *port)
{
	if (ports_at(ports, network, index))
		return false;
	if (!ports_reserve(ports, network, index))
		return false;
	ports->row[network].port[index] = (struct local_port) { .ops = ops, .port = port };
	return true;
}

bool ports_detach(struct ports *ports, uint32_t network, uint32_t index)
{
	struct local_port *at = ports_at(ports, network, index);

	if (at)
		*at = (struct local_port) { .ops = NULL };
	if (network >= ports->rows)
		return true;
	for (uint32_t i = 0; i < ports->row[network].count; i++) {
		if (ports_at(ports, network, i))
			return false;
	}
	return true;
}

void ports_free(struct ports *ports)
{
	for (uint32_t i = 0; i < ports->rows; i++)
		free(ports->row[i].port);
	free(ports->row);
}
