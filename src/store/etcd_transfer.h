/* One POST to an endpoint, and what comes back: libcurl is called by this file's .c, etcd_client.c and etcd_options.c alone.
 *
 * A transfer that was started belongs to the site's multi handle until etcd_transfer_end(); that it has come to its end
 * is read there (curl_multi_info_read()). */
#ifndef STORE_ETCD_TRANSFER_H
#define STORE_ETCD_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "etcd_curl.h"
#include "etcd_sockets.h"

/* What all transfers of a client have in common. */
struct etcd_site {
	const struct etcd_curl *curl;
	CURLM *multi;
	struct curl_blob ca, cert, key; /* PEM; no data: none */
	const char *ca_path;            /* for messages */
	long connect_ms, answer_ms;
	size_t most; /* bytes of an answer, or of a line of a stream */
	struct etcd_sockets *sockets;
};

enum etcd_extent {
	ETCD_WHOLE, /* the answer is all that comes */
	ETCD_LINE,  /* its first line, and then it is over */
	ETCD_LINES, /* each line is one, without end */
};

enum etcd_fault {
	ETCD_SOUND,
	ETCD_TOO_LONG,
	ETCD_HEAD_TOO_LONG,
	ETCD_NO_MEMORY,
};

/* Zero-initialised: none is under way. */
struct etcd_transfer {
	CURL *easy; /* NULL: none is under way */
	const struct etcd_site *site;
	struct curl_slist *headers;
	const char *endpoint;
	enum etcd_extent extent;
	enum etcd_fault fault;
	bool whole; /* LINE: it is here */
	char *at;   /* what came */
	size_t len, room;
	size_t from; /* LINES: before it all is told */
	size_t line; /* where the line begins that is not whole yet */
	size_t head; /* bytes of headers */
	char error[CURL_ERROR_SIZE];
};

/* Sends @body, which must live until the end.  @token: NULL for none.  False: no memory, and nothing is under way. */
bool etcd_transfer_start(struct etcd_transfer *t, const struct etcd_site *site,
			 const char *endpoint, const char *path, const char *body,
			 const char *token, enum etcd_extent extent);

/* Ends it, wherever it is. */
void etcd_transfer_end(struct etcd_transfer *t);

/* LINES: the next whole line, valid until the transfer goes on. */
bool etcd_transfer_line(struct etcd_transfer *t, const char **line, size_t *len);

/* LINES: what came behind the last whole one is all that came. */
void etcd_transfer_rest(struct etcd_transfer *t);

/* Did it bring what it was for?  @result is curl's. */
bool etcd_transfer_succeeded(const struct etcd_transfer *t, CURLcode result);

/* Why it did not: a sentence without the endpoint. */
void etcd_transfer_why(const struct etcd_transfer *t, CURLcode result, char *out, size_t size);

long etcd_transfer_status(const struct etcd_transfer *t); /* of HTTP; 0: none came */

#endif
