/* Reading a tree of items into structs, by tables.
 *
 * A map is described by one table: its keys, the function that reads each one's value, the field it
 * goes to.  What is unknown, missing or of another kind is reported here, once, with a suggestion
 * where there is one; reading goes on, so that one pass finds all mistakes. */
#ifndef PLAN_READ_H
#define PLAN_READ_H

#include "document.h"
#include "plan/cluster.h"
#include "plan/codes.h"

struct reader {
	struct cluster *cluster;
	struct errors *errors;
	const char *where; /* the map being read: "networks.blue"; "" at the top */
	uint32_t *seen;    /* by node: the round in which a list named it */
	uint32_t round;
	uint32_t sought; /* names for which the nearest was looked for among all nodes */
	bool no_memory;
};

/* A word that stands for a value. */
struct word {
	const char *text;
	unsigned int value;
};

struct key;

typedef void key_reader(struct reader *r, const struct key *key, const struct item *value,
			void *into);

struct key {
	const char *name;
	key_reader *read;
	size_t offset;            /* of the field within the map's struct: `into` */
	size_t position;          /* of the field for the value's position; 0 = none is kept */
	uint64_t min, max;        /* numbers */
	const char *instead;      /* a word that can stand in place of a number, or NULL */
	const char *about;        /* what the range comes from, for the hint; or NULL */
	const char *example;      /* of a required key: a line to begin with */
	const struct word *words; /* read_word and read_either; the last has no text */
	bool required;
};

/* Reads @map's keys in the order of @keys (@count), into the struct at @into.  @where names the map
 * in messages.  An empty value counts as an empty map. */
void read_map(struct reader *r, const struct item *map, const struct key *keys, size_t count,
	      const char *where, void *into);

/* True when @value is a map (or empty) or a list; reports otherwise. */
bool expect_map(struct reader *r, const char *name, const struct item *value);
bool expect_list(struct reader *r, const char *name, const struct item *value);

/* The text of a scalar, NULL after reporting that it is none. */
const char *expect_scalar(struct reader *r, const char *name, const struct item *value,
			  const char *expected);

/* An error at @value. */
void read_refuse(struct reader *r, enum plan_code code, const struct item *value, const char *hint,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A copy of @text; NULL when memory is short, which is noted. */
char *read_copy(struct reader *r, const char *text);

/* @count zeroed elements, NULL when there is none or memory is short, which is noted. */
void *read_array(struct reader *r, size_t count, size_t size);

/* Single values; false after reporting. */
bool take_integer(struct reader *r, const struct key *key, const struct item *value, uint64_t *out);
bool take_addr(struct reader *r, const char *name, const struct item *value, struct addr *out);
bool take_mac(struct reader *r, const char *name, const struct item *value, struct mac *out);
bool take_name(struct reader *r, const char *what, const struct item *value);
bool take_node(struct reader *r, const struct item *value, uint32_t *out);

/* A hint for a @name that no node has; NULL after ERRORS_SHOWN of them, so that a file of nothing
 * but wrong names does not compare each with each. */
enum { READ_HINT = 512 };
const char *nearest_node(struct reader *r, const char *name, char hint[READ_HINT]);

/* Readers for tables: of the field's type. */
key_reader read_u8, read_u16, read_u32;
key_reader read_bool;
key_reader read_word;       /* an enum of @words */
key_reader read_either;     /* a bool of @words */
key_reader read_duration;   /* seconds in a uint32_t */
key_reader read_rate;       /* per second in a uint64_t */
key_reader read_name;       /* char * */
key_reader read_interface;  /* char * */
key_reader read_whole_path; /* char *; `about` is an example */
key_reader read_mac;
key_reader read_prefix;
key_reader read_addr; /* any address */
key_reader read_node; /* a node's number in a uint32_t */

#endif
