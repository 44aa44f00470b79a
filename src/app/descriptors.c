#include "app/descriptors.h"

#include <inttypes.h>
#include <sys/resource.h>

#include "base/log.h"

/* An endpoint has its main socket, and a pool of sockets to send from unless that is one. */
uint64_t descriptors_needed(const struct plan *plan)
{
	uint64_t sources = plan->cluster->underlay.sources;
	uint64_t endpoint = 1 + (sources > 1 ? sources : 0);
	uint64_t devices = 0;

	for (uint32_t i = 0; i < plan->network_count; i++)
		devices += plan->networks[i].config->device != NULL;
	return DESCRIPTORS_OWN + plan->endpoint_count * endpoint + plan->group_count + devices;
}

bool descriptors_reserve(uint64_t needed)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
		return true;
	limit.rlim_cur = needed;
	if (limit.rlim_max < needed)
		limit.rlim_max = needed; /* takes CAP_SYS_RESOURCE */
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	log_error("%" PRIu64 " file descriptors are needed, and the limit is lower: raise it "
		  "(ulimit -n %" PRIu64 ", or LimitNOFILE= of the service)",
		  needed, needed);
	return false;
}
