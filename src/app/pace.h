/* When those who ask again and again do so: the clock that only goes forward, sleep to a point on it, and the signals
 * that end it (Ctrl-C), which are an end like any other: what has been seen until then is told. */
#ifndef APP_PACE_H
#define APP_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Monotonic nanoseconds. */
uint64_t pace_now(void);

/* Returns at @ns of the same clock, or earlier when a signal came. */
void pace_until(uint64_t ns);

/* From now on SIGINT and SIGTERM end nothing by themselves: whoever sleeps or reads is woken, and pace_stopped() says
 * that one came. */
void pace_catch(void);
bool pace_stopped(void);

#endif
