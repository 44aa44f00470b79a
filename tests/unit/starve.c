#include "starve.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t calls, wanted;
static enum hunger hunger;
static bool bit, told;

void starve(uint64_t nth, enum hunger how)
{
	calls = 0;
	bit = false;
	wanted = nth;
	hunger = how;
}

bool starve_bit(void)
{
	return bit;
}

static bool refuses(void)
{
	calls++;
	if (wanted == 0 || calls < wanted || (calls > wanted && hunger == HUNGER_ONCE))
		return false;
	bit = true;
	errno = ENOMEM;
	return true;
}

/* clang-format off */
#ifdef STARVE_WRAP
#define OURS(name)   __wrap_##name
#define SYSTEM(name) __real_##name
#else
#define OURS(name)   name
#define SYSTEM(name) __libc_##name
#endif

#define STARVES(name, system, parameters, arguments)        \
	void *SYSTEM(system) parameters;                    \
	void *OURS(name) parameters;                        \
	void *OURS(name) parameters                         \
	{                                                   \
		return refuses() ? NULL : SYSTEM(system) arguments; \
	}

STARVES(malloc, malloc, (size_t size), (size))
STARVES(calloc, calloc, (size_t count, size_t size), (count, size))
STARVES(realloc, realloc, (void *at, size_t size), (at, size))

#ifdef STARVE_WRAP
STARVES(reallocarray, reallocarray, (void *at, size_t count, size_t size), (at, count, size))
STARVES(aligned_alloc, aligned_alloc, (size_t alignment, size_t size), (alignment, size))

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
	return refuses() ? NULL : __real_strdup(text);
}
#else
/* reallocarray() and strdup() come by way of those above. */
STARVES(aligned_alloc, memalign, (size_t alignment, size_t size), (alignment, size))
#endif
/* clang-format on */

static void __attribute__((constructor)) ask_environment(void)
{
	const char *wish = getenv("STARVE");

	if (!wish)
		return;
	told = true;
	starve(strtoull(wish, NULL, 10), strchr(wish, '+') ? HUNGER_FROM_NOW : HUNGER_ONCE);
}

static void __attribute__((destructor)) answer(void)
{
	if (told && !bit)
		fputs("starve: never came\n", stderr);
}
