#include "port/tap.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netlink.h"
#include "tap_private.h"
#include "wire/vnet.h"

enum {
	/* Not in Debian 12's headers; Linux 6.2 has them, and takes the two only together. */
	OFFLOAD_USO4 = 0x20,
	OFFLOAD_USO6 = 0x40,

	OFFLOAD_TCP = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
	OFFLOAD_ALL = OFFLOAD_TCP | OFFLOAD_USO4 | OFFLOAD_USO6,

	/* Frames the device keeps while we are busy: beyond, it drops (tx_dropped).  Twice what a
	 * TAP starts with; a turn that floods takes a few milliseconds. */
	QUEUE_LEN = 2000,
};

static int open_node(struct opening *o)
{
	int rc;

	o->tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (o->tap->fd >= 0)
		return 0;
	rc = -errno;
	if (rc == -ENOENT || rc == -ENODEV || rc == -ENXIO)
		text_add(&o->why,
			 "there is no /dev/net/tun here: load the module (modprobe tun), or "
			 "give it to the container (--device /dev/net/tun)");
	else if (rc == -EACCES || rc == -EPERM)
		text_add(&o->why, "/dev/net/tun may not be opened by user %u: %s",
			 (unsigned)geteuid(), strerror(-rc));
	else
		text_add(&o->why, "/dev/net/tun does not open: %s", strerror(-rc));
	return rc;
}

static void explain_attach(struct opening *o, int rc)
{
	const char *name = o->options->name;

	switch (rc) {
	case -EPERM:
		text_add(&o->why,
			 "TAP %s needs CAP_NET_ADMIN: run in a user namespace (unshare -Urn), or "
			 "have "
			 "it made for you: ip tuntap add dev %s mode tap vnet_hdr user %u",
			 name, name, (unsigned)geteuid());
		break;
	case -EBUSY:
		text_add(&o->why, "TAP %s is in use: somebody else has it open", name);
		break;
	case -EINVAL:
		text_add(&o->why, "device %s is of another kind than a TAP with one queue", name);
		break;
	default:
		text_add(&o->why, "TAP %s can not be %s: %s", name,
			 o->tap->created ? "made" : "attached", strerror(-rc));
	}
}

/* Makes the device, or attaches to it.  Making is exclusive: a device that came up under this name
 * since we looked was not looked at. */
static int attach(struct opening *o)
{
	struct ifreq request = { 0 };
	int rc;

	request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (o->tap->created)
		request.ifr_flags = (short)(request.ifr_flags | (short)IFF_TUN_EXCL);
	memcpy(request.ifr_name, o->tap->name, sizeof(o->tap->name));
	if (ioctl(o->tap->fd, TUNSETIFF, &request) == 0)
		return 0;
	rc = -errno;
	explain_attach(o, rc);
	return rc;
}

/* Tells the driver what we take.  That it knows USO says also that USO can be written. */
int tap_negotiate(struct opening *o)
{
	int fd = o->tap->fd, header_len = VNET_LEN, little_endian = 1, rc;
	bool uso;

	o->tap->takes_tcp = o->tap->takes_udp = false;
	if (ioctl(fd, TUNSETVNETHDRSZ, &header_len) < 0 ||
	    ioctl(fd, TUNSETVNETLE, &little_endian) < 0)
		goto failed;
	if (!o->options->offload)
		return ioctl(fd, TUNSETOFFLOAD, 0UL) < 0 ? -errno : 0;
	uso = ioctl(fd, TUNSETOFFLOAD, (unsigned long)OFFLOAD_ALL) == 0;
	if (!uso && ioctl(fd, TUNSETOFFLOAD, (unsigned long)OFFLOAD_TCP) < 0)
		goto failed;
	o->tap->takes_tcp = true;
	o->tap->takes_udp = uso;
	return 0;
failed:
	rc = -errno;
	text_add(&o->why, "TAP %s: this kernel does not know virtio headers as we need them: %s",
		 o->tap->name, strerror(-rc));
	return rc;
}

