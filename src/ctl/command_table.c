#include "command_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define SHOW "show=list=lst=ls=sh"
#define DEL  "del=delete"

#define MAC                                                        \
	{                                                          \
		"mac", PART_MAC, PARAM_MAC, NULL, NULL, true, true \
	}
#define DEV(words, bare, required)                                       \
	{                                                                \
		"dev", PART_DEV, PARAM_NAME, words, NULL, bare, required \
	}
#define DST(required)                                                     \
	{                                                                 \
		"dst", PART_DST, PARAM_ADDR, "dst", NULL, false, required \
	}
#define PORT                                                              \
	{                                                                 \
		"port", PART_PORT, PARAM_PORT, "port", NULL, false, false \
	}
#define STATE                                                                                    \
	{                                                                                        \
		"state", PART_CHOICE, PARAM_CHOICE, NULL, "permanent=local|static=temp|dynamic", \
			true, false                                                              \
	}
#define SELF                                                             \
	{                                                                \
		"self", PART_SELF, PARAM_FLAG, NULL, "self", true, false \
	}
#define IP                                                         \
	{                                                          \
		"dst", PART_IP, PARAM_ADDR, "to", NULL, true, true \
	}
#define LLADDR                                                                \
	{                                                                     \
		"lladdr", PART_LLADDR, PARAM_MAC, "lladdr", NULL, false, true \
	}
#define NUD(words)                                                                           \
	{                                                                                    \
		"nud", PART_CHOICE, PARAM_CHOICE, words, "permanent|reachable", false, false \
	}
#define ROUTER                                                                 \
	{                                                                      \
		"router", PART_ROUTER, PARAM_FLAG, NULL, "router", true, false \
	}

#define FDB_CHANGE(id, name, help)                                                 \
	{                                                                          \
		id, "fdb", name, "bridge", help,                                   \
		{                                                                  \
			MAC, DEV("dev", false, true), DST(true), PORT, STATE, SELF \
		}                                                                  \
	}
#define NEIGH "neigh=neighbor=neighbour=n"
#define NEIGH_CHANGE(id, name, help)                                            \
	{                                                                       \
		id, NEIGH, name, "ip", help,                                    \
		{                                                               \
			IP, LLADDR, NUD("nud"), ROUTER, DEV("dev", false, true) \
		}                                                               \
	}

