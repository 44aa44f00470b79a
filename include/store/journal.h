/* A generation of what survives: a file of lines, which are records and seals.
 *
 *   vxs-state<TAB>1<TAB>CLUSTER<TAB>NODE   the head
 *   +KEY<TAB>VALUE                         from now on the value of KEY is VALUE
 *   -KEY                                   there is no KEY any more
 *   *PREFIX                                there is no key any more that begins so
 *   #SEAL, =SEAL                           all that stands before this line holds
 *
 * A seal is the SipHash-2-4, in 16 hexadecimal digits, of the bytes since the seal before it; the key is
 * the seal before it, 0 for the first, and 0.  So a seal vouches for all that stands before it, and
 * what has none yet does not exist.  '#' ends what was known when the generation was begun: it is
 * written once, and until then the generation before this one is the one that counts.  '=' ends what was
 * acknowledged since; a file that breaks off behind its last seal was left by a process that was ended
 * while it wrote, and nothing that was acknowledged is missing.
 *
 * Keys and values are for this module any bytes but control characters: it decides nothing. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	JOURNAL_VERSION = 1,
	JOURNAL_KEY = 255, /* bytes, without a NUL */
	JOURNAL_VALUE = 2048,
	JOURNAL_NAME = 255, /* of a cluster, of a node */
	JOURNAL_SEAL = 18,  /* bytes of a seal's line */
	JOURNAL_WHY = 256,
};

enum journal_kind { JOURNAL_PUT = '+', JOURNAL_REMOVE = '-', JOURNAL_REMOVE_ALL = '*' };

/* -- Writing: bytes are gathered, and sealed -- */

/* Zero-initialise; free() what is at `at`. */
struct journal_text {
	char *at;
	size_t len, room;
	bool no_memory; /* something is missing */
};

/* @value counts with JOURNAL_PUT only.  Key and value must be of at most the lengths above. */
void journal_add(struct journal_text *t, enum journal_kind kind, const char *key,
		 const char *value);
void journal_add_head(struct journal_text *t, const char *cluster, const char *node);

/* Vouches for everything in @t; @mark is '#' or '='.  Returns the new seal, @seal being the one before. */
uint64_t journal_seal(struct journal_text *t, char mark, uint64_t seal);

/* Can it be a key, a value? */
bool journal_is_key(const char *key);
bool journal_is_value(const char *value);

/* -- Reading -- */

enum journal_state {
	JOURNAL_WHOLE,
	JOURNAL_CUT,     /* it breaks off behind its last seal */
	JOURNAL_DAMAGED, /* what a seal vouched for is not as it was */
	JOURNAL_FOREIGN, /* of another cluster or node, of another version, or no such file */
};

struct journal_found {
	enum journal_state state;
	bool usable;           /* `good` includes the '#' */
	size_t good;           /* bytes up to and with the last good seal */
	uint64_t seal;         /* the last good one */
	char why[JOURNAL_WHY]; /* unless JOURNAL_WHOLE: what is wrong, as "line 12 is ..." */
};

struct journal_found journal_check(const char *at, size_t len, const char *cluster,
				   const char *node);

/* Hands over each record of the first @good bytes, which journal_check() has found; the strings end in
 * NUL and are good during the call; @value is NULL unless it is a JOURNAL_PUT.  False as soon as @take
 * says so. */
typedef bool journal_take(void *context, enum journal_kind kind, const char *key,
			  const char *value);
bool journal_each(const char *at, size_t good, journal_take *take, void *context);

#endif
