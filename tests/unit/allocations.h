/* Counts what the code under test allocates: the linker sends its calls of malloc() and the like
 * here first (--wrap), under a sanitizer too. */
#ifndef TEST_ALLOCATIONS_H
#define TEST_ALLOCATIONS_H

#include <stddef.h>
#include <stdint.h>

static uint64_t allocations, allocated_bytes;

/* clang-format off */
#define WRAPS(name, parameters, arguments, bytes) \
	void *__real_##name parameters;           \
	void *__wrap_##name parameters;           \
	void *__wrap_##name parameters            \
	{                                         \
		allocations++;                    \
		allocated_bytes += (bytes);       \
		return __real_##name arguments;   \
	}

WRAPS(malloc, (size_t size), (size), size)
WRAPS(calloc, (size_t count, size_t size), (count, size), count * size)
WRAPS(realloc, (void *at, size_t size), (at, size), size)
WRAPS(reallocarray, (void *at, size_t count, size_t size), (at, count, size), count * size)
WRAPS(aligned_alloc, (size_t alignment, size_t size), (alignment, size), size)
WRAPS(mmap64, (void *at, size_t size, int prot, int flags, int fd, long offset),
      (at, size, prot, flags, fd, offset), size)
/* clang-format on */

#undef WRAPS

#endif
