/* The loop's part that watches: a libev watcher for every local port and socket.
 *
 * They are level-triggered, so all of them can be stopped and started again without losing anything;
 * that is how a reload changes what is watched. */
#ifndef APP_WATCHES_H
#define APP_WATCHES_H

#include <ev.h>

#include "app/mend.h"
#include "app/switch.h"

enum { WATCHES_FRUITLESS = 1000 }; /* wake-ups for nothing in a row: a broken socket */

struct port_watch;
struct socket_watch;

struct watches {
	struct ev_loop *ev;
	struct vswitch *s;
	struct mend *mend;   /* hears of lost ports */
	const uint64_t *now; /* the loop's */
	bool paused;         /* ports are not watched */
	struct port_watch *ports;
	uint32_t port_count;
	struct socket_watch *sockets;
	unsigned socket_count;
};

/* Makes room for so many, while none is watched.  False when memory is short. */
bool watches_reserve(struct watches *w, uint32_t ports, unsigned sockets);

/* Watches all that the switch has, for which there is room; ends that. */
void watches_start(struct watches *w);
void watches_stop(struct watches *w);

/* Frees the room; the loop is gone. */
void watches_free(struct watches *w);

/* While the underlay is full, ports are not watched. */
void watches_pause(struct watches *w, bool paused);

/* Watches the sockets that the engine waits for, and no others, for being writable. */
void watches_look_for_room(struct watches *w);

/* Port @number has a device again. */
void watches_port_is_back(void *watches, uint32_t number);

#endif
