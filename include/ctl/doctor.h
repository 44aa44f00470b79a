/* `vxs doctor`: facts in, findings out (ctl/findings.h).
 *
 * The facts are what the switch answers to `health`, read line by line, what became of a few probes to
 * each member, and what the machine says of itself (its counters, its firewall, its bridges), where the
 * asker is in the switch's network namespace.  The judge is a pure function of them.  A fault has one finding: what only follows from
 * another one (silence, of a node that says that it has no such VNI) is not found again. */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include "ctl/findings.h"
#include "ctl/ping.h"

enum {
	DOCTOR_DEVICE = 16,
	DOCTOR_RULES = 4, /* noted of a firewall; the rest is not looked at */
	DOCTOR_CHAIN = 96,
	DOCTOR_RULE = 160,
	DOCTOR_TROUBLE = 200,
};

struct doctor_network {
	char name[NETWORK_NAME], device[DOCTOR_DEVICE]; /* device "": it has none */
	char bridge[DOCTOR_DEVICE];                     /* that the device is a port of; "" */
	uint32_t vni, port, mtu;
	char group[ADDR_TEXT]; /* that it floods to; "" */
	bool gone, down, learning;
	bool repeated;         /* a frame was found that local ports flood again and again ... */
	uint64_t repeats;      /* ... seconds ago */
	uint64_t flood, fixed; /* destinations; static entries that lead elsewhere */
	uint64_t received, bad_sums; /* frames of peers; checksums inside that were found wrong */
	uint64_t port_down, no_remote;
};

/* Another node in one network. */
struct doctor_member {
	char network[NETWORK_NAME], node[NETWORK_NAME], address[ADDR_TEXT];
	uint32_t port;
	bool ever_heard, lost;
	uint64_t heard; /* seconds ago */
	uint64_t errors;
	char last_error[24]; /* "EPERM"; "" */
};

struct doctor_endpoint {
	char address[ADDR_TEXT], interface[DOCTOR_DEVICE];
	uint32_t port;
	bool no_address, no_interface;
};

/* How etcd is spoken with, where subnets are leased from it. */
struct doctor_etcd {
	bool leased; /* this node has a lease */
	uint64_t nodes;
	char trouble[DOCTOR_TROUBLE]; /* "": none */
};

struct doctor_stray {
	char address[ADDR_TEXT], node[NETWORK_NAME]; /* node "": none that is known */
	char reason[24];
	uint32_t vni, port;
	uint64_t count, ago;
};

/* What became of the probes to one member. */
struct doctor_asked {
	char network[NETWORK_NAME], node[NETWORK_NAME];
	unsigned probes;
	struct probe_report small; /* the one that tells most */
	bool by_group;             /* it was asked by way of the group, too ... */
	bool group_answered;       /* ... and that came back */
	bool swept;                /* larger ones do not pass ... */
	struct sweep sweep;        /* ... and this is what does */
};

/* A rule of the firewall that has dropped something for one of our ports, in its own words. */
struct doctor_rule {
	char chain[DOCTOR_CHAIN]; /* "inet filter input" */
	char text[DOCTOR_RULE];
	uint16_t port;
	uint64_t packets;
	bool told; /* it was found to be at fault */
};

/* What the machine says; all zero where it was not asked. */
struct doctor_machine {
	uint64_t datagrams, bad_sums; /* UDP; of any program */
	bool filters_v4, filters_v6;  /* bridged packets go through the firewall of IP */
	char forward_v4
		[DOCTOR_CHAIN]; /* a chain of FORWARD that drops what no rule lets pass; "" */
	char forward_v6[DOCTOR_CHAIN];
	char input[DOCTOR_CHAIN]; /* the same of INPUT */
	struct doctor_rule rules[DOCTOR_RULES];
	unsigned rule_count;
};

struct doctor {
	struct doctor_machine machine;
	struct doctor_etcd etcd;
	struct doctor_network *networks;
	struct doctor_member *members;
	struct doctor_endpoint *endpoints;
	struct doctor_stray *strays;
	struct doctor_asked *asked;
	size_t network_count, member_count, endpoint_count, stray_count, asked_count;
	struct finding *findings;
	size_t finding_count;
	bool short_of_memory;
};

/* One line of the answer to `health`; RENDERED_MORE: its facts were added. */
enum rendered doctor_read(struct doctor *d, const char *line, size_t len, char why[COMMAND_WHY]);

/* /proc/net/snmp or snmp6, whole; and what `nft list ruleset` prints, of which the rules about ports of
 * the endpoints are kept that were read before. */
void doctor_read_snmp(struct doctor *d, const char *text);
void doctor_read_ruleset(struct doctor *d, const char *text);

/* Adds what became of the probes to one member. */
void doctor_ask(struct doctor *d, const struct doctor_asked *asked);

/* Fills in the findings. */
void doctor_judge(struct doctor *d);

/* Gives up the facts; and all. */
void doctor_forget(struct doctor *d);
void doctor_free(struct doctor *d);

#endif
