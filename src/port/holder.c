#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "netlink.h"
#include "udp_private.h"

/* A line of /proc/net/udp{,6}. */
struct udp_line {
	struct addr local;
	uint16_t port;
	unsigned uid;
	unsigned long inode;
};

/* "0100007F:12B5": the address in 32-bit words, each as the machine's own number; the port as a
 * plain number. */
static bool read_local(const char *text, struct udp_line *out)
{
	size_t digits = strcspn(text, ":"), words = digits / 8;
	uint8_t octet[16];
	char word[9] = "";

	if (text[digits] != ':' || digits % 8 || (words != 1 && words != 4))
		return false;
	for (size_t i = 0; i < words; i++) {
		uint32_t value;

		memcpy(word, text + 8 * i, 8);
		value = (uint32_t)strtoul(word, NULL, 16);
		memcpy(octet + 4 * i, &value, 4);
	}
	out->local = words == 1 ? addr_v4(octet) : addr_v6(octet);
	out->port = (uint16_t)strtoul(text + digits + 1, NULL, 16);
	return true;
}

static bool read_line(const char *line, struct udp_line *out)
{
	char local[64];

	return sscanf(line, " %*s %63s %*s %*s %*s %*s %*s %u %*s %lu", local, &out->uid,
		      &out->inode) == 3 &&
	       read_local(local, out);
}

/* Would a socket bound like @line keep us from @addr and @port? */
static bool collides(const struct udp_line *line, struct addr addr, uint16_t port)
{
	if (line->port != port)
		return false;
	if (addr_is_unspecified(line->local))
		/* ::, unless it is for IPv6 only, covers IPv4 as well. */
		return line->local.family == ADDR_V6 || addr.family == ADDR_V4;
	return addr_is_unspecified(addr) ? line->local.family == addr.family
					 : addr_equal(line->local, addr);
}

static bool find_line(const char *path, struct addr addr, uint16_t port, struct udp_line *out)
{
	FILE *file = fopen(path, "re");
	char text[512];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(text, sizeof(text), file))
		found = read_line(text, out) && collides(out, addr, port);
	fclose(file);
	return found;
}

/* Is one of the descriptors in @directory the socket called @name ("socket:[123]")? */
static bool holds(const char *directory, const char *name)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		char target[64];
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		found = strcmp(target, name) == 0;
	}
	closedir(dir);
	return found;
}

static void process_name(const char *pid, char *out, size_t size)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	snprintf(out, size, "?");
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(out, (int)size, file))
		out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

/* The process that has the socket with @inode open, as far as we may look. */
static bool describe_process(struct text *to, unsigned long inode)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	char socket[32], path[64], name[32];
	bool found = false;

	if (!dir)
		return false;
	snprintf(socket, sizeof(socket), "socket:[%lu]", inode);
	while (!found && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/fd", entry->d_name);
		found = holds(path, socket);
		if (!found)
			continue;
		process_name(entry->d_name, name, sizeof(name));
		text_add(to, "process %.20s (%s)", entry->d_name, name);
	}
	closedir(dir);
	return found;
}

static bool describe_vxlan(struct text *to, uint16_t port)
{
	char name[LINK_NAME];
	struct netlink *nl;
	bool found;

	if (netlink_open(&nl) < 0)
		return false;
	found = link_vxlan_on(nl, port, name);
	netlink_close(nl);
	if (found)
		text_add(to,
			 "the kernel's own VXLAN device %s, which is no process: ip link del %s",
			 name, name);
	return found;
}

/* A process first: the kernel's device has a socket too, but nobody has it open. */
void holder_describe(struct text *to, struct addr addr, uint16_t port)
{
	struct udp_line line;
	/* Of this thread's namespace, which /proc/net (the process's) need not be. */
	bool found = find_line("/proc/thread-self/net/udp", addr, port, &line) ||
		     find_line("/proc/thread-self/net/udp6", addr, port, &line);

	if (found && describe_process(to, line.inode))
		return;
	if (describe_vxlan(to, port))
		return;
	if (found)
		text_add(to, "a process of user %u that can not be seen from here", line.uid);
	else
		text_add(to, "somebody who can not be seen from here");
}
