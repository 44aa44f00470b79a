/* Memory for the arrays of large tables: zero, aligned to a cache line, and taken from the machine
 * only when touched.  Arrays beyond a huge page ask for huge pages: a random look-up in a table of
 * a hundred thousand entries spends most of its time finding the page otherwise. */
#ifndef TABLE_PAGES_H
#define TABLE_PAGES_H

#include <stddef.h>

/* NULL when memory is short or the product of @count and @size is beyond all memory. */
void *pages_new(size_t count, size_t size);

/* What pages_new() gave for the same @count and @size; NULL is fine. */
void pages_free(void *at, size_t count, size_t size);

#endif