/* May the existing device @info be taken? */
static int check_existing(struct opening *o, const struct link_info *info)
{
	struct tun_info tun;
	int rc = link_tun(o->nl, info->index, &tun);

	if (rc < 0 || !tun.tap) {
		text_add(&o->why, "the name %s is taken by a device that is not a TAP (%s)",
			 info->name,
			 rc == 0         ? "a TUN"
			 : info->kind[0] ? info->kind
					 : "a network card");
		return -EEXIST;
	}
	if (strcmp(info->alias, o->mark) == 0)
		return 0;
	/* Without persistence it has an opener, and TUNSETIFF will say so. */
	if (tun.owned && tun.owner == geteuid())
		return 0;
	if (tun.owned)
		text_add(&o->why, "TAP %s exists and belongs to user %u, not to user %u",
			 info->name, tun.owner, (unsigned)geteuid());
	else
		text_add(&o->why,
			 "TAP %s exists and has no owner, so anybody may have opened it: make it "
			 "with "
			 "\"user %u\", or remove it: ip link del %s",
			 info->name, (unsigned)geteuid(), info->name);
	return -EPERM;
}

static int find_existing(struct opening *o)
{
	struct link_info info;
	int rc = link_get(o->nl, o->options->name, &info);

	o->tap->created = rc == -ENODEV;
	if (o->tap->created)
		return 0;
	if (rc == 0)
		return check_existing(o, &info);
	text_add(&o->why, "device %s can not be looked up: %s", o->options->name, strerror(-rc));
	return rc;
}

int tap_find_bridge(struct opening *o)
{
	const char *name = o->options->bridge;
	int rc;

	if (!name)
		return 0;
	rc = link_get(o->nl, name, &o->bridge);
	if (rc == -ENODEV)
		text_add(&o->why, "there is no bridge %s here: ip link add %s up type bridge", name,
			 name);
	else if (rc < 0)
		text_add(&o->why, "bridge %s can not be looked up: %s", name, strerror(-rc));
	else if (strcmp(o->bridge.kind, "bridge") != 0)
		text_add(&o->why, "%s is not a bridge", name);
	else
		return 0;
	return rc < 0 ? rc : -EINVAL;
}

/* One change that must succeed; @fix is the ip command that does it with more rights. */
int tap_must(struct opening *o, int rc, const char *what, const char *fix)
{
	if (rc == -EPERM)
		text_add(&o->why, "setting the %s of TAP %s needs CAP_NET_ADMIN: ip link set %s %s",
			 what, o->tap->name, o->tap->name, fix);
	else if (rc < 0)
		text_add(&o->why, "the %s of TAP %s can not be set (%s): %s", what, o->tap->name,
			 fix, strerror(-rc));
	return rc;
}

/* Through the TAP itself, whose opener needs no right for it. */
int tap_set_mac(struct opening *o)
{
	struct ifreq request = { 0 };
	char fix[64], text[MAC_TEXT];
	int rc;

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, o->options->mac.octet, sizeof(o->options->mac.octet));
	rc = ioctl(o->tap->fd, SIOCSIFHWADDR, &request) < 0 ? -errno : 0;
	snprintf(fix, sizeof(fix), "address %s", mac_text(o->options->mac, text));
	return tap_must(o, rc, "MAC address", fix);
}

int tap_set_mtu(struct opening *o, const struct link_info *now)
{
	char fix[64];

	if (now->mtu == o->options->mtu)
		return 0;
	snprintf(fix, sizeof(fix), "mtu %u", o->options->mtu);
	return tap_must(
		o, link_change(o->nl, now->index, &(struct link_change) { .mtu = o->options->mtu }),
		"MTU", fix);
}

int tap_set_bridge(struct opening *o, const struct link_info *now)
{
	char fix[64];

	if (now->master == o->bridge.index)
		return 0;
	snprintf(fix, sizeof(fix), "master %s", o->bridge.name);
	return tap_must(
		o,
		link_change(o->nl, now->index, &(struct link_change) { .master = o->bridge.index }),
		"bridge", fix);
}

static int set_up(struct opening *o, const struct link_info *now)
{
	if (now->up)
		return 0;
	return tap_must(o, link_change(o->nl, now->index, &(struct link_change) { .up = true }),
			"state", "up");
}

/* What is good to have: the mark that lets the next start take the device, a longer queue, silence
 * on a bridge.  A device that was made for us without these rights works without. */
