#include "answer.h"

#include "deliver.h"
#include "path/outbound.h"
#include "path/proxy.h"
#include "state.h"

void answer(struct engine *e, const struct network *n, const struct verdict *v,
	    const struct frame *f)
{
	struct frame reply;
	size_t len = reply_write(room_of(e->answer->at, PACKET_ROOM), n, v, f);

	if (len > 0 && frame_parse(&reply, e->answer->at, len))
		deliver(e, n, v->port, &reply);
}

/* The network that the frame came from, if it is still there. */
static struct network *network_of(const struct engine *e, struct sender sender)
{
	if (sender.port == PORT_NONE || sender.network >= e->tables->network_count)
		return NULL;
	return e->tables->networks[sender.network];
}

/* Of the verdict only the answer is carried out: the frame was counted when it was sent, and is
 * counted as dropped by whoever drops it. */
void answer_refused(struct engine *e, const struct pending *p, uint64_t now)
{
	struct sender sender = p->sender[p->first];
	struct network *n = network_of(e, sender);
	struct verdict v;
	struct frame f;
	size_t len;

	if (!n)
		return;
	len = runs_copy_oldest(p, e->refused->at - VXLAN_LEN);
	if (!frame_parse(&f, e->refused->at, len - VXLAN_LEN))
		return;
	v = outbound_decide(e->tables, n, sender.port, &f, now);
	if (v.action != ACTION_REPLY || v.answer != ANSWER_TOO_BIG)
		return;
	budget_spend(&n->too_big, 1, now);
	answer(e, n, &v, &f);
}
