/* Flood lists and member sets: who gets a broadcast, and who may speak.
 *
 * Both are immutable values with a reference count, made by `plan` and shared by all networks for
 * which they are equal: a thousand networks with the same twenty thousand members hold one list.
 * A list that is being sent from survives its network's reload until the last copy has left. */
#ifndef TABLE_FLOOD_H
#define TABLE_FLOOD_H

#include <stddef.h>

#include "table/place.h"

struct flood_list {
	uint32_t users;
	uint32_t count;
	struct destination to[];
};

/* A list of @count destinations with one user, duplicates kept; NULL when memory is short. */
struct flood_list *flood_list_new(const struct destination *to, uint32_t count);
/* The same with room for @count destinations that the caller fills in. */
struct flood_list *flood_list_sized(uint32_t count);
struct flood_list *flood_list_hold(struct flood_list *list); /* NULL is fine */
void flood_list_put(struct flood_list *list); /* frees with the last user; NULL is fine */

struct peer_set;

/* The set of these peers (a bitmap over slots: they are configured, and keep theirs while a set names them), one
 * user; NULL when memory is short. */
struct peer_set *peer_set_new(const struct peer_ref *peers, size_t count);
struct peer_set *peer_set_hold(struct peer_set *set);
/* A new set, with @peer beside those of @set. */
struct peer_set *peer_set_with(const struct peer_set *set, struct peer_ref peer);
void peer_set_put(struct peer_set *set);
bool peer_set_has(const struct peer_set *set, struct peer_ref peer);

/* Adds the set's peers to the bitmap @words of @count words, which has room for all there are. */
void peer_set_mark(const struct peer_set *set, uint64_t *words, size_t count);

#endif
