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
	{ VERB_STATUS, "status", NULL, NULL, "who this is, and how much it holds", { { 0 } } },
	{ VERB_MONITOR,
	  "monitor=mon",
	  NULL,
	  "bridge|ip",
	  "what happens, as it happens",
	  { { "about", PART_CHOICE, PARAM_CHOICE, NULL, "all|fdb|neigh|link|miss|drop", true,
	      false },
	    DEV("dev", false, false) } },
};

const size_t command_verb_count = sizeof(command_verbs) / sizeof(command_verbs[0]);

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

static bool parse_port(const char *text, uint16_t *out)
{
	size_t len = strlen(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len)
		return false;

	unsigned long port = strtoul(text, NULL, 10);

	*out = (uint16_t)port;
	return port >= 1 && port <= 65535;
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

static bool parse_value(struct command *c, const struct param *param, const char *text)
{
	switch (param->kind) {
	case PARAM_MAC:
		return mac_parse(text, param->part == PART_MAC ? &c->mac : &c->lladdr);
	case PARAM_ADDR:
		return addr_parse(text, param->part == PART_IP ? &c->ip : &c->dst);
	case PARAM_NAME:
		return parse_name(text, c->dev);
	case PARAM_PORT:
		return parse_port(text, &c->port);
	case PARAM_CHOICE:
		return parse_choice(param, text, &c->choice);
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

bool command_set(struct command *c, const struct param *param, const char *text,
		 char why[COMMAND_WHY])
{
	if (command_has(c, param->part)) {
		snprintf(why, COMMAND_WHY, "%s is given twice", param->key);
		return false;
	}
	if (!parse_value(c, param, text)) {
		say_wrong(param, text, why);
		return false;
	}
	c->given |= UINT32_C(1) << param->part;
	return true;
}

bool command_complete(const struct command *c, char why[COMMAND_WHY])
{
	static const char *const missing[] = {
		[PARAM_MAC] = "MAC",
		[PARAM_ADDR] = "address",
		[PARAM_NAME] = "device or network",
	};
	char word[WORD_ROOM];

	for (unsigned i = 0; param_exists(c->verb, i); i++) {
		const struct param *param = &c->verb->params[i];

		if (!param->required || command_has(c, param->part))
			continue;
		if (param->bare)
			snprintf(why, COMMAND_WHY, "which %s?", missing[param->kind]);
		else
			snprintf(why, COMMAND_WHY, "which %s? (%s ...)", missing[param->kind],
				 words_at(param->words, 0, word));
		return false;
	}
	return true;
}
