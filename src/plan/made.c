#include "plan/made.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "scalar.h"

/* -- Words -- */

enum kind { NUMBER, IS, ADDRESS, DEVICE, REFUSED };

/* What a word sets, and what follows it. */
static const struct made_word {
	const char *name;
	enum kind kind;
	bool at_set; /* `link set` takes it, too */
	enum made_part part;
	uint32_t min, max; /* of a NUMBER; of IS the value is min */
	size_t offset;     /* ADDRESS, DEVICE: of the field */
	const char *hint;  /* REFUSED: why */
} words_of[] = {
#define NUM(word, where, least, most)                                                          \
	{                                                                                      \
		.name = (word), .kind = NUMBER, .part = (where), .min = (least), .max = (most) \
	}
#define FLAG(word, where, is)                                            \
	{                                                                \
		.name = (word), .kind = IS, .part = (where), .min = (is) \
	}
#define SWITCH(word, where, is)                                                          \
	{                                                                                \
		.name = (word), .kind = IS, .part = (where), .min = (is), .at_set = true \
	}
#define FIELD(word, what, field)                                                       \
	{                                                                              \
		.name = (word), .kind = (what), .offset = offsetof(struct made, field) \
	}
#define NOT(word, reason)                                         \
	{                                                         \
		.name = (word), .kind = REFUSED, .hint = (reason) \
	}
	NUM("id", MADE_VNI, 0, 16777215),
	NUM("vni", MADE_VNI, 0, 16777215),
	FIELD("group", ADDRESS, group),
	FIELD("remote", ADDRESS, remote),
	FIELD("local", ADDRESS, local),
	FIELD("dev", DEVICE, dev),
	NUM("dstport", MADE_PORT, 1, 65535),
	NUM("ttl", MADE_TTL, 1, 255),
	NUM("hoplimit", MADE_TTL, 1, 255),
	NUM("tos", MADE_TOS, 0, 252),
	FLAG("learning", MADE_LEARNING, 1),
	FLAG("nolearning", MADE_LEARNING, 0),
	FLAG("proxy", MADE_PROXY, 1),
	FLAG("noproxy", MADE_PROXY, 0),
	SWITCH("l2miss", MADE_L2MISS, 1),
	SWITCH("nol2miss", MADE_L2MISS, 0),
	SWITCH("l3miss", MADE_L3MISS, 1),
	SWITCH("nol3miss", MADE_L3MISS, 0),
	FLAG("udpcsum", MADE_CHECKSUM, 1),
	FLAG("noudpcsum", MADE_CHECKSUM, 0),
	NUM("ageing", MADE_AGEING, 0, 4294967),
	NUM("maxaddress", MADE_MAX_FDB, 1, 16777216),
	{ .name = "mtu",
	  .kind = NUMBER,
	  .part = MADE_MTU,
	  .min = 68,
	  .max = 65535,
	  .at_set = true },
	{ .name = "master",
	  .kind = DEVICE,
	  .offset = offsetof(struct made, bridge),
	  .at_set = true },
	NOT("rsc", "route short circuit is not what this switch does"),
	NOT("gbp", "group based policy is not what this switch does"),
	NOT("gpe", "other payloads than Ethernet are not what this switch does"),
	NOT("external", "a network has its own VNI here; make one for each"),
	NOT("srcport", "write source-port-range in a cluster file"),
	NOT("df", "DF is always set: a VTEP must not fragment (RFC 7348 section 4.3)"),
#undef NUM
#undef FLAG
#undef SWITCH
#undef FIELD
#undef NOT
};

static const struct made_word *word_called(const char *name)
{
	for (size_t i = 0; i < sizeof(words_of) / sizeof(words_of[0]); i++)
		if (strcmp(words_of[i].name, name) == 0)
			return &words_of[i];
	return NULL;
}

