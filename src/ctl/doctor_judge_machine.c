/* The judge of what the machine says of itself: its counters, its firewall, its bridges. */
#include <inttypes.h>

#include "doctor_parts.h"

enum { BAD_SUMS = 5 /* from which on somebody is to blame: a few are the noise of any network */ };

static void find_filtered(struct doctor *d, const struct doctor_network *n, unsigned family,
			  const char *chain)
{
	struct finding *f = doctor_find(d, FINDING_BRIDGE_FILTERED, n->name, "");
	const char *word = family == 4 ? "iptables" : "ip6tables";

	if (!f)
		return;
	SAY(f->what, "the firewall forbids IPv%u between the ports of bridge %s", family,
	    n->bridge);
	SAY(f->known,
	    "%s is a port of %s, net.bridge.bridge-nf-call-%s is 1, and chain %s drops what no "
	    "rule lets pass",
	    n->device, n->bridge, word, chain);
	SAY(f->mend,
	    "Leave what is bridged to the bridge, or let it pass:\n"
	    "$ sysctl -w net.bridge.bridge-nf-call-%s=0\n"
	    "$ %s -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT",
	    word, word);
}

void judge_bridge(struct doctor *d, const struct doctor_network *n)
{
	const struct doctor_machine *m = &d->machine;

	if (*n->bridge && m->filters_v4 && *m->forward_v4)
		find_filtered(d, n, 4, m->forward_v4);
	else if (*n->bridge && m->filters_v6 && *m->forward_v6)
		find_filtered(d, n, 6, m->forward_v6);
}

static bool are_many(uint64_t bad, uint64_t all)
{
	return bad >= BAD_SUMS && bad * 1000 >= all;
}

void judge_inside(struct doctor *d, const struct doctor_network *n)
{
	struct finding *f;

	if (!are_many(n->bad_sums, n->received))
		return;
	f = doctor_find(d, FINDING_CHECKSUMS, n->name, "");
	if (!f)
		return;
	SAY(f->what,
	    "TCP and UDP inside of what other nodes send in network %s has wrong checksums",
	    n->name);
	SAY(f->known,
	    "of %" PRIu64 " frames that came, %" PRIu64
	    " had one, of those few that were looked at; "
	    "they are delivered as they are, and dropped by whom they are for",
	    n->received, n->bad_sums);
	SAY(f->mend,
	    "The tenant, or the bridge before the tunnel, leaves checksums to a card that does not "
	    "make them.  On the sending node, for the devices on the way into the tunnel:\n"
	    "$ ethtool -K DEVICE tx off\n"
	    "and see here whether they still grow:\n"
	    "$ vxs stats %s",
	    name_of(n));
}

static void judge_checksums(struct doctor *d)
{
	const struct doctor_machine *m = &d->machine;
	struct finding *f;

	if (!are_many(m->bad_sums, m->datagrams))
		return;
	f = doctor_find(d, FINDING_CHECKSUMS, "", "");
	if (!f)
		return;
	SAY(f->what, "datagrams arrive with wrong checksums");
	SAY(f->known,
	    "the kernel threw away %" PRIu64 " UDP datagrams for it, and gave %" PRIu64
	    " to programs (InCsumErrors, InDatagrams)",
	    m->bad_sums, m->datagrams);
	SAY(f->mend, "Mostly the card of the node that sends them computes them wrongly.  There:\n"
		     "$ ethtool -K INTERFACE tx-checksum-ip-generic off\n"
		     "and see here whether they still grow:\n"
		     "$ nstat -az UdpInCsumErrors Udp6InCsumErrors");
}

static void find_rule(struct doctor *d, const struct doctor_rule *rule)
{
	struct finding *f = doctor_find(d, FINDING_DROPPED_HERE, "", "");

	if (!f)
		return;
	SAY(f->what, "a firewall rule of this machine drops what arrives for UDP port %u",
	    rule->port);
	SAY(f->known, "it is in chain %s, and %" PRIu64 " packets met it: %s", rule->chain,
	    rule->packets, rule->text);
	SAY(f->mend,
	    "Let UDP port %u pass before it, or find its handle and delete it:\n"
	    "$ nft insert rule %s udp dport %u accept\n"
	    "$ nft -a list chain %s",
	    rule->port, rule->chain, rule->port, rule->chain);
}

bool judge_rules(struct doctor *d, uint32_t port)
{
	bool found = false;

	for (unsigned i = 0; i < d->machine.rule_count; i++) {
		struct doctor_rule *rule = &d->machine.rules[i];

		if (rule->port != port)
			continue;
		if (!rule->told)
			find_rule(d, rule);
		rule->told = found = true;
	}
	return found;
}

void judge_machine(struct doctor *d)
{
	judge_checksums(d);
}
