#include "app/machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "port/link.h"
#include "port/nft.h"
#include "port/unix.h"

enum { TEXT_MAX = 64 << 10 }; /* of a file of /proc */

/* Is the switch in our network namespace?  Where nobody may say, that is taken for granted. */
static bool shares_namespace(int fd)
{
	pid_t pid = unix_other_process(fd);
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	if (pid <= 0 || stat("/proc/self/ns/net", &ours) < 0 || stat(path, &theirs) < 0)
		return true;
	return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* The text of a file, to be freed; NULL when there is none to be read. */
static char *text_of(const char *path)
{
	FILE *from = fopen(path, "re");
	char *text = from ? calloc(1, TEXT_MAX) : NULL;

	if (text)
		text[fread(text, 1, TEXT_MAX - 1, from)] = '\0';
	if (from)
		fclose(from);
	return text;
}

static void look_at_counters(struct doctor *d, const char *path)
{
	char *text = text_of(path);

	if (text)
		doctor_read_snmp(d, text);
	free(text);
}

static void look_at_rules(struct doctor *d)
{
	char *answer = NULL, why[NFT_WHY];

	if (nft_run("list ruleset\n", &answer, why) == 0)
		doctor_read_ruleset(d, answer);
	free(answer);
}

static bool is_on(const char *path)
{
	char *text = text_of(path);
	bool on = text && text[0] == '1';

	free(text);
	return on;
}

static void look_at_bridge(struct netlink *nl, struct doctor_network *n)
{
	struct link_info device, bridge;

	if (link_get(nl, n->device, &device) < 0 || !device.master ||
	    link_get_index(nl, device.master, &bridge) < 0 || strcmp(bridge.kind, "bridge") != 0)
		return;
	_Static_assert(sizeof(n->bridge) >= sizeof(bridge.name), "a name fits");
	memcpy(n->bridge, bridge.name, sizeof(bridge.name));
}

static void look_at_bridges(struct doctor *d)
{
	struct netlink *nl;

	d->machine.filters_v4 = is_on("/proc/sys/net/bridge/bridge-nf-call-iptables");
	d->machine.filters_v6 = is_on("/proc/sys/net/bridge/bridge-nf-call-ip6tables");
	if (netlink_open(&nl) < 0)
		return;
	for (size_t i = 0; i < d->network_count; i++)
		if (*d->networks[i].device)
			look_at_bridge(nl, &d->networks[i]);
	netlink_close(nl);
}

void machine_look(struct doctor *d, int fd)
{
	if (!shares_namespace(fd)) {
		log_warning(
			"the switch is in another network namespace: its firewall, counters and "
			"bridges were not looked at");
		return;
	}
	look_at_counters(d, "/proc/net/snmp");
	look_at_counters(d, "/proc/net/snmp6");
	look_at_rules(d);
	look_at_bridges(d);
}
