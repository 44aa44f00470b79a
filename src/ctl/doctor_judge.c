/* The judge: facts in, findings out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_parts.h"

enum {
	HEARD_LATELY = 300, /* seconds: as long as what was learned from it lives */
	LOOPED_LATELY = 60,
};

struct finding *doctor_find(struct doctor *d, enum finding_code code, const char *network,
			    const char *node)
{
	struct finding *longer =
		reallocarray(d->findings, d->finding_count + 1, sizeof(*d->findings));
	struct finding *f;

	if (!longer) {
		d->short_of_memory = true;
		return NULL;
	}
	d->findings = longer;
	f = &longer[d->finding_count++];
	*f = (struct finding) { .code = code };
	snprintf(f->network, sizeof(f->network), "%s", network);
	snprintf(f->node, sizeof(f->node), "%s", node);
	return f;
}

/* -- This machine -- */

static void judge_device(struct doctor *d, const struct doctor_network *n)
{
	struct finding *f;

	if (!*n->device || (!n->gone && !n->down))
		return;
	f = doctor_find(d, n->gone ? FINDING_DEVICE_GONE : FINDING_DEVICE_DOWN, n->name, "");
	if (!f)
		return;
	SAY(f->what, "%s, the device of network %s, is %s", n->device, n->name,
	    n->gone ? "gone" : "down");
	SAY(f->known, "the switch %s; %" PRIu64 " frames for it were dropped as port-down so far",
	    n->gone ? "lost it and could not make it again yet"
		    : "asked the kernel, and the flag UP is missing",
	    n->port_down);
	if (n->gone)
		SAY(f->mend,
		    "It is tried again and again; the log of vxs says what is in the way.\n"
		    "$ ip link show %s",
		    n->device);
	else
		SAY(f->mend, "$ ip link set %s up", n->device);
}

static void judge_endpoint(struct doctor *d, const struct doctor_endpoint *e)
{
	struct finding *f = NULL;

	if (e->no_address)
		f = doctor_find(d, FINDING_ADDRESS_NOT_OURS, "", "");
	if (f) {
		SAY(f->what, "%s is no address of this machine", e->address);
		SAY(f->known,
		    "the endpoint %s, UDP port %u, stands on it, and the kernel says that it "
		    "cannot be assigned",
		    e->address, e->port);
		SAY(f->mend,
		    "Give it back, with its prefix length, or write the right one in the cluster "
		    "file.\n$ ip addr add %s/24 dev %s\n$ ip -br addr",
		    e->address, *e->interface ? e->interface : "INTERFACE");
	}
	f = e->no_interface ? doctor_find(d, FINDING_NO_INTERFACE, "", "") : NULL;
	if (!f)
		return;
	SAY(f->what, "no group can be joined on interface %s", e->interface);
	SAY(f->known, "the switch tried for endpoint %s, and the kernel knows no such interface",
	    e->address);
	SAY(f->mend,
	    "Its groups are joined by themselves as soon as it is there.\n"
	    "$ ip link show %s",
	    e->interface);
}

static void judge_etcd(struct doctor *d)
{
	const struct doctor_etcd *e = &d->etcd;
	struct finding *f = *e->trouble ? doctor_find(d, FINDING_ETCD_SILENT, "", "") : NULL;

	if (!f)
		return;
	SAY(f->what, "this node cannot speak with etcd%s",
	    e->leased ? "" : ", and so has no subnet yet");
	SAY(f->known, "%s; %" PRIu64 " other nodes are known, and stay", e->trouble, e->nodes);
	SAY(f->mend, "It is asked again and again.\n$ etcdctl endpoint health\n$ vxs status");
}

/* -- The tables -- */

static const struct doctor_member *first_member(const struct doctor *d, const char *network)
{
	for (size_t i = 0; i < d->member_count; i++)
		if (strcmp(d->members[i].network, network) == 0)
			return &d->members[i];
	return NULL;
}

const char *name_of(const struct doctor_network *n)
{
	return *n->device ? n->device : n->name;
}

static void judge_tables(struct doctor *d, const struct doctor_network *n)
{
	const struct doctor_member *m = first_member(d, n->name);
	struct finding *f;

	if (!m || n->learning || n->flood || n->fixed)
		return;
	f = doctor_find(d, FINDING_NOTHING_STATIC, n->name, "");
	if (!f)
		return;
	SAY(f->what, "network %s does not know a single way to another node", n->name);
	SAY(f->known,
	    "learning is off, the flood list is empty, and no static entry leads to a peer; "
	    "%" PRIu64 " frames were dropped as no-remote so far",
	    n->no_remote);
	SAY(f->mend,
	    "Say where broadcasts go, and where each MAC lives (or write `flood: peers`):\n"
	    "$ vxs fdb append 00:00:00:00:00:00 dev %s dst %s\n"
	    "$ vxs fdb append MAC dev %s dst %s",
	    name_of(n), m->address, name_of(n), m->address);
}

