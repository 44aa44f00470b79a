/* libcurl, loaded with the first client that is made.
 *
 * It brings thirty libraries along, which every command would load at its start, and wait for several times as long
 * as for its answer; only a switch that leases from etcd needs them. */
#ifndef STORE_ETCD_CURL_H
#define STORE_ETCD_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "store/etcd.h"

/* X(name without "curl_") */
#define ETCD_CURL_CALLS(X)     \
	X(easy_cleanup)        \
	X(easy_getinfo)        \
	X(easy_init)           \
	X(easy_setopt)         \
	X(easy_strerror)       \
	X(free)                \
	X(global_cleanup)      \
	X(global_init)         \
	X(multi_add_handle)    \
	X(multi_cleanup)       \
	X(multi_info_read)     \
	X(multi_init)          \
	X(multi_remove_handle) \
	X(multi_setopt)        \
	X(multi_socket_action) \
	X(multi_timeout)       \
	X(slist_append)        \
	X(slist_free_all)      \
	X(url)                 \
	X(url_cleanup)         \
	X(url_get)             \
	X(url_set)

/* What of it is called, by its own names. */
struct etcd_curl {
#define X(name) typeof(curl_##name) *(name);
	ETCD_CURL_CALLS(X)
#undef X
};

/* False and a sentence where it is not installed, or is too old.  Once loaded it stays. */
bool etcd_curl_load(struct etcd_curl *out, char why[ETCD_WHY]);

#endif
