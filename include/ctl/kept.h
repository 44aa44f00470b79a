/* What of a command survives a restart: a key and a value, the value being a request (ctl/protocol.h)
 * that makes the same again.
 *
 *   fdb/NETWORK/MAC            {"v":1,"do":"fdb add","mac":MAC,"dev":NETWORK,"dst":ADDRESS,...}
 *   fdb/NETWORK/MAC/DST/PORT   {"v":1,"do":"fdb append",...}: a destination of the all-zero or a group MAC
 *   neigh/NETWORK/IP           {"v":1,"do":"neigh add",...}
 *   link/NETWORK               {"v":1,"do":"link add","dev":NETWORK,"link":"type vxlan id 100 ..."}
 *   dhcp/NETWORK/IP            {"mac":MAC,"client":HEX,"until":SECONDS}: no request, but whose the address is
 *
 * NETWORK is the network's own name, which cannot contain a slash.  What is dynamic or reachable is
 * not kept, and replaces what was. */
#ifndef CTL_KEPT_H
#define CTL_KEPT_H

#include "ctl/command.h"
#include "plan/operate.h"
#include "plan/undo.h"
#include "table/bindings.h"

enum {
	KEPT_KEY = 192,
	KEPT_VALUE = 512,
};

enum kept_kind {
	KEPT_NOTHING,
	KEPT_PUT,
	KEPT_REMOVE,
	KEPT_REMOVE_ALL, /* whatever begins with the key */
	KEPT_RENAME,     /* the network called as the key is called as the value, in all records */
};

struct kept {
	enum kept_kind kind;
	char key[KEPT_KEY];
	char value[KEPT_VALUE]; /* of a KEPT_PUT, a KEPT_RENAME */
};

/* What the command @c, which has been carried out on @n of @t, leaves behind; @before is what was
 * there. */
void kept_of_command(struct kept *out, const struct tables *t, const struct command *c,
		     const struct network *n, const struct undo *before);

/* What was remembered in @before has been flushed; @dst as in struct fdb_filter. */
void kept_of_flush(struct kept *out, const struct network *n, const struct undo *before,
		   struct addr dst);

/* A network that a command has made is what @words say; NULL: it is none any more.  And what kept_of_link() has
 * written, read again: false and why when it is no record. */
#define KEPT_LINKS "link/"
void kept_of_link(struct kept *out, const char *name, const char *words);
bool kept_read_link(const char *value, struct made *out, char why[COMMAND_WHY]);

/* The same for a network that is called @to from now on. */
void kept_of_rename(struct kept *out, const char *from, const char *to);

/* Is the record one of the network @from?  Then @out is what it is when that is called @to. */
bool kept_rename(struct kept *out, const char *from, const char *to, const char *key,
		 const char *value);

/* A lease of a DHCP client that ends, or has ended, at @until, in seconds since 1970. */
#define KEPT_LEASES "dhcp/"
struct kept_lease {
	struct addr ip; /* not in the value, but the key */
	struct mac mac;
	struct dhcp_client client;
	uint64_t until;
};
void kept_of_lease(struct kept *out, const char *network, const struct binding *binding,
		   uint64_t until);
bool kept_read_lease(const char *value, struct kept_lease *out);

/* The client has the address again, where that still can be its: true; or had it until the lease ended.
 * It is @wall, in seconds since 1970, and @tick. */
bool kept_restore_lease(struct bindings *b, const struct kept_lease *lease, uint64_t wall,
			uint32_t tick);

enum restored {
	RESTORED,
	RESTORED_NOT,      /* the cluster file says something about it: that is what counts */
	RESTORED_LATER,    /* its network is not there, or cannot take it now; see @why */
	RESTORED_NONSENSE, /* it is no record; see @why */
};

/* Carries out the record's value on @t. */
enum restored kept_restore(struct tables *t, const char *value, uint64_t now,
			   char why[COMMAND_WHY]);

#endif