static void judge_loop(struct doctor *d, const struct doctor_network *n)
{
	struct finding *f;

	if (!n->repeated || n->repeats > LOOPED_LATELY)
		return;
	f = doctor_find(d, FINDING_LOOP, n->name, "");
	if (!f)
		return;
	SAY(f->what, "a frame goes round and round in network %s", n->name);
	SAY(f->known,
	    "%s gave the same frame %d times within a second, last %" PRIu64 " s ago, and each "
	    "time it was flooded to the other nodes; the log of vxs names its source",
	    name_of(n), REPEATS_MANY, n->repeats);
	SAY(f->mend,
	    "If it is not a sender that repeats itself: look which bridges have a second way to "
	    "another node (another network's device, a "
	    "cable) beside %s, and take one of the two out.\n"
	    "$ bridge link show\n"
	    "$ ip link set DEVICE nomaster",
	    name_of(n));
}

/* -- Other nodes -- */

static const struct doctor_network *network_of(const struct doctor *d, const char *name)
{
	for (size_t i = 0; i < d->network_count; i++)
		if (strcmp(d->networks[i].name, name) == 0)
			return &d->networks[i];
	return NULL;
}

static const struct doctor_member *member_of(const struct doctor *d, const struct doctor_asked *a)
{
	for (size_t i = 0; i < d->member_count; i++)
		if (strcmp(d->members[i].network, a->network) == 0 &&
		    strcmp(d->members[i].node, a->node) == 0)
			return &d->members[i];
	return NULL;
}

static bool has_strays(const struct doctor *d, const char *address)
{
	for (size_t i = 0; i < d->stray_count; i++)
		if (strcmp(d->strays[i].address, address) == 0)
			return true;
	return false;
}

static bool stands_on_nothing(const struct doctor *d)
{
	for (size_t i = 0; i < d->endpoint_count; i++)
		if (d->endpoints[i].no_address)
			return true;
	return false;
}

static void find_vni_missing(struct doctor *d, const struct doctor_member *m, uint32_t vni)
{
	struct finding *f = doctor_find(d, FINDING_VNI_MISSING_THERE, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "%s has no network with VNI %u", m->node, vni);
	SAY(f->known,
	    "%s (%s), asked on UDP port %u in network %s, answered that it has none: the way "
	    "there and back is fine",
	    m->node, m->address, m->port, m->network);
	SAY(f->mend,
	    "Compare the VNIs, here and on %s, and give both the same.\n$ vxs -d link show",
	    m->node);
}

static void find_nobody(struct doctor *d, const struct doctor_member *m)
{
	struct finding *f = doctor_find(d, FINDING_NOBODY_LISTENS, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "nobody on %s listens on UDP port %u", m->node, m->port);
	SAY(f->known, "its machine (%s) lives, and answers with ICMP \"port unreachable\"",
	    m->address);
	SAY(f->mend,
	    "On %s: is vxs running, and with the same `port`?\n$ vxs status\n$ ss -lun sport = :%u",
	    m->node, m->port);
}

static void find_refused_here(struct doctor *d, const struct doctor_member *m)
{
	struct finding *f = doctor_find(d, FINDING_REFUSED_HERE, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "a firewall rule of this machine forbids sending to %s", m->node);
	SAY(f->known,
	    "the kernel refuses datagrams to %s, UDP port %u, with EPERM: %" PRIu64 " so far",
	    m->address, m->port, m->errors);
	SAY(f->mend,
	    "Find the rule for what goes out, and let UDP port %u pass before it.\n"
	    "$ nft list ruleset\n$ iptables -L OUTPUT -nv",
	    m->port);
}

static void find_prohibited(struct doctor *d, const struct doctor_member *m)
{
	struct finding *f = doctor_find(d, FINDING_PROHIBITED, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "a firewall at %s, or on the way there, forbids what is sent to it", m->node);
	SAY(f->known,
	    "datagrams to %s, UDP port %u, are answered with ICMP \"administratively prohibited\" "
	    "(EACCES): %" PRIu64 " errors so far",
	    m->address, m->port, m->errors);
	SAY(f->mend,
	    "See who says so, and let UDP port %u pass there:\n"
	    "$ tcpdump -ni any icmp or icmp6\n$ nft list ruleset",
	    m->port);
}