static void set_niceties(struct opening *o, uint32_t index)
{
	link_change(o->nl, index, &(struct link_change) { .alias = o->mark });
	link_change(o->nl, index, &(struct link_change) { .queue_len = QUEUE_LEN });
	if (o->bridge.index || o->options->silent)
		link_change(o->nl, index, &(struct link_change) { .no_addresses = true });
}

/* Only what differs is changed, so that a TAP prepared by root can be opened without rights.  Up
 * comes last: from then on the kernel sends through it. */
static int configure(struct opening *o)
{
	struct link_info now;
	int rc = link_get(o->nl, o->tap->name, &now);

	if (rc < 0)
		return tap_must(o, rc, "state", "up");
	o->tap->ifindex = now.index;
	set_niceties(o, now.index);
	if (!mac_equal(now.mac, o->options->mac))
		rc = tap_set_mac(o);
	if (rc == 0)
		rc = tap_set_mtu(o, &now);
	if (rc == 0 && o->bridge.index)
		rc = tap_set_bridge(o, &now);
	return rc == 0 ? set_up(o, &now) : rc;
}

/* The owner first: a persistent device without one is anybody's.  Last of all, so that nothing
 * stays behind when something else failed. */
int tap_persist(struct opening *o)
{
	int fd = o->tap->fd, rc;

	if (!o->options->persist || !o->tap->created)
		return 0;
	if (ioctl(fd, TUNSETOWNER, (unsigned long)geteuid()) == 0 &&
	    ioctl(fd, TUNSETGROUP, (unsigned long)getegid()) == 0 &&
	    ioctl(fd, TUNSETPERSIST, 1UL) == 0)
		return 0;
	rc = -errno;
	text_add(&o->why, "TAP %s can not be made persistent: %s", o->tap->name, strerror(-rc));
	return rc;
}

static int open_steps(struct opening *o)
{
	static int (*const steps[])(struct opening *) = {
		tap_find_bridge, find_existing, open_node,   attach,
		tap_negotiate,   configure,     tap_persist,
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](o);
	return rc;
}

int tap_open(struct tap *tap, const struct tap_options *options, char why[TAP_WHY])
{
	struct opening o = { .options = options, .tap = tap, .why = text_in(why, TAP_WHY) };
	int rc;

	assert(strlen(options->name) < TAP_NAME);
	*tap = (struct tap) { .fd = -1 };
	memcpy(tap->name, options->name, strlen(options->name) + 1);
	snprintf(o.mark, sizeof(o.mark), "vxs:%s", options->cluster);
	rc = netlink_open(&o.nl);
	if (rc < 0) {
		text_add(&o.why, "no netlink socket: %s", strerror(-rc));
		return rc;
	}
	rc = open_steps(&o);
	netlink_close(o.nl);
	if (rc < 0)
		tap_close(tap);
	return rc;
}

int tap_name(const struct tap *tap, char name[TAP_NAME])
{
	struct ifreq request = { 0 };

	if (ioctl(tap->fd, TUNGETIFF, &request) < 0)
		return -errno;
	memcpy(name, request.ifr_name, TAP_NAME);
	return 0;
}

void tap_close(struct tap *tap)
{
	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = -1;
}

void tap_withdraw(struct tap *tap)
{
	if (tap->fd >= 0 && tap->created)
		ioctl(tap->fd, TUNSETPERSIST, 0UL);
	tap_close(tap);
}

int tap_read(struct tap *tap, uint8_t *at, size_t room, struct frame *f)
{
	ssize_t n = read(tap->fd, at - VNET_LEN, VNET_LEN + room);
	size_t len;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n < VNET_LEN)
		return -EMSGSIZE;
	/* A frame that fills all the room may have been cut: the driver does not tell. */
	len = (size_t)n - VNET_LEN;
	if (len >= room || !frame_parse(f, at, len) || !vnet_read(at - VNET_LEN, f))
		return -EMSGSIZE;
	return 1;
}

int tap_write(struct tap *tap, const struct frame *f, const struct iovec *parts, size_t n)
{
	struct iovec all[1 + TAP_PARTS];
	uint8_t header[VNET_LEN];

	assert(n <= TAP_PARTS);
	vnet_write(header, f);
	all[0] = (struct iovec) { .iov_base = header, .iov_len = sizeof(header) };
	memcpy(all + 1, parts, n * sizeof(*parts));
	return writev(tap->fd, all, (int)(1 + n)) < 0 ? -errno : 0;
}