const struct command_verb command_verbs[] = {
	{ VERB_FDB_SHOW,
	  "fdb",
	  SHOW,
	  "bridge",
	  "where MACs live",
	  { DEV("dev|brport", false, false) } },
	FDB_CHANGE(VERB_FDB_ADD, "add", "a new entry"),
	FDB_CHANGE(VERB_FDB_APPEND, "append", "an entry, or one more destination of a list"),
	FDB_CHANGE(VERB_FDB_REPLACE, "replace", "a new entry, or another destination"),
	{ VERB_FDB_DEL,
	  "fdb",
	  DEL,
	  "bridge",
	  "an entry, or one destination of a list",
	  { MAC, DEV("dev", false, true), DST(false), PORT, SELF } },
	{ VERB_FDB_GET,
	  "fdb",
	  "get",
	  "bridge",
	  "one entry",
	  { MAC, DEV("dev|brport", false, true), SELF } },
	{ VERB_FDB_FLUSH,
	  "fdb",
	  "flush",
	  "bridge",
	  "all entries but the own devices'",
	  { DEV("dev", false, true),
	    DST(false),
	    { "only", PART_CHOICE, PARAM_CHOICE, NULL,
	      "permanent|nopermanent|static|nostatic|dynamic|nodynamic", true, false },
	    SELF } },
	{ VERB_NEIGH_SHOW,
	  NEIGH,
	  SHOW,
	  "ip",
	  "which MAC an address has",
	  { DEV("dev", false, false) } },
	NEIGH_CHANGE(VERB_NEIGH_ADD, "add", "a new neighbour"),
	NEIGH_CHANGE(VERB_NEIGH_REPLACE, "replace", "a new neighbour, or another MAC"),
	{ VERB_NEIGH_DEL, NEIGH, DEL, "ip", "a neighbour", { IP, DEV("dev", false, true) } },
	{ VERB_NEIGH_GET, NEIGH, "get", "ip", "one neighbour", { IP, DEV("dev", false, true) } },
	{ VERB_NEIGH_FLUSH,
	  NEIGH,
	  "flush",
	  "ip",
	  "all neighbours that are not permanent, or those",
	  { DEV("dev", false, true), NUD("nud") } },
	{ VERB_LINK_SHOW,
	  "link=l",
	  SHOW,
	  "ip",
	  "networks and their devices",
	  { DEV("dev", true, false) } },
	{ VERB_LINK_ADD,
	  "link=l",
	  "add=a",
	  "ip",
	  "a network and its device",
	  { DEV("name|dev", true, true),
	    { "link", PART_LINK, PARAM_LINK, NULL, NULL, true, true } } },
	{ VERB_LINK_SET,
	  "link=l",
	  "set",
	  "ip",
	  "up or down; of one that a command made, MTU, bridge and name",
	  { DEV("dev", true, true),
	    { "set", PART_LINK_SET, PARAM_LINK, NULL, NULL, true, true } } },
	{ VERB_LINK_DEL,
	  "link=l",
	  DEL,
	  "ip",
	  "a network that a command made",
	  { DEV("dev", true, true) } },
	{ VERB_PEER_SHOW,
	  "peer",
	  SHOW,
	  NULL,
	  "the other nodes, and what came and went",
	  { { 0 } } },
	{ VERB_STATS,
	  "stats",
	  NULL,
	  NULL,
	  "what was forwarded, answered and dropped",
	  { DEV("dev", true, false),
	    { "drops", PART_DROPS, PARAM_FLAG, NULL, "--drops=drops", true, false } } },
	{ VERB_SUBNET_SHOW,
	  "subnet",
	  SHOW,
	  NULL,
	  "which node has which subnet",
	  { DEV("dev", true, false) } },
	{ VERB_DHCP_SHOW,
	  "dhcp",
	  SHOW,
	  NULL,
	  "which client has which address",
	  { DEV("dev", true, false) } },
	{ VERB_ENV,
	  "env",
	  NULL,
	  NULL,
	  "this node's subnet, as flannel's subnet.env",
	  { DEV("dev", true, true) } },
	{ VERB_CNI_CONFIG,
	  "cni-config",
	  NULL,
	  NULL,
	  "this node's subnet, as a CNI configuration list",
	  { DEV("dev", true, true) } },
	{ VERB_STATUS, "status", NULL, NULL, "who this is, and how much it holds", { { 0 } } },
	{ VERB_MONITOR,
	  "monitor=mon",
	  NULL,
	  "bridge|ip",
	  "what happens, as it happens",
	  { { "about", PART_CHOICE, PARAM_CHOICE, NULL, "all|fdb|neigh|link|miss|drop|peer|subnet",
	      true, false },
	    DEV("dev", false, false) } },
	{ VERB_APPLY,
	  "apply",
	  NULL,
	  NULL,
	  "have the switch follow a cluster file, and say what changes",
	  { { "file", PART_FILE, PARAM_TEXT, NULL, NULL, true, true },
	    { "dry", PART_DRY, PARAM_FLAG, NULL, "--dry-run=dry-run", true, false },
	    { "text", PART_TEXT, PARAM_TEXT, NULL, NULL, false, false },
	    { "more", PART_MORE, PARAM_FLAG, NULL, NULL, false, false } } },
	{ VERB_TRACE,
	  "trace",
	  NULL,
	  NULL,
	  "what would happen to this frame, and why; nothing is sent, and nothing changes",
	  { DEV("dev", true, false),
	    { "frame", PART_FRAME, PARAM_FRAME, NULL, NULL, true, true } } },
	{ VERB_TRACE_FOLLOW,
	  "trace",
	  "follow=--follow",
	  NULL,
	  "what happens to the frames that come from now on; a hundred a second, the rest is "
	  "counted",
	  { DEV("dev", true, false),
	    { "peer", PART_TO, PARAM_NAME, "peer", NULL, false, false },
	    { "mac", PART_MAC, PARAM_MAC, "mac", NULL, false, false },
	    { "ip", PART_IP, PARAM_ADDR, "ip", NULL, false, false },
	    { "arp", PART_ARP, PARAM_FLAG, NULL, "arp", true, false },
	    { "drop", PART_DROP, PARAM_FLAG, NULL, "drop", true, false },
	    { "reason", PART_REASON, PARAM_NAME, "reason", NULL, false, false } } },
	{ VERB_HEALTH,
	  "health",
	  NULL,
	  NULL,
	  "what a diagnosis goes by (`vxs doctor` asks so)",
	  { { 0 } } },
	{ VERB_PROBE,
	  "probe",
	  NULL,
	  NULL,
	  "does a frame reach another node? (`vxs ping` asks so)",
	  { { "to", PART_TO, PARAM_NAME, "to", NULL, true, true },
	    DEV("dev", false, false),
	    { "size", PART_SIZE, PARAM_NUMBER, "size", NULL, false, false },
	    { "wait", PART_WAIT, PARAM_NUMBER, "wait", NULL, false, false },
	    { "group", PART_GROUP, PARAM_FLAG, NULL, "group", true, false } } },
};