static void find_unreachable(struct doctor *d, const struct doctor_member *m)
{
	struct finding *f = doctor_find(d, FINDING_UNREACHABLE, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "the underlay finds no way to %s", m->node);
	SAY(f->known, "%s: %s, %" PRIu64 " errors so far, the last one %s", m->address,
	    m->lost ? "nobody on its link answers for it" : "what is sent there is refused",
	    m->errors, *m->last_error ? m->last_error : "unknown");
	SAY(f->mend,
	    "Is that machine up, and its address right?  Mend the underlay first.\n"
	    "$ ip route get %s\n$ ping -c 3 %s\n$ ip neigh show %s",
	    m->address, m->address, m->address);
}

static void find_silent(struct doctor *d, const struct doctor_member *m,
			const struct doctor_asked *a)
{
	struct finding *f = doctor_find(d, FINDING_SILENT, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "%s neither answers nor was %s", m->node,
	    m->ever_heard ? "heard lately" : "ever heard");
	if (m->ever_heard)
		SAY(f->known,
		    "%u probes to %s, UDP port %u, vanished without an error; the last datagram "
		    "came %" PRIu64 " s ago",
		    a->probes, m->address, m->port, m->heard);
	else
		SAY(f->known,
		    "%u probes to %s, UDP port %u, vanished without an error, and no datagram "
		    "ever came from there",
		    a->probes, m->address, m->port);
	SAY(f->mend,
	    "Mostly a firewall drops UDP port %u, here, there or between.  Ask there, too:\n"
	    "$ vxs doctor\nand see where datagrams stop (this is seen before any firewall):\n"
	    "$ tcpdump -ni any udp port %u\n$ nft list ruleset\n"
	    "(Linux's own VXLAN device answers no probes: is it one that had nothing to say yet?)",
	    m->port, m->port);
}

static void judge_silence(struct doctor *d, const struct doctor_member *m,
			  const struct doctor_asked *a)
{
	if (m->lost)
		find_unreachable(d, m);
	else if ((!m->ever_heard || m->heard > HEARD_LATELY) && !has_strays(d, m->address) &&
		 !judge_rules(d, m->port))
		find_silent(d, m, a);
}

static void find_narrow(struct doctor *d, const struct doctor_member *m,
			const struct doctor_asked *a)
{
	const struct sweep *s = &a->sweep;
	struct finding *f = doctor_find(d, FINDING_MTU, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "packets of more than %u bytes do not reach %s; network %s allows %u",
	    s->passes, m->node, m->network, s->small.network_mtu);
	SAY(f->known, "probes of %u bytes are answered by %s, those of %u are not: %s", s->passes,
	    m->address, s->fails,
	    s->large.outcome == PROBE_TOO_BIG_HERE   ? "they do not fit our own interface"
	    : s->large.outcome == PROBE_TOO_BIG_PATH ? "a router on the way, or our route, says so"
						     : "they vanish without a word");
	SAY(f->mend,
	    "Write `mtu: %u` for network %s on all nodes, or widen the underlay to %u bytes.\n"
	    "$ vxs ping %s --mtu-sweep",
	    s->passes, m->network, s->small.network_mtu + s->small.overhead, m->node);
}

/* Where the other node sends to us: our endpoint of the family in which we send to it. */
static const char *own_address(const struct doctor *d, const struct doctor_member *m)
{
	bool v6 = strchr(m->address, ':');

	for (size_t i = 0; i < d->endpoint_count; i++)
		if (!strchr(d->endpoints[i].address, ':') == !v6)
			return d->endpoints[i].address;
	return "ADDRESS";
}

static void find_one_sided(struct doctor *d, const struct doctor_network *n,
			   const struct doctor_member *m)
{
	struct finding *f = doctor_find(d, FINDING_ONE_SIDED, m->network, m->node);
	const char *device = name_of(n);

	if (!f)
		return;
	SAY(f->what, "%s has no way back to this node in network %s", m->node, m->network);
	SAY(f->known,
	    "%s (%s) answers probes, and says that it learns nothing from peers, and that neither "
	    "its flood list nor an entry leads here",
	    m->node, m->address);
	SAY(f->mend,
	    "On %s, for each MAC that lives here, and for broadcasts:\n"
	    "$ vxs fdb append 00:00:00:00:00:00 dev %s dst %s\n"
	    "$ vxs fdb append MAC dev %s dst %s",
	    m->node, device, own_address(d, m), device, own_address(d, m));
}

