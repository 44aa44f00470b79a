/* The options of a client, copied and found to be fine, with the files they name. */
#ifndef STORE_ETCD_OPTIONS_H
#define STORE_ETCD_OPTIONS_H

#include <curl/curl.h>

#include "etcd_curl.h"
#include "store/etcd_client.h"

struct etcd_options {
	char *endpoints[ETCD_ENDPOINTS]; /* without a slash behind */
	size_t endpoint_count;
	char *username, *password; /* NULL: none; or both */
	char *ca_path;
	struct curl_blob ca, cert, key; /* no data: none */
	uint64_t seed;
	long connect_ms, answer_ms;
	size_t most;
};

/* Fills @out, zero before, to be freed in either case.  False: @why says what is wrong, or, when memory is
 * short, is left as it is. */
bool etcd_options_read(struct etcd_options *out, const struct etcd_curl *curl,
		       const struct etcd_client_options *from, char why[ETCD_WHY]);
void etcd_options_free(struct etcd_options *options);

#endif
