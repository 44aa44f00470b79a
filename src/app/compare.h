/* What is different for a node in another cluster file (`vxs diff`): another than one that is named, or
 * than what runs. */
#ifndef APP_COMPARE_H
#define APP_COMPARE_H

#include "app/options.h"

/* Of struct verb.  Prints a line for each thing that differs; where a file has errors, they are said
 * instead.  Between two files the machine is not asked: an MTU that it would decide is taken for that of
 * an Ethernet. */
enum exit_code verb_diff(const struct verb *self, int argc, char **argv);

#endif