static void find_group_silent(struct doctor *d, const struct doctor_network *n,
			      const struct doctor_member *m)
{
	struct finding *f = doctor_find(d, FINDING_GROUP_SILENT, m->network, m->node);

	if (!f)
		return;
	SAY(f->what, "what is sent to group %s does not reach %s", n->group, m->node);
	SAY(f->known,
	    "%s (%s) answers probes that are sent to itself, and none that are sent to the group, "
	    "UDP port %u",
	    m->node, m->address, n->port);
	SAY(f->mend,
	    "Do without multicast, which clouds and routers mostly do not carry: `flood: peers`.  "
	    "Or see whether %s has joined, whether its reports leave, and whether a switch that "
	    "snoops on them has a querier:\n"
	    "$ ip maddr show\n$ tcpdump -ni any igmp or icmp6 or udp port %u",
	    m->node, n->port);
}

/* It answers: is all well then? */
static void judge_answered(struct doctor *d, const struct doctor_network *n,
			   const struct doctor_member *m, const struct doctor_asked *a)
{
	if (a->swept && !sweep_is_silent(&a->sweep) && a->sweep.passes < a->sweep.small.network_mtu)
		find_narrow(d, m, a);
	if (a->small.one_way)
		find_one_sided(d, n, m);
	if (a->by_group && !a->group_answered)
		find_group_silent(d, n, m);
}

static void judge_member(struct doctor *d, const struct doctor_asked *a)
{
	const struct doctor_network *n = network_of(d, a->network);
	const struct doctor_member *m = member_of(d, a);

	if (!n || !m || (a->small.outcome != PROBE_ANSWERED && stands_on_nothing(d)))
		return;
	switch (a->small.outcome) {
	case PROBE_ANSWERED:
		judge_answered(d, n, m, a);
		break;
	case PROBE_LACKS_NETWORK:
		find_vni_missing(d, m, a->small.vni);
		break;
	case PROBE_REFUSED:
		find_nobody(d, m);
		break;
	case PROBE_UNREACHABLE:
		if (strcmp(m->last_error, "EPERM") == 0)
			find_refused_here(d, m);
		else if (strcmp(m->last_error, "EACCES") == 0)
			find_prohibited(d, m);
		else
			find_unreachable(d, m);
		break;
	default:
		judge_silence(d, m, a);
	}
}

/* -- Strays -- */

static void judge_stray(struct doctor *d, const struct doctor_stray *s)
{
	bool vni = strcmp(s->reason, "vni-not-found") == 0;
	const char *who = *s->node ? s->node : s->address;
	struct finding *f;

	if (vni && !*s->node) /* some stranger's noise: it is counted, and nobody's fault here */
		return;
	f = doctor_find(d, vni ? FINDING_VNI_MISSING_HERE : FINDING_UNKNOWN_SENDER, "", s->node);
	if (!f)
		return;
	if (vni)
		SAY(f->what, "%s sends frames for VNI %u, which no network here has", who, s->vni);
	else
		SAY(f->what, "%s sends frames for VNI %u, and is no member of that network", who,
		    s->vni);
	SAY(f->known,
	    "%" PRIu64 " datagrams from %s arrived on UDP port %u, the last one %" PRIu64
	    " s ago, and were dropped as %s",
	    s->count, s->address, s->port, s->ago, s->reason);
	SAY(f->mend, "%s\n$ vxs -d link show\n$ vxs peer show",
	    vni ? "Give both ends the same VNI, or make that network here, too."
		: "If it is one of the nodes, write the address that it sends from in the cluster "
		  "file.");
}

void doctor_judge(struct doctor *d)
{
	for (size_t i = 0; i < d->endpoint_count; i++)
		judge_endpoint(d, &d->endpoints[i]);
	for (size_t i = 0; i < d->network_count; i++) {
		judge_device(d, &d->networks[i]);
		judge_bridge(d, &d->networks[i]);
		judge_inside(d, &d->networks[i]);
		judge_tables(d, &d->networks[i]);
		judge_loop(d, &d->networks[i]);
	}
	judge_machine(d);
	judge_etcd(d);
	for (size_t i = 0; i < d->asked_count; i++)
		judge_member(d, &d->asked[i]);
	for (size_t i = 0; i < d->stray_count; i++)
		judge_stray(d, &d->strays[i]);
}