const size_t command_verb_count = sizeof(command_verbs) / sizeof(command_verbs[0]);

const struct command_verb *command_of(enum command_verb_id id)
{
	for (size_t i = 0; i < command_verb_count; i++)
		if (command_verbs[i].id == id)
			return &command_verbs[i];
	return NULL;
}

/* -- Lists of words -- */

int words_find(const char *list, const char *word)
{
	size_t len = strlen(word);
	int number = 0;

	while (list && *list) {
		size_t n = strcspn(list, "=|");

		if (n == len && memcmp(list, word, n) == 0)
			return number;
		number += list[n] == '|';
		list += n + (list[n] != '\0');
	}
	return -1;
}

const char *words_at(const char *list, unsigned number, char out[WORD_ROOM])
{
	for (; number; number--)
		list = strchr(list, '|') + 1;
	snprintf(out, WORD_ROOM, "%.*s", (int)strcspn(list, "=|"), list);
	return out;
}

void words_offer(const char *list, struct nearest *nearest, struct word_store *store)
{
	while (list && *list && store->count < sizeof(store->words) / sizeof(store->words[0])) {
		char *word = store->words[store->count++];
		size_t n = strcspn(list, "=|");

		snprintf(word, WORD_ROOM, "%.*s", (int)n, list);
		nearest_offer(nearest, word);
		list += n + (list[n] != '\0');
	}
}

const struct param *param_of_key(const struct command_verb *verb, const char *key)
{
	for (unsigned i = 0; param_exists(verb, i); i++)
		if (strcmp(verb->params[i].key, key) == 0)
			return &verb->params[i];
	return NULL;
}

/* -- Values -- */

static bool parse_number(const char *text, uint16_t *out)
{
	size_t len = strlen(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len)
		return false;

	unsigned long number = strtoul(text, NULL, 10);

	*out = (uint16_t)number;
	return number >= 1 && number <= 65535;
}

static bool parse_name(const char *text, char out[NETWORK_NAME])
{
	size_t len = strlen(text);

	if (len == 0 || len >= NETWORK_NAME || strpbrk(text, "/ \t\n"))
		return false;
	memcpy(out, text, len + 1);
	return true;
}

static bool parse_choice(const struct param *param, const char *text, unsigned *out)
{
	int number = words_find(param->choices, text);

	*out = number < 0 ? 0 : (unsigned)number;
	return number >= 0;
}

static uint16_t *number_of(struct command *c, enum command_part part)
{
	return part == PART_PORT ? &c->port : part == PART_SIZE ? &c->size : &c->wait;
}

static char *name_of_part(struct command *c, enum command_part part)
{
	return part == PART_TO ? c->to : part == PART_REASON ? c->reason : c->dev;
}

static bool parse_value(struct command *c, const struct param *param, const char *text)
{
	switch (param->kind) {
	case PARAM_MAC:
		return mac_parse(text, param->part == PART_MAC ? &c->mac : &c->lladdr);
	case PARAM_ADDR:
		return addr_parse(text, param->part == PART_IP ? &c->ip : &c->dst);
	case PARAM_NAME:
		return parse_name(text, name_of_part(c, param->part));
	case PARAM_PORT:
	case PARAM_NUMBER:
		return parse_number(text, number_of(c, param->part));
	case PARAM_CHOICE:
		return parse_choice(param, text, &c->choice);
	case PARAM_FRAME:
		return (size_t)snprintf(c->frame, sizeof(c->frame), "%s", text) < sizeof(c->frame);
	case PARAM_LINK:
		return (size_t)snprintf(c->link, sizeof(c->link), "%s", text) < sizeof(c->link);
	case PARAM_TEXT:
		*(param->part == PART_FILE ? &c->file : &c->text) = text;
		break;
	case PARAM_FLAG:
		break;
	}
	return true;
}

