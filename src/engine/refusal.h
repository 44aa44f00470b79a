/* Superframes that a local port refuses.
 *
 * Some kernels let us negotiate superframes and then answer EINVAL to each that is written.  So a
 * refused one is written again, cut, and nothing is lost; and the port gets no more of that kind.
 *
 * That costs the port its speed until the next start, so no stranger may bring it about, and
 * strangers have superframes of their own making delivered here (a kernel's VXLAN device on the
 * same machine sends them uncut).  Hence the kernel is only offered what every kernel takes:
 * virtio_net_hdr_to_skb() refuses by segment count, segment size and checksum field, and what is
 * behind the IP packet counts as payload to it; a frame beyond that is cut from the start.  Then a
 * refusal tells of the port and not of the frame, and the first one is proof enough: waiting for
 * several in a row would only cost more, for whoever can send one can send eight. */
#ifndef ENGINE_REFUSAL_H
#define ENGINE_REFUSAL_H

#include "engine/ops.h"
#include "ports.h"

struct engine;
struct network;

/* Is @f, a superframe, one that every kernel takes which takes its kind? */
bool superframe_is_common(const struct frame *f);

/* What @port takes as it is: what its ops say, less what it has refused. */
struct port_caps refusal_caps(const struct local_port *port);

/* Port @index of @n has refused @f, a common superframe, with @error (an errno). */
void refusal_note(struct engine *e, const struct network *n, uint32_t index, const struct frame *f,
		  int error);

#endif