static bool no_such_word(const char *word, bool at_set, char why[MADE_WHY])
{
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < sizeof(words_of) / sizeof(words_of[0]); i++)
		if (words_of[i].kind != REFUSED && (!at_set || words_of[i].at_set))
			nearest_offer(&nearest, words_of[i].name);
	if (at_set)
		nearest_offer(&nearest, "name");
	if (nearest.found)
		snprintf(why, MADE_WHY, "unexpected \"%.100s\"; did you mean \"%s\"?", word,
			 nearest.found);
	else
		snprintf(why, MADE_WHY, "unexpected \"%.100s\"", word);
	return false;
}

static bool given(const struct made *made, enum made_part part)
{
	return (made->given >> part & 1) != 0;
}

static void set(struct made *made, enum made_part part, uint32_t value)
{
	made->given |= UINT32_C(1) << part;
	made->value[part] = value;
}

static bool take_number(struct made *made, const struct made_word *word, const char *text,
			char why[MADE_WHY])
{
	uint64_t number;

	if (word->part == MADE_TOS && strcmp(text, "inherit") == 0) {
		set(made, MADE_TOS_INHERIT, 1);
		return true;
	}
	if (scalar_integer(text, &number) != NUMBER_OK || number < word->min ||
	    number > word->max) {
		snprintf(why, MADE_WHY, "%s \"%.100s\" is out of range: %u..%u", word->name, text,
			 word->min, word->max);
		return false;
	}
	set(made, word->part, (uint32_t)number);
	return true;
}

static bool take_address(struct made *made, const struct made_word *word, const char *text,
			 char why[MADE_WHY])
{
	struct addr addr;
	bool group = strcmp(word->name, "group") == 0;

	if (!addr_parse(text, &addr)) {
		snprintf(why, MADE_WHY, "\"%.100s\" is not an address, such as 192.0.2.2", text);
		return false;
	}
	if (addr_is_multicast(addr) != group) {
		snprintf(why, MADE_WHY, "%.100s is %s multicast group; say \"%s %.100s\"", text,
			 group ? "no" : "a", group ? "remote" : "group", text);
		return false;
	}
	memcpy((char *)made + word->offset, &addr, sizeof(addr));
	return true;
}

static bool take_device(struct made *made, const struct made_word *word, const char *text,
			char why[MADE_WHY])
{
	if (!made_interface_name(text)) {
		snprintf(why, MADE_WHY, "\"%.100s\" is no name that an interface can have", text);
		return false;
	}
	snprintf((char *)made + word->offset, MADE_NAME, "%s", text);
	return true;
}

static bool take_value(struct made *made, const struct made_word *word, const char *text,
		       char why[MADE_WHY])
{
	if (!text) {
		snprintf(why, MADE_WHY, "%s needs a value", word->name);
		return false;
	}
	switch (word->kind) {
	case NUMBER:
		return take_number(made, word, text, why);
	case ADDRESS:
		return take_address(made, word, text, why);
	default:
		return take_device(made, word, text, why);
	}
}

static bool take_name(struct made *made, const char *name, char why[MADE_WHY])
{
	if (!name) {
		snprintf(why, MADE_WHY, "name needs a value");
		return false;
	}
	if (!scalar_name(name) || !scalar_interface(name)) {
		snprintf(why, MADE_WHY,
			 "\"%.100s\" cannot be a device and a network: at most %d letters, digits, "
			 "'-', '_' and '.', a letter or digit first",
			 name, INTERFACE_LENGTH);
		return false;
	}
	snprintf(made->name, sizeof(made->name), "%s", name);
	return true;
}

static bool take_word(struct made *made, const char *name, bool at_set, char **rest,
		      char why[MADE_WHY])
{
	const struct made_word *word = word_called(name);

	if (at_set && strcmp(name, "nomaster") == 0) {
		*made->bridge = '\0';
		return true;
	}
	if (at_set && strcmp(name, "name") == 0)
		return take_name(made, strtok_r(NULL, " ", rest), why);
	if (!word || (at_set && !word->at_set))
		return no_such_word(name, at_set, why);
	if (word->kind == REFUSED) {
		snprintf(why, MADE_WHY, "\"%s\": %s", name, word->hint);
		return false;
	}
	if (word->kind == IS) {
		set(made, word->part, word->min);
		return true;
	}
	return take_value(made, word, strtok_r(NULL, " ", rest), why);
}

