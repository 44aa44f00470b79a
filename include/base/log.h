/* Plain lines on stderr: "vxs: warning: tap vx100 is down".
 *
 * Anything a packet or a peer can trigger goes through a `log_limit`: at most one line a second per
 * class, LOG_BURST of them in a row and then one in LOG_SPAN, so that trouble of days fills no disk;
 * and the next line says how many were swallowed.  Pure layers never log; they count. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

enum {
	LOG_BURST = 10, /* lines of a class ... */
	LOG_SPAN = 60,  /* ... and seconds after which there may be one more */
};

/* Lines above @level are not written.  Starts at LOG_INFO. */
void log_set_level(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How lines are written, each with its newline; NULL, as at the start: to stderr, waiting for its
 * reader. */
typedef void (*log_writer)(void *context, const char *line, size_t len);
void log_set_writer(log_writer writer, void *context);

/* One class of lines that somebody outside can provoke.  Zero-initialise. */
struct log_limit {
	uint64_t next; /* monotonic ns before which lines are swallowed */
	uint64_t paid; /* until when those written are paid for, LOG_SPAN each */
	uint32_t swallowed;
};

/* True when a line of this class may be written at @now; then *@swallowed tells how many were not
 * written since the last one. */
bool log_allowed(struct log_limit *limit, uint64_t now, uint32_t *swallowed);

#endif
