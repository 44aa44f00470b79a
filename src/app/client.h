/* The verbs that ask a running switch (ctl/command.h): one question, its answer on stdout. */
#ifndef APP_CLIENT_H
#define APP_CLIENT_H

#include "app/options.h"

/* Of struct verb; the words may come after the options or before. */
enum exit_code verb_ask(const struct verb *self, int argc, char **argv);

#endif