/* "type vxlan" may stand anywhere among them. */
static bool take_type(char **rest, bool *typed, char why[MADE_WHY])
{
	const char *type = strtok_r(NULL, " ", rest);

	*typed = true;
	if (type && strcmp(type, "vxlan") == 0)
		return true;
	snprintf(why, MADE_WHY, "type \"%.100s\": only vxlan is made here", type ? type : "");
	return false;
}

static bool take_words(struct made *made, const char *words, bool at_set, bool *typed,
		       char why[MADE_WHY])
{
	char copy[MADE_WORDS], *rest = NULL;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", words) >= sizeof(copy)) {
		snprintf(why, MADE_WHY, "too many words");
		return false;
	}
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		bool fine = !at_set && strcmp(word, "type") == 0
				    ? take_type(&rest, typed, why)
				    : take_word(made, word, at_set, &rest, why);

		if (!fine)
			return false;
	}
	return true;
}

static bool is_whole(const struct made *made, bool typed, char why[MADE_WHY])
{
	const char *missing = NULL;

	if (!typed)
		missing = "which type? (type vxlan id N ...)";
	else if (!given(made, MADE_VNI))
		missing = "which VNI? (type vxlan id N ...)";
	else if (made->group.family && made->remote.family)
		missing = "\"group\" and \"remote\" exclude each other";
	else if (made->group.family && !*made->dev)
		missing = "a group is joined on an interface: which? (dev INTERFACE)";
	if (missing)
		snprintf(why, MADE_WHY, "%s", missing);
	return !missing;
}

bool made_read(struct made *out, const char *name, const char *words, char why[MADE_WHY])
{
	bool typed = false;

	*out = (struct made) { .given = 0 };
	return take_name(out, name, why) && take_words(out, words, false, &typed, why) &&
	       is_whole(out, typed, why);
}

/* Takes "up" and "down" out of @words. */
static void take_up(const char *words, int *up, struct text *rest)
{
	size_t len;

	*up = 0;
	for (; *words; words += len + (words[len] == ' ')) {
		len = strcspn(words, " ");
		if (len == 2 && memcmp(words, "up", 2) == 0)
			*up = 1;
		else if (len == 4 && memcmp(words, "down", 4) == 0)
			*up = -1;
		else
			text_add(rest, "%s%.*s", rest->len ? " " : "", (int)len, words);
	}
}

bool made_change(struct made *made, const char *words, int *up, char why[MADE_WHY])
{
	char left[MADE_WORDS];
	struct text rest = text_in(left, sizeof(left));
	bool typed;

	take_up(words, up, &rest);
	return take_words(made, left, true, &typed, why);
}

bool made_is_change(const char *word)
{
	const struct made_word *known = word_called(word);

	return (known && known->at_set) || strcmp(word, "up") == 0 || strcmp(word, "down") == 0 ||
	       strcmp(word, "nomaster") == 0 || strcmp(word, "name") == 0;
}

/* -- And back -- */

static void say_value(const struct made *made, const struct made_word *word, struct text *out)
{
	const char *at = (const char *)made + word->offset;
	char ip[ADDR_TEXT];
	struct addr addr;

	switch (word->kind) {
	case NUMBER:
		if (given(made, word->part))
			text_add(out, " %s %u", word->name, made->value[word->part]);
		break;
	case IS:
		if (given(made, word->part) && made->value[word->part] == word->min)
			text_add(out, " %s", word->name);
		break;
	case ADDRESS:
		memcpy(&addr, at, sizeof(addr));
		if (addr.family)
			text_add(out, " %s %s", word->name, addr_text(addr, ip));
		break;
	case DEVICE:
		if (*at)
			text_add(out, " %s %s", word->name, at);
		break;
	case REFUSED:
		break;
	}
}

