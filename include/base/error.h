/* Errors in what a person wrote: where, what, and what was expected.
 *
 * Reading a cluster file gathers all of them in one pass; nothing is changed when there is one.
 *
 *   cluster.yaml:24:10: error: vni 16777216 is out of range [E112]
 *      24 |     vni: 16777216
 *         |          ^~~~~~~~
 *     expected: an integer 0..16777215 (a VNI has 24 bits)
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

/* A stretch of the text: 1-based line and column (columns count characters), length in characters.
 * Line 0: no position. */
struct position {
	uint32_t line, column, length;
};

struct error {
	enum severity severity;
	uint16_t code; /* E112, W203: stable, explained by `vxs explain` */
	struct position at;
	char *message;
	char *hint; /* a whole line such as "expected: an integer 0..16777215", or NULL */
};

struct errors {
	struct error *list; /* in the order they were found */
	size_t count, room;
	size_t kept_warnings; /* in the list */
	size_t error_count, warning_count;
};

/* Adds one.  @hint may be NULL.  Memory running short keeps the counts right and loses the text, as
 * does everything beyond the first ERRORS_KEPT: a file of nothing but mistakes stays cheap.  A
 * warning makes room for an error. */
enum { ERRORS_KEPT = 1000 };

void errors_add(struct errors *e, enum severity severity, uint16_t code, struct position at,
		const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));
void errors_vadd(struct errors *e, enum severity severity, uint16_t code, struct position at,
		 const char *hint, const char *format, va_list args)
	__attribute__((format(printf, 6, 0)));
void errors_free(struct errors *e);

/* No further error is kept: what would go into its text need not be found out. */
bool errors_are_full(const struct errors *e);

/* Brings those worth showing to the front of the list, in the order of the text, and returns how
 * many they are: all of them up to @most, beyond that errors rather than warnings. */
size_t errors_pick(struct errors *e, size_t most);

/* What of @e is not among its first @shown: "5 more errors, 1 more warning" in @out, or "". */
enum { ERRORS_REST = 96 };
const char *errors_rest(const struct errors *e, size_t shown, char out[ERRORS_REST]);

/* "E112" */
enum { ERROR_CODE = 8 };
const char *error_code(const struct error *error, char out[ERROR_CODE]);

/* Writes the ERRORS_SHOWN worth it, by position, with the lines of @source (the file's text) they
 * point at, how many more there are, and the closing line "2 errors, 1 warning.", followed by
 * @consequence ("Nothing was changed.") where it is not NULL.  Nothing at all when there is none.
 * Sorts @e. */
enum { ERRORS_SHOWN = 20 };

void errors_print(FILE *to, struct errors *e, const char *file, const char *source, size_t len,
		  const char *consequence);

#endif
