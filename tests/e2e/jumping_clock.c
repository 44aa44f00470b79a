/* A wall clock that is ten years ahead at every second look (LD_PRELOAD).  The monotonic clocks are
 * left alone, as the kernel leaves them when somebody sets the date. */
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TEN_YEARS = 315360000 };

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static bool ahead;
	long rc = syscall(SYS_clock_gettime, clock, ts);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
		ahead = !ahead;
		ts->tv_sec += ahead ? TEN_YEARS : 0;
	}
	return (int)rc;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval) { .tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