/* Two words that mean the same are next to each other: only the first is said. */
static bool is_alias(const struct made_word *word)
{
	return strcmp(word->name, "vni") == 0 || strcmp(word->name, "hoplimit") == 0;
}

void made_words(const struct made *made, struct text *out)
{
	text_add(out, "type vxlan");
	for (size_t i = 0; i < sizeof(words_of) / sizeof(words_of[0]); i++)
		if (!is_alias(&words_of[i]))
			say_value(made, &words_of[i], out);
	if (given(made, MADE_TOS_INHERIT))
		text_add(out, " tos inherit");
}

/* -- As a cluster file -- */

static void write_flood(const struct made *made, FILE *to)
{
	char ip[ADDR_TEXT];

	if (made->group.family)
		fprintf(to, ", flood: \"%s\"", addr_text(made->group, ip));
	else if (made->remote.family)
		fprintf(to, ", flood: [\"%s\"]", addr_text(made->remote, ip));
	else
		fputs(", flood: none", to);
}

/* As the kernel has it, all the rest: who floods decides for itself how much. */
void made_network(const struct made *made, FILE *to)
{
	fprintf(to, "  \"%s\": { vni: %u, device: \"%s\", bum-limit: 1000000000/s", made->name,
		made->value[MADE_VNI], made->name);
	write_flood(made, to);
	fprintf(to, ", arp: %s", made->value[MADE_PROXY] ? "proxy" : "flood");
	if (given(made, MADE_PORT))
		fprintf(to, ", port: %u", made->value[MADE_PORT]);
	if (given(made, MADE_LEARNING))
		fprintf(to, ", learning: %s", made->value[MADE_LEARNING] ? "true" : "false");
	if (given(made, MADE_L2MISS))
		fprintf(to, ", l2miss: %s", made->value[MADE_L2MISS] ? "true" : "false");
	if (given(made, MADE_L3MISS))
		fprintf(to, ", l3miss: %s", made->value[MADE_L3MISS] ? "true" : "false");
	if (given(made, MADE_AGEING))
		fprintf(to, ", ageing: %us", made->value[MADE_AGEING]);
	if (given(made, MADE_MAX_FDB))
		fprintf(to, ", max-fdb: %u", made->value[MADE_MAX_FDB]);
	if (given(made, MADE_MTU))
		fprintf(to, ", mtu: %u", made->value[MADE_MTU]);
	if (*made->bridge)
		fprintf(to, ", bridge: \"%s\"", made->bridge);
	fputs(" }\n", to);
}

/* -- The file of a switch that has none -- */

/* What they have of the switch's, said or not; false where that differs.  *@said: it was. */
static bool agree(const struct made_list *list, enum made_part part, uint32_t otherwise, bool *said,
		  char why[MADE_WHY])
{
	const struct made *first = list->of;

	*said = false;
	for (size_t i = 0; i < list->count; i++) {
		const struct made *made = &list->of[i];
		uint32_t value = given(made, part) ? made->value[part] : otherwise;

		*said = *said || given(made, part);
		if (value == (given(first, part) ? first->value[part] : otherwise))
			continue;
		snprintf(why, MADE_WHY,
			 "TTL, TOS and checksums are the switch's, and %s has others than %s: run "
			 "another switch for it",
			 made->name, first->name);
		return false;
	}
	return true;
}

static bool write_underlay(const struct made_list *list, FILE *to, char why[MADE_WHY])
{
	bool ttl, tos, inherit, checksum;

	if (!agree(list, MADE_TTL, 64, &ttl, why) || !agree(list, MADE_TOS, 0, &tos, why) ||
	    !agree(list, MADE_TOS_INHERIT, 0, &inherit, why) ||
	    !agree(list, MADE_CHECKSUM, 1, &checksum, why))
		return false;
	fputs("underlay: { accept: any", to);
	if (ttl)
		fprintf(to, ", ttl: %u",
			given(list->of, MADE_TTL) ? list->of->value[MADE_TTL] : 64);
	if (inherit)
		fputs(", tos: inherit", to);
	else if (tos)
		fprintf(to, ", tos: %u", list->of[0].value[MADE_TOS]);
	if (checksum)
		fprintf(to, ", checksum: %s",
			given(list->of, MADE_CHECKSUM) && !list->of->value[MADE_CHECKSUM] ? "false"
											  : "true");
	fputs(" }\n", to);
	return true;
}

