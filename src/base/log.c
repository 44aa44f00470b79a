#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

/* The process-wide state: what a person asked to read, set once at start; and how it is written. */
static enum log_level shown = LOG_INFO;

static struct {
	log_writer write;
	void *context;
} writer;

void log_set_writer(log_writer write, void *context)
{
	writer.write = write;
	writer.context = context;
}

static void write_text(const char *line, size_t len)
{
	if (writer.write)
		writer.write(writer.context, line, len);
	/* Nobody is left to tell when stderr itself is gone. */
	else if (write(STDERR_FILENO, line, len) < 0)
		return;
}

/* One write per line, so that lines of several processes on one stderr do not mix. */
__attribute__((format(printf, 3, 0))) static void write_line(enum log_level level, const char *name,
							     const char *format, va_list args)
{
	char line[1024], message[960];
	int len;

	if (level > shown)
		return;
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		return;
	text_tame(message);
	len = snprintf(line, sizeof(line), "vxs: %s%s\n", name, message);
	if (len > 0)
		write_text(line, (size_t)len);
}

void log_set_level(enum log_level level)
{
	shown = level;
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_ERROR, "error: ", format, args);
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_WARNING, "warning: ", format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_INFO, "", format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_DEBUG, "debug: ", format, args);
	va_end(args);
}

bool log_allowed(struct log_limit *limit, uint64_t now, uint32_t *swallowed)
{
	uint64_t paid = limit->paid > now ? limit->paid : now;

	if (now < limit->next || paid - now > (LOG_BURST - 1) * LOG_SPAN * NS_PER_S) {
		if (limit->swallowed < UINT32_MAX)
			limit->swallowed++;
		return false;
	}
	*swallowed = limit->swallowed;
	limit->swallowed = 0;
	limit->next = now + NS_PER_S;
	limit->paid = paid + LOG_SPAN * NS_PER_S;
	return true;
}
