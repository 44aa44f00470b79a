#include "pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	CACHE_LINE = 64,
	MAPPED = 64 << 10, /* from here on a mapping of its own, untouched at first */
	HUGE_PAGE = 2 << 20,
};

/* A thousand networks of a few hosts share pages. */
static void *small_new(size_t bytes)
{
	size_t lines = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	void *at = aligned_alloc(CACHE_LINE, lines);

	return at ? memset(at, 0, lines) : NULL;
}

static void *mapped_new(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	if (bytes >= HUGE_PAGE)
		madvise(at, bytes, MADV_HUGEPAGE); /* where there are none, it is only slower */
	return at;
}

void *pages_new(size_t count, size_t size)
{
	if (count > SIZE_MAX / 2 / size)
		return NULL;
	return count * size < MAPPED ? small_new(count * size) : mapped_new(count * size);
}

void pages_free(void *at, size_t count, size_t size)
{
	if (!at)
		return;
	if (count * size < MAPPED)
		free(at);
	else
		munmap(at, count * size);
}
