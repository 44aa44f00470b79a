/* What the machine says of itself, as text for people: counters of /proc, and the rules of nftables. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor.h"

enum { LINE = 512 };

/* The next line of @*text in @out, without the blanks around it, cut to fit; false at the end. */
static bool next_line(const char **text, char out[LINE])
{
	const char *at = *text;
	size_t len = strcspn(at, "\n");

	if (!*at)
		return false;
	*text = at + len + (at[len] != '\0');
	while (len > 0 && isspace((unsigned char)*at)) {
		at++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)at[len - 1]))
		len--;
	snprintf(out, LINE, "%.*s", (int)(len < LINE ? len : LINE - 1), at);
	return true;
}

/* -- Counters -- */

static void take_counter(struct doctor_machine *m, const char *name, uint64_t value)
{
	if (strcmp(name, "InDatagrams") == 0 || strcmp(name, "Udp6InDatagrams") == 0)
		m->datagrams += value;
	else if (strcmp(name, "InCsumErrors") == 0 || strcmp(name, "Udp6InCsumErrors") == 0)
		m->bad_sums += value;
}

/* snmp has a line of names, and one of numbers below. */
static void read_columns(struct doctor_machine *m, char names[LINE], char values[LINE])
{
	char *save_names = NULL, *save_values = NULL;
	const char *name = strtok_r(names, " ", &save_names);
	const char *value = strtok_r(values, " ", &save_values);

	while (name && value) {
		take_counter(m, name, strtoull(value, NULL, 10));
		name = strtok_r(NULL, " ", &save_names);
		value = strtok_r(NULL, " ", &save_values);
	}
}

void doctor_read_snmp(struct doctor *d, const char *text)
{
	char names[LINE] = "", line[LINE], name[LINE];
	uint64_t value;

	while (next_line(&text, line)) {
		if (sscanf(line, "Udp6%500s %" SCNu64, name + 4, &value) == 2) {
			memcpy(name, "Udp6", 4);
			take_counter(&d->machine, name, value);
		} else if (strncmp(line, "Udp: ", 5) == 0 && !*names) {
			memcpy(names, line, sizeof(names));
		} else if (strncmp(line, "Udp: ", 5) == 0) {
			read_columns(&d->machine, names, line);
		}
	}
}

/* -- Rules -- */

/* Where the reading stands. */
struct reading {
	char family[16], table[64], chain[64];
	bool outbound; /* the chain is one of what goes out */
};

/* Is @word in @line, with nothing that belongs to a word beside it? */
static const char *find_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(line, word); at; at = strstr(at + 1, word)) {
		bool begins = at == line || !isalnum((unsigned char)at[-1]);

		if (begins && !isalnum((unsigned char)at[len]))
			return at;
	}
	return NULL;
}

/* Does the rule @line look for UDP datagrams to @port? */
static bool names_port(const char *line, uint32_t port)
{
	const char *at = find_word(line, "dport");
	char number[16];

	snprintf(number, sizeof(number), "%u", port);
	return at && !find_word(line, "tcp") && find_word(at, number);
}

static const struct doctor_endpoint *find_endpoint(const struct doctor *d, const char *line)
{
	for (size_t i = 0; i < d->endpoint_count; i++)
		if (names_port(line, d->endpoints[i].port))
			return &d->endpoints[i];
	return NULL;
}

static void name_chain(const struct reading *r, char out[DOCTOR_CHAIN])
{
	snprintf(out, DOCTOR_CHAIN, "%.12s %.40s %.40s", r->family, r->table, r->chain);
}

static void take_rule(struct doctor *d, const struct reading *r, const char *line)
{
	const char *counter = strstr(line, "counter packets ");
	const struct doctor_endpoint *e;
	struct doctor_rule *rule;
	uint64_t packets;

	if (r->outbound || !counter || (!find_word(line, "drop") && !find_word(line, "reject")))
		return;
	packets = strtoull(counter + strlen("counter packets "), NULL, 10);
	e = packets ? find_endpoint(d, line) : NULL;
	if (!e || d->machine.rule_count == DOCTOR_RULES)
		return;
	rule = &d->machine.rules[d->machine.rule_count++];
	*rule = (struct doctor_rule) { .port = (uint16_t)e->port, .packets = packets };
	name_chain(r, rule->chain);
	snprintf(rule->text, sizeof(rule->text), "%.*s", DOCTOR_RULE - 1, line);
}

/* "type filter hook forward priority filter; policy drop;" */
static void take_hook(struct doctor_machine *m, struct reading *r, const char *line)
{
	bool drops = strstr(line, "policy drop"), v6 = strcmp(r->family, "ip6") == 0;
	bool v4 = strcmp(r->family, "ip") == 0, both = strcmp(r->family, "inet") == 0;

	r->outbound = find_word(line, "output") || find_word(line, "postrouting");
	if (!drops)
		return;
	if (find_word(line, "input"))
		name_chain(r, m->input);
	if (find_word(line, "forward") && (v4 || both))
		name_chain(r, m->forward_v4);
	if (find_word(line, "forward") && (v6 || both))
		name_chain(r, m->forward_v6);
}

void doctor_read_ruleset(struct doctor *d, const char *text)
{
	struct reading r = { .outbound = false };
	char line[LINE];

	while (next_line(&text, line)) {
		if (sscanf(line, "table %15s %63s", r.family, r.table) == 2)
			r.chain[0] = '\0';
		else if (sscanf(line, "chain %63s", r.chain) == 1)
			r.outbound = false;
		else if (strncmp(line, "type ", 5) == 0)
			take_hook(&d->machine, &r, line);
		else
			take_rule(d, &r, line);
	}
}
