#include "port/neighbour.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include "netlink.h"

enum { TRIES = 5 }; /* a dump that changed under way is asked for again */

struct search {
	void (*found)(void *context, struct addr addr);
	void *context;
	uint32_t second; /* in the kernel's ticks */
};

struct answer {
	struct addr addr;
	uint32_t age; /* ticks since the state last changed */
};

static int read_attribute(const struct nlattr *attribute, void *data)
{
	struct answer *answer = data;
	size_t len = mnl_attr_get_payload_len(attribute);
	const uint8_t *at = mnl_attr_get_payload(attribute);
	struct nda_cacheinfo cache;

	if (mnl_attr_get_type(attribute) == NDA_DST) {
		if (len == 4)
			answer->addr = addr_v4(at);
		else if (len == 16)
			answer->addr = addr_v6(at);
	} else if (mnl_attr_get_type(attribute) == NDA_CACHEINFO && len >= sizeof(cache)) {
		memcpy(&cache, at, sizeof(cache));
		answer->age = cache.ndm_updated;
	}
	return MNL_CB_OK;
}

static int read_neighbour(const struct nlmsghdr *message, void *data)
{
	const struct ndmsg *head = mnl_nlmsg_get_payload(message);
	const struct search *search = data;
	struct answer answer = { .age = 0 };
	bool missing;

	if (message->nlmsg_type != RTM_NEWNEIGH)
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*head), read_attribute, &answer);
	missing = head->ndm_state == NUD_FAILED ||
		  (head->ndm_state == NUD_INCOMPLETE && answer.age >= search->second);
	if (missing && answer.addr.family != ADDR_NONE)
		search->found(search->context, answer.addr);
	return MNL_CB_OK;
}

int neighbour_missing(struct netlink *nl, void (*found)(void *context, struct addr addr),
		      void *context)
{
	struct search search = {
		.found = found,
		.context = context,
		.second = (uint32_t)sysconf(_SC_CLK_TCK),
	};
	int rc = -EINTR;

	for (int try = 0; rc == -EINTR && try < TRIES; try++) {
		struct nlmsghdr *message = netlink_message(nl, RTM_GETNEIGH, NLM_F_DUMP);

		mnl_nlmsg_put_extra_header(message, sizeof(struct ndmsg));
		rc = netlink_ask(nl, message, read_neighbour, &search);
	}
	return rc;
}
