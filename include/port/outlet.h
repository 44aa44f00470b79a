/* Words to somebody who may stop to read.
 *
 * Who reads our stderr may be a pager that has read enough, or a stuck pipe; forwarding must not
 * wait for him.  What does not fit the pipe is lost, and the next words that fit are preceded by a
 * line that says so. */
#ifndef PORT_OUTLET_H
#define PORT_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

enum {
	OUTLET_PATIENCE = 200, /* ms that a long text waits for its reader, in all */
};

struct outlet {
	int fd;
	bool stuck; /* the reader let us wait in vain, and has not read since */
};

/* One line, now or never.  (A log_writer, base/log.h.) */
void outlet_line(void *outlet, const char *line, size_t len);

/* Many lines: waits OUTLET_PATIENCE for a reader that is slow, but not for a stuck one. */
void outlet_text(struct outlet *outlet, const char *text, size_t len);

#endif