static void say_wrong(const struct param *param, const char *text, char why[COMMAND_WHY])
{
	static const char *const expected[] = {
		[PARAM_MAC] = "a MAC, such as 32:39:e3:57:89:e7",
		[PARAM_ADDR] = "an address, such as 10.206.67.15",
		[PARAM_NAME] = "the name of a device or network",
		[PARAM_PORT] = "a UDP port, 1..65535",
		[PARAM_NUMBER] = "a number, 1..65535",
		[PARAM_FRAME] = "a frame: it is too long",
		[PARAM_LINK] = "a network: it is too long",
	};
	struct nearest nearest = nearest_to(text);
	struct word_store store = { .count = 0 };

	if (param->kind != PARAM_CHOICE) {
		snprintf(why, COMMAND_WHY, "\"%.200s\" is not %s", text, expected[param->kind]);
		return;
	}
	words_offer(param->choices, &nearest, &store);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no %s \"%.200s\"; did you mean \"%s\"?", param->key,
			 text, nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no %s \"%.200s\": %s", param->key, text,
			 param->choices);
}

/* Is it a frame, if it is said to be one? */
static bool describes(const struct param *param, const char *text, char why[COMMAND_WHY])
{
	struct described described;

	_Static_assert((int)COMMAND_WHY >= (int)DESCRIBED_WHY,
		       "room for what is wrong with a frame");
	return param->kind != PARAM_FRAME || described_read(&described, text, why);
}

/* In the words of whoever typed it: keys are what requests say. */
static void say_twice(const struct command *c, const struct param *param, const char *text,
		      char why[COMMAND_WHY])
{
	bool is_choice = param->kind == PARAM_CHOICE;
	char word[WORD_ROOM], other[WORD_ROOM];
	int number = is_choice ? words_find(param->choices, text) : -1;

	if (number >= 0 && (unsigned)number != c->choice)
		snprintf(why, COMMAND_WHY, "%s and %s exclude each other",
			 words_at(param->choices, c->choice, word),
			 words_at(param->choices, (unsigned)number, other));
	else if (is_choice || param->kind == PARAM_FLAG)
		snprintf(why, COMMAND_WHY, "%s is given twice",
			 words_at(param->choices, is_choice ? c->choice : 0, word));
	else
		snprintf(why, COMMAND_WHY, "%s is given twice", param->key);
}

bool command_set(struct command *c, const struct param *param, const char *text,
		 char why[COMMAND_WHY])
{
	if (command_has(c, param->part)) {
		say_twice(c, param, text, why);
		return false;
	}
	if (!parse_value(c, param, text)) {
		say_wrong(param, text, why);
		return false;
	}
	if (!describes(param, text, why))
		return false;
	c->given |= UINT32_C(1) << param->part;
	return true;
}

/* Words that the switch would refuse need not be sent. */
static bool link_is_sound(const struct command *c, char why[COMMAND_WHY])
{
	struct made made = { .given = 0 };
	int up;

	if (c->verb->id == VERB_LINK_ADD)
		return made_read(&made, c->dev, c->link, why);
	return c->verb->id != VERB_LINK_SET || made_change(&made, c->link, &up, why);
}

bool command_complete(const struct command *c, char why[COMMAND_WHY])
{
	static const char *const missing[] = {
		[PARAM_MAC] = "MAC",
		[PARAM_ADDR] = "address",
		[PARAM_NAME] = "device or network",
		[PARAM_TEXT] = "cluster file",
		[PARAM_FRAME] = "frame",
		[PARAM_LINK] = "what",
	};
	char word[WORD_ROOM];

	for (unsigned i = 0; param_exists(c->verb, i); i++) {
		const struct param *param = &c->verb->params[i];

		if (!param->required || command_has(c, param->part))
			continue;
		if (param->kind == PARAM_LINK)
			snprintf(why, COMMAND_WHY, "what shall it be? (%s)",
				 param->part == PART_LINK ? "type vxlan id N ..." : MADE_SET_USAGE);
		else if (param->part == PART_TO)
			snprintf(why, COMMAND_WHY, "to whom?");
		else if (param->bare)
			snprintf(why, COMMAND_WHY, "which %s?", missing[param->kind]);
		else
			snprintf(why, COMMAND_WHY, "which %s? (%s ...)", missing[param->kind],
				 words_at(param->words, 0, word));
		return false;
	}
	return link_is_sound(c, why);
}
