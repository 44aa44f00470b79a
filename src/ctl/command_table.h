/* The table of ctl/command.h, and how its lists of words are read: "a=b|c" has two entries, the first
 * with two spellings. */
#ifndef CTL_COMMAND_TABLE_H
#define CTL_COMMAND_TABLE_H

#include "base/nearest.h"
#include "ctl/command.h"

extern const struct command_verb command_verbs[];
extern const size_t command_verb_count;

/* The number of the entry of @list that has the spelling @word, or −1; NULL lists have none. */
int words_find(const char *list, const char *word);

/* The first spelling of entry @number, which must be there. */
enum { WORD_ROOM = 24 };
const char *words_at(const char *list, unsigned number, char out[WORD_ROOM]);

/* The parameter called @key in requests; NULL when the verb has none. */
const struct param *param_of_key(const struct command_verb *verb, const char *key);

/* Sets one part from its text.  False and a sentence. */
bool command_set(struct command *c, const struct param *param, const char *text,
		 char why[COMMAND_WHY]);

/* Is all there that the verb needs? */
bool command_complete(const struct command *c, char why[COMMAND_WHY]);

/* Offers every spelling of @list; @store keeps those found (nearest_offer() keeps pointers). */
struct word_store {
	char words[64][WORD_ROOM];
	unsigned count;
};
void words_offer(const char *list, struct nearest *nearest, struct word_store *store);

/* Is @param there? (params end with one that has no key) */
static inline bool param_exists(const struct command_verb *verb, unsigned i)
{
	return i < COMMAND_PARAMS && verb->params[i].key;
}

#endif
