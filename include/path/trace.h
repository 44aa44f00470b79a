/* The five steps of one frame in words, one line each, from the verdict it got.
 *
 *   node1 blue ▸ out  1 arrive   port 0 (vxlan100): VNI 100
 *                     2 parse    aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 → 3.3.3.4
 * ICMP, 98 bytes 3 look up  fdb 32:39:e3:57:89:e7 dst 10.206.67.15 permanent  (cluster.yaml:14) 4
 * change   + VXLAN header, VNI 100; outer TOS 0x00, source port slot 7 of 16 5 leave    SEND
 * to 10.206.67.15:4789
 *
 * Everything said is read from the verdict and the tables it was decided on; call it before commit.
 */
#ifndef PATH_TRACE_H
#define PATH_TRACE_H

#include "base/text.h"
#include "path/inbound.h"
#include "path/outbound.h"

void trace_outbound(struct text *out, const struct tables *t, const struct verdict *v,
		    const struct frame *f);

void trace_inbound(struct text *out, const struct tables *t, const struct verdict *v,
		   const struct arrival *a, const struct frame *inner);

#endif
