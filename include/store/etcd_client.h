/* Speaks with etcd: one request at a time and one watch, over HTTP(S) and libcurl, in somebody else's loop.
 *
 * The client has neither loop nor clock: it says which descriptors it waits for and when it wants to be woken,
 * and is told when that has happened.  Requests and answers are the values of store/etcd.h; whoever
 * decides what to ask is store/lessee.h.
 *
 * Endpoints are members of one etcd.  One of them is used until it is silent, answers nonsense or says that it
 * has no leader; the next request and the next watch then go to the next one.  Nothing is tried again by itself:
 * whoever asks waits between two tries, and so paces them.  (A request that a kept connection loses before a
 * byte of its answer came is sent once more: asking twice is harmless, since changes are conditional.)
 *
 * What is silent is noticed:
 *
 *   a request   no connection within 3 s, or no answer within 10 s
 *   a watch     the same until etcd says that it has begun; then TCP's keepalive, after about 40 s; a member
 *               that has lost its leader says so ("hasleader"); and a request that finds the member silent ends
 *               the watch there
 *
 * With a name and a password it logs in first, and once more for a request whose token is not taken any more; an
 * etcd that knows no users is asked without.  The password is in no message.
 *
 * Nothing that comes is kept beyond a limit: ETCD_BODY bytes of an answer, or of a line of a stream.
 *
 * A host that is a name is looked up by a thread of libcurl's for as long as that takes; addresses need none. */
#ifndef STORE_ETCD_CLIENT_H
#define STORE_ETCD_CLIENT_H

#include "store/etcd.h"

enum {
	ETCD_ENDPOINTS = 16, /* at most */
	ETCD_SOCKETS =
		32, /* descriptors that are waited for at once, at most: of three transfers, connections,
			    * tries of both families, look-ups */
	ETCD_FILE_MOST = 1 << 20, /* bytes of a file with certificates */
	ETCD_CONNECT_MS = 3000,
	ETCD_ANSWER_MS = 10000,
};

/* All texts are copied, and files are read once, by etcd_client_new(): what may be read later does not matter. */
struct etcd_client_options {
	const char *const *endpoints; /* "http://192.0.2.1:2379" or https; neither path nor user */
	size_t endpoint_count;        /* 1..ETCD_ENDPOINTS */
	const char *username, *password; /* NULL: none */
	const char *ca; /* path, PEM: who may sign for etcd; NULL: whom this machine trusts */
	const char *cert, *key; /* paths, PEM: of ours; NULL: none */
	uint64_t seed; /* which endpoint is the first: of many clients, not all have the same */
	/* For tests; 0: what is said above. */
	long connect_ms, answer_ms;
	size_t most; /* bytes */
};

/* What the loop does for the client.  wait_for() and wake_in() must not call back; from within the others,
 * the client may be asked, but not freed. */
struct etcd_client_ops {
	void *context;
	/* Tell etcd_client_ready(); both false: no more of this descriptor, which is about to be closed. */
	void (*wait_for)(void *context, int fd, bool read, bool write);
	/* Call etcd_client_woken() once, so many ns from now, in place of what was said before; −1: not at all. */
	void (*wake_in)(void *context, int64_t ns);
	/* To etcd_client_ask(), exactly once; @answer is the client's, and may be emptied. */
	void (*answered)(void *context, struct etcd_answer *answer);
	/* A part of the watch, always ETCD_DONE; likewise. */
	void (*watched)(void *context, struct etcd_answer *answer);
	/* Once for each watch that was not stopped: a sentence. */
	void (*watch_ended)(void *context, const char *why);
};

struct etcd_client;

/* NULL: no memory, or what is wrong with the options, in @why. */
struct etcd_client *etcd_client_new(const struct etcd_client_options *options,
				    const struct etcd_client_ops *ops, char why[ETCD_WHY]);

/* Nobody is told of what was under way, but all descriptors are given back.  NULL is fine. */
void etcd_client_free(struct etcd_client *client);

/* @request is used within the call alone, and is neither LOG_IN nor WATCH.  One at a time; the answer comes
 * later, never from within the call. */
void etcd_client_ask(struct etcd_client *client, const struct etcd_request *request);

/* Likewise.  When there is one already, that is stopped. */
void etcd_client_watch(struct etcd_client *client, const struct etcd_request *request);

/* Nothing more of it is told.  None: nothing happens. */
void etcd_client_stop_watch(struct etcd_client *client);

void etcd_client_ready(struct etcd_client *client, int fd, bool read, bool write);
void etcd_client_woken(struct etcd_client *client);

#endif
