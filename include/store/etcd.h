/* What is asked of etcd and what it answers, as values; and their JSON form.
 *
 * etcd (3.4 and later) has a gateway that takes each call of its API as `POST /v3/…` with a JSON body.
 * Keys and values are base64 there, 64-bit numbers are text, and what is zero is left out.  Watching and keeping
 * a lease alive answer with a stream of objects, one a line.
 *
 * Who speaks (store/lessee.h) deals in these values alone; so does the etcd in memory of the tests. */
#ifndef STORE_ETCD_H
#define STORE_ETCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ETCD_WHY = 160,
	ETCD_BODY = 16 << 20, /* bytes of an answer, at most */
};

enum etcd_verb {
	ETCD_RANGE,
	ETCD_CHANGE,     /* a transaction: change one key if it is as it was */
	ETCD_GRANT,      /* a lease */
	ETCD_KEEP_ALIVE, /* a lease lasts for its whole time again */
	ETCD_WATCH,
	ETCD_LOG_IN,
};

struct etcd_request {
	enum etcd_verb verb;
	const char *key;       /* RANGE, CHANGE, WATCH */
	const char *range_end; /* RANGE, WATCH: first key behind; NULL: @key alone */
	int64_t revision;      /* RANGE: as of that one, 0 = now; WATCH: from that one on */
	uint32_t limit;        /* RANGE: records, 0 = all */
	/* CHANGE happens only if */
	int64_t mod_revision;   /* @key was changed last at this revision; 0: */
	const char *absent_end; /* no key from @key up to this one exists; NULL: but @key alone */
	const char *value;      /* and puts this; NULL: deletes @key */
	int64_t lease;          /* CHANGE: of the record, 0 = for ever; KEEP_ALIVE */
	uint32_t ttl;           /* GRANT: seconds */
	const char *name, *password; /* LOG_IN */
};

struct etcd_record {
	char *key;   /* NUL-terminated; keys with a NUL inside are not read */
	char *value; /* with a NUL behind; "" when it was deleted */
	size_t value_len;
	int64_t create_revision, mod_revision;
	int64_t lease; /* 0: for ever */
	bool deleted;  /* WATCH */
};

enum etcd_outcome {
	ETCD_DONE,
	ETCD_REFUSED, /* it answered with an error */
	ETCD_SILENT,  /* no answer came, or none that can be understood */
};

struct etcd_answer {
	enum etcd_outcome outcome;
	char why[ETCD_WHY]; /* unless it is DONE; WATCH: why it was canceled */
	uint64_t cluster;   /* id of the store; 0: not said */
	int64_t revision;   /* of the store, when it answered */
	struct etcd_record *records;
	size_t count;
	bool more;         /* RANGE: records were left out */
	bool succeeded;    /* CHANGE: it has happened */
	int64_t lease;     /* GRANT, KEEP_ALIVE */
	int64_t ttl;       /* of it, seconds; KEEP_ALIVE: 0 = it is no more */
	bool canceled;     /* WATCH: no more will come */
	int64_t compacted; /* WATCH: where it can begin at the earliest; 0 = it could */
	char *token;       /* LOG_IN */
};

/* "/v3/kv/range" */
const char *etcd_path(enum etcd_verb verb);

/* The body of a request, to be freed; NULL when memory is short. */
char *etcd_request_text(const struct etcd_request *request);

/* Fills @out from the @len bytes that answered @verb (of a stream: one line), to be freed by
 * etcd_answer_free().  What can not be understood is an answer, too: ETCD_SILENT. */
void etcd_answer_read(enum etcd_verb verb, const char *text, size_t len, struct etcd_answer *out);
void etcd_answer_free(struct etcd_answer *answer);

/* An answer that is none, for a reason. */
struct etcd_answer etcd_no_answer(const char *why);

/* The first key behind all those that begin with @prefix, in @out of strlen(@prefix) + 1 bytes. */
void etcd_prefix_end(const char *prefix, char *out);

#endif
