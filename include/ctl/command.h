/* What can be asked of a running switch: one table of nouns, verbs and their words.
 *
 * It reads command lines ("fdb add MAC dev NAME dst ADDRESS"), reads and writes requests
 * (ctl/protocol.h), and prints the usage, so that none can say something that another does not
 * know.  The words are iproute2's. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdio.h>

#include "path/described.h"
#include "plan/made.h"
#include "table/network.h"

enum {
	COMMAND_WHY = 512,
	COMMAND_PARAMS = 8, /* of a verb, at most */
};

enum command_verb_id {
	VERB_FDB_SHOW,
	VERB_FDB_ADD,
	VERB_FDB_APPEND,
	VERB_FDB_REPLACE,
	VERB_FDB_DEL,
	VERB_FDB_GET,
	VERB_FDB_FLUSH,
	VERB_NEIGH_SHOW,
	VERB_NEIGH_ADD,
	VERB_NEIGH_REPLACE,
	VERB_NEIGH_DEL,
	VERB_NEIGH_GET,
	VERB_NEIGH_FLUSH,
	VERB_LINK_SHOW,
	VERB_LINK_ADD,
	VERB_LINK_SET,
	VERB_LINK_DEL,
	VERB_PEER_SHOW,
	VERB_STATS,
	VERB_STATUS,
	VERB_MONITOR,
	VERB_APPLY,
	VERB_PROBE,
	VERB_HEALTH,
	VERB_SUBNET_SHOW,
	VERB_DHCP_SHOW,
	VERB_ENV,
	VERB_CNI_CONFIG,
	VERB_TRACE,
	VERB_TRACE_FOLLOW,
};

enum param_kind {
	PARAM_MAC,
	PARAM_ADDR,
	PARAM_NAME,
	PARAM_PORT,
	PARAM_NUMBER,
	PARAM_CHOICE,
	PARAM_FLAG,
	PARAM_TEXT,
	PARAM_FRAME, /* all the words that are left: a frame (path/described.h) */
	PARAM_LINK,  /* likewise: what a network shall be (plan/made.h) */
};

/* The parts of struct command. */
enum command_part {
	PART_MAC,
	PART_LLADDR,
	PART_IP,
	PART_DST,
	PART_DEV,
	PART_PORT,
	PART_CHOICE,
	PART_ROUTER,
	PART_DROPS,
	PART_SELF,
	PART_FILE,
	PART_TEXT,
	PART_MORE,
	PART_DRY,
	PART_TO,
	PART_SIZE,
	PART_WAIT,
	PART_GROUP,
	PART_FRAME,
	PART_LINK,
	PART_LINK_SET,
	PART_ARP,
	PART_DROP,
	PART_REASON,
};

struct param {
	const char *key; /* in a request */
	enum command_part part;
	enum param_kind kind;
	/* "dev|brport": what stands in front of the value; NULL: nothing; NULL and not bare: it is a
	 * request's only. */
	const char *words;
	const char *choices; /* PARAM_CHOICE: "permanent=local|static"; PARAM_FLAG: the flag */
	bool bare;           /* may also stand without its word */
	bool required;
};

struct command_verb {
	enum command_verb_id id;
	const char *noun;     /* "neigh=neighbor=neighbour": the first is the one we use */
	const char *name;     /* "show=list=ls"; NULL: the noun is all */
	const char *families; /* of iproute2, which may stand in front: "bridge", "ip" */
	const char *help;     /* one line */
	struct param params[COMMAND_PARAMS];
};

/* One thing asked for. */
struct command {
	const struct command_verb *verb;
	uint32_t given; /* bits of enum command_part */
	bool then;      /* a request: only if the one before it was not refused */
	struct mac mac, lladdr;
	struct addr ip, dst;
	char dev[NETWORK_NAME], to[NETWORK_NAME], reason[NETWORK_NAME];
	uint16_t port, size, wait;
	unsigned choice; /* number in the verb's list of choices; 0 when not given */
	char frame[DESCRIBED_TEXT];
	char link[MADE_WORDS];
	/* Of PARAM_TEXT, in the words or the request that were read. */
	const char *file, *text;
	void *request; /* holds them; command_free() */
};

static inline bool command_has(const struct command *c, enum command_part part)
{
	return (c->given >> part & 1) != 0;
}

/* Choices, in the order of the table. */
enum { STATE_PERMANENT, STATE_STATIC, STATE_DYNAMIC };
enum { NUD_IS_PERMANENT, NUD_IS_REACHABLE };
enum {
	ONLY_PERMANENT,
	ONLY_NOT_PERMANENT,
	ONLY_STATIC,
	ONLY_NOT_STATIC,
	ONLY_DYNAMIC,
	ONLY_NOT_DYNAMIC
};
enum about {
	ABOUT_ALL,
	ABOUT_FDB,
	ABOUT_NEIGH,
	ABOUT_LINK,
	ABOUT_MISS,
	ABOUT_DROP,
	ABOUT_PEER,
	ABOUT_SUBNET
};

const struct command_verb *command_of(enum command_verb_id id);

/* The words of a command line, the noun first.  False and a sentence in @why; then out->verb is the
 * verb whose usage helps, or NULL. */
bool command_parse(struct command *out, int count, char *const *words, char why[COMMAND_WHY]);

/* A request as it arrives, and as it is sent: one line of JSON, without the line feed.  Writing
 * returns its length, 0 when it does not fit. */
bool command_read(struct command *out, const char *line, size_t len, char why[COMMAND_WHY]);
void command_free(struct command *command); /* its texts are gone then */
size_t command_write(const struct command *command, char *out, size_t room);

/* "fdb add MAC dev NAME ...": a line for one verb; for each verb of the noun @word (or of all, NULL),
 * with its help.  False when there is no such noun. */
void command_usage(FILE *to, const struct command_verb *verb);
bool command_help(FILE *to, const char *word);

#endif
