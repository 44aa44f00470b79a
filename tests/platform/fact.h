/* Facts: what the kernel does that the switch relies on and no manual promises.
 *
 * Each is pinned by a small experiment in a network namespace of its own, so that a failure on
 * another kernel says at once which ground has moved.  An experiment that cannot be made (no
 * namespaces, no /dev/net/tun) is skipped and says why; it is never taken for a success.
 * Output is TAP (https://testanything.org); what was observed stands behind each fact as a
 * comment. */
#ifndef PLATFORM_FACT_H
#define PLATFORM_FACT_H

#include <stdbool.h>
#include <stddef.h>

enum outcome { HOLDS, DIFFERS, UNKNOWN };

struct finding {
	enum outcome outcome;
	char observed[240];
};

struct fact {
	const char *name;
	struct finding (*find)(void *lab); /* @lab: what facts_report() was given */
};

struct finding holds(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct finding differs(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct finding unknown(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* HOLDS when @truth, else DIFFERS; says the same either way. */
struct finding holds_if(bool truth, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Finds and prints all; returns what main() should. */
int facts_report(const struct fact *facts, size_t n, void *lab);

/* For a program whose laboratory could not be built. */
int facts_skip(const char *why);

#endif
