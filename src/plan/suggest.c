#include "suggest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 32 }; /* no key is longer, with its slips */

/* How others call it.  A row counts only where our key exists in the map at hand, so the same word
 * may mean one thing in `nodes` and another in a network. */
static const struct foreign {
	const char *theirs, *whose, *ours;
	const char *line; /* where the key alone does not say it */
} foreign[] = {
	{ "SubnetLen", "flannel", "subnet-length", NULL },
	{ "SubnetMin", "flannel", "subnet-min", NULL },
	{ "SubnetMax", "flannel", "subnet-max", NULL },
	{ "Network", "flannel", "cidr", NULL },
	{ "DirectRouting", "flannel", "routing", "routing: direct" },
	{ "VNI", "flannel", "vni", NULL },
	{ "Port", "flannel", "port", NULL },
	{ "MTU", "flannel", "mtu", NULL },
	{ "public-ip", "flannel", "address", NULL },
	{ "PublicIP", "flannel", "address", NULL },
	{ "iface", "flannel", "interface", NULL },
	{ "id", "ip link", "vni", NULL },
	{ "group", "ip link", "flood", NULL },
	{ "remote", "ip link", "flood", NULL },
	{ "local", "ip link", "bind", NULL },
	{ "dev", "ip link", "interface", NULL },
	{ "dev", "ip link", "device", NULL },
	{ "master", "ip link", "bridge", NULL },
	{ "dstport", "ip link", "port", NULL },
	{ "srcport", "ip link", "source-port-range", NULL },
	{ "nolearning", "ip link", "learning", "learning: false" },
	{ "proxy", "ip link", "arp", "arp: proxy" },
	{ "noproxy", "ip link", "arp", "arp: suppress" },
	{ "maxaddress", "ip link", "max-fdb", NULL },
	{ "udpcsum", "ip link", "checksum", NULL },
	{ "noudpcsum", "ip link", "checksum", "checksum: false" },
	{ "ageing_time", "ip link", "ageing", NULL },
	{ "ageing-time", "ip link", "ageing", NULL },
	{ "dsfield", "ip link", "tos", NULL },
	{ "lladdr", "ip neigh", "mac", NULL },
	{ "remote-ip", "bridge", "dst", NULL },
	{ "addresses", "netplan", "address", NULL },
	{ "addr", "ip address", "address", NULL },
	{ "address", "netplan", "ip", NULL },
	{ "macaddress", "netplan", "mac", NULL },
	{ "mac-learning", "netplan", "learning", NULL },
	{ "arp-proxy", "netplan", "arp", "arp: proxy" },
	{ "neigh-suppress", "netplan", "arp", "arp: suppress" },
	{ "limit", "netplan", "max-fdb", NULL },
	{ "checksums", "netplan", "checksum", NULL },
	{ "type-of-service", "netplan", "tos", NULL },
	{ "port-range", "netplan", "source-port-range", NULL },
	{ "link", "netplan", "interface", NULL },
	{ "members", "Open vSwitch", "nodes", NULL },
	{ "via", "ip route", "dst", NULL },
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Capitals and '_' are no slips worth counting. */
static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (c == '_')
		return '-';
	return c;
}

/* Letters to insert, delete, change or swap with their neighbour, to get from @a to @b. */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[3][LONGEST + 1];
	size_t *before = row[0], *above = row[1], *here = row[2], *spare;

	for (size_t j = 0; j <= m; j++)
		above[j] = j;
	for (size_t i = 1; i <= n; i++) {
		here[0] = i;
		for (size_t j = 1; j <= m; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);

			here[j] = least(above[j - 1] + (x != y), least(above[j], here[j - 1]) + 1);
			if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y)
				here[j] = least(here[j], before[j - 2] + 1);
		}
		spare = before;
		before = above;
		above = here;
		here = spare;
	}
	return above[m];
}

/* Slips that still leave a word of this length recognisable. */
static size_t tolerance(const char *word)
{
	size_t length = strlen(word);

	return length < 3 ? 0 : length < 6 ? 1 : length / 3;
}

/* Is @candidate nearer to @word than @best, and near enough? */
static bool nearer(const char *word, const char *candidate, size_t *best)
{
	size_t d;

	if (strlen(word) > LONGEST || strlen(candidate) > LONGEST)
		return false;
	d = distance(word, candidate);
	if (d > tolerance(candidate) || d >= *best)
		return false;
	*best = d;
	return true;
}

static bool has_key(const struct key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return true;
	return false;
}

static const struct foreign *find_foreign(const char *word, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strcmp(word, foreign[i].theirs) == 0 && has_key(keys, count, foreign[i].ours))
			return &foreign[i];
	return NULL;
}

const char *suggest_key(const char *word, const struct key *keys, size_t count, char *out,
			size_t size)
{
	const struct foreign *other = find_foreign(word, keys, count);
	const char *found = NULL;
	size_t best = SIZE_MAX;

	if (other) {
		snprintf(out, size, "help: %s calls it %s; here it is \"%s\"", other->whose, word,
			 other->line ? other->line : other->ours);
		return out;
	}
	for (size_t i = 0; i < count; i++)
		if (nearer(word, keys[i].name, &best))
			found = keys[i].name;
	if (!found)
		return NULL;
	snprintf(out, size, "help: did you mean \"%s\"?", found);
	return out;
}
