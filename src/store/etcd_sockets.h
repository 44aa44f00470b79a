/* The descriptors that a client has the loop wait for: each is given back before it is closed, whatever libcurl
 * says of it, or does not say. */
#ifndef STORE_ETCD_SOCKETS_H
#define STORE_ETCD_SOCKETS_H

#include <curl/curl.h>

#include "store/etcd_client.h"

struct etcd_socket {
	int fd;
	CURL *easy;
	bool read, write;
};

/* Zero-initialised but for @ops: none. */
struct etcd_sockets {
	const struct etcd_client_ops *ops;
	struct etcd_socket list[ETCD_SOCKETS];
	size_t count;
};

/* CURLMOPT_SOCKETFUNCTION, CURLOPT_OPENSOCKETFUNCTION (a child of ours has no use for them) and
 * CURLOPT_CLOSESOCKETFUNCTION; their context is a struct etcd_sockets. */
int etcd_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *context, void *unused);
curl_socket_t etcd_socket_opens(void *context, curlsocktype purpose, struct curl_sockaddr *to);
int etcd_socket_closes(void *context, curl_socket_t fd);

/* Gives back all of them, or of one transfer: curl closes what is not connected yet before it says so. */
void etcd_sockets_forget(struct etcd_sockets *sockets);
void etcd_sockets_forget_transfer(struct etcd_sockets *sockets, const CURL *easy);

#endif
