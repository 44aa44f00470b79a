#include "fact.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 2, 0))) static struct finding say(enum outcome outcome,
								const char *format, va_list args)
{
	struct finding f = { .outcome = outcome };

	vsnprintf(f.observed, sizeof(f.observed), format, args);
	return f;
}

struct finding holds(const char *format, ...)
{
	struct finding f;
	va_list args;

	va_start(args, format);
	f = say(HOLDS, format, args);
	va_end(args);
	return f;
}

struct finding differs(const char *format, ...)
{
	struct finding f;
	va_list args;

	va_start(args, format);
	f = say(DIFFERS, format, args);
	va_end(args);
	return f;
}

struct finding unknown(const char *format, ...)
{
	struct finding f;
	va_list args;

	va_start(args, format);
	f = say(UNKNOWN, format, args);
	va_end(args);
	return f;
}

struct finding holds_if(bool truth, const char *format, ...)
{
	struct finding f;
	va_list args;

	va_start(args, format);
	f = say(truth ? HOLDS : DIFFERS, format, args);
	va_end(args);
	return f;
}

int facts_report(const struct fact *facts, size_t n, void *lab)
{
	bool failed = false;

	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		struct finding f = facts[i].find(lab);

		printf("%s %zu - %s%s%s\n", f.outcome == DIFFERS ? "not ok" : "ok", i + 1,
		       facts[i].name, f.outcome == UNKNOWN ? " # SKIP " : "",
		       f.outcome == UNKNOWN ? f.observed : "");
		if (f.outcome != UNKNOWN)
			printf("# observed: %s\n", f.observed);
		fflush(stdout);
		failed |= f.outcome == DIFFERS;
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int facts_skip(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	return EXIT_SUCCESS;
}
