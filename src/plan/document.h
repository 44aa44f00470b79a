/* A YAML document as a tree of items with positions.
 *
 * The strict subset a cluster file is written in: maps with plain keys, lists and scalars, one
 * document.  What makes YAML surprising is refused here, with its position: anchors, aliases, tags,
 * several documents, duplicate keys, directives, nesting deeper than DOCUMENT_DEPTH.  Scalars stay
 * text: what they mean is scalar.h's and the schema's business.
 *
 * No input takes longer than its size deserves: nesting is refused at the first event that is too
 * deep, before libyaml's scanner, quadratic in nesting, can see more. */
#ifndef PLAN_DOCUMENT_H
#define PLAN_DOCUMENT_H

#include "base/error.h"
#include "text.h"

enum {
	DOCUMENT_DEPTH = 16,
	DOCUMENT_SIZE = 16 << 20, /* bytes */
};

enum item_kind { ITEM_SCALAR, ITEM_MAP, ITEM_LIST };

struct item {
	enum item_kind kind;
	struct position at;
	char *text;        /* ITEM_SCALAR: without NULs inside, NUL-terminated */
	bool plain;        /* ITEM_SCALAR: written without quotes */
	bool refused;      /* stands for an alias, which was reported: says nothing itself */
	struct item *key;  /* in a map: the scalar this is the value of */
	struct item *next; /* in the same map or list */
	struct item *first, *last;
	size_t count; /* of the items within */
};

/* Reads @len bytes.  False when memory is short; else *@out is the tree, or NULL where there is
 * none to speak of: the text is empty, or was not understood to its end. */
bool document_read(const char *text, size_t len, struct errors *errors, struct item **out);
void item_free(struct item *item);

/* The value of @key in a map, or NULL. */
const struct item *item_find(const struct item *map, const char *key);

/* An empty plain scalar: `key:` with nothing behind it. */
bool item_is_empty(const struct item *item);

#endif
