/* What tables are made of and freed by. */
#ifndef TABLE_TABLES_PARTS_H
#define TABLE_TABLES_PARTS_H

#include "agenda.h"
#include "table/tables.h"

struct network_index *network_index_new(void); /* NULL when memory is short */
void network_index_free(struct network_index *index);

/* Every network has an entry that may age, for all we know: see tables_expect(). */
void tables_expect_all(struct tables *t);

void network_free(struct network *n);

/* @n takes over the tables of @old, if it is to. */
void network_take_tables(const struct tables *t, struct network *n, struct network *old);

#endif
