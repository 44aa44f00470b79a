/* Units of time.  `now` is always monotonic nanoseconds in a uint64_t, sampled once per wake-up by
 * `app` and handed down: no layer below reads a clock, so a test ages a table in one line. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

/* The coarse tick that tables store: whole seconds, good for 136 years of uptime. */
static inline uint32_t clock_tick(uint64_t now)
{
	return (uint32_t)(now / NS_PER_S);
}

#endif