/* The address of @family that the switch speaks from. */
static bool find_local(const struct made_self *self, const struct made_list *list,
		       enum addr_family family, struct addr *out, char why[MADE_WHY])
{
	char ip[ADDR_TEXT], other[ADDR_TEXT];

	*out = family == ADDR_V4 ? self->address : self->address6;
	for (size_t i = 0; i < list->count; i++) {
		struct addr local = list->of[i].local;

		if (local.family != family)
			continue;
		if (!out->family)
			*out = local;
		if (addr_equal(*out, local))
			continue;
		snprintf(why, MADE_WHY,
			 "this switch speaks from %s; for %s run another one (vxs run --node NAME "
			 "--address %s)",
			 addr_text(*out, ip), addr_text(local, other), other);
		return false;
	}
	return true;
}

static bool find_interface(const struct made_self *self, const struct made_list *list,
			   const char **out, char why[MADE_WHY])
{
	*out = self->interface;
	for (size_t i = 0; i < list->count; i++) {
		const char *dev = list->of[i].dev;

		if (!*dev)
			continue;
		if (!*out)
			*out = dev;
		if (strcmp(*out, dev) == 0)
			continue;
		snprintf(why, MADE_WHY,
			 "this switch joins groups on %s; for %s run another one (vxs run --node "
			 "NAME --interface %s)",
			 *out, dev, dev);
		return false;
	}
	return true;
}

bool made_cluster(const struct made_self *self, const struct made_list *list, FILE *to,
		  char why[MADE_WHY])
{
	struct addr v4, v6;
	const char *interface;
	char ip[ADDR_TEXT];

	if (!find_local(self, list, ADDR_V4, &v4, why) ||
	    !find_local(self, list, ADDR_V6, &v6, why) ||
	    !find_interface(self, list, &interface, why))
		return false;
	fprintf(to, "version: 1\nname: \"%s\"\n", self->cluster);
	if (!write_underlay(list, to, why))
		return false;
	fprintf(to, "nodes:\n  \"%s\": { ", self->node);
	if (v4.family || !v6.family)
		fprintf(to, "address: \"%s\"%s", v4.family ? addr_text(v4, ip) : "127.0.0.1",
			v6.family ? ", " : "");
	if (v6.family)
		fprintf(to, "address6: \"%s\"", addr_text(v6, ip));
	if (interface)
		fprintf(to, ", interface: \"%s\"", interface);
	fputs(" }\nnetworks: {}\n", to);
	return true;
}

bool made_conflicts(const struct made *made, const struct cluster *cluster, uint32_t count,
		    char why[MADE_WHY])
{
	for (uint32_t i = 0; i < count; i++) {
		const struct network_config *n = &cluster->networks[i];
		const char *same = NULL;

		if (strcmp(n->name, made->name) == 0)
			same = "a network of this name";
		else if (n->device && strcmp(n->device, made->name) == 0)
			same = "a device of this name";
		else if (n->vni == made->value[MADE_VNI])
			same = "a network with this VNI";
		if (!same)
			continue;
		snprintf(why, MADE_WHY, "%s has %s: %s, line %u", cluster->file, same, n->name,
			 n->at.line);
		return true;
	}
	return false;
}

bool made_node_name(const char *name)
{
	return scalar_name(name);
}

bool made_interface_name(const char *name)
{
	return scalar_interface(name) && !strpbrk(name, "\"\\");
}

struct made *made_find(const struct made_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->of[i].name, name) == 0)
			return &list->of[i];
	return NULL;
}
