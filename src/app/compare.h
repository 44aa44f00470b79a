/* Two cluster files and one node: what is different for it (`vxs diff`). */
#ifndef APP_COMPARE_H
#define APP_COMPARE_H

#include "app/options.h"

/* Prints a line for each thing that differs; where a file has errors, they are said instead. The
 * machine is not asked: an MTU that it would decide is taken for that of an Ethernet. */
enum exit_code compare_files(const struct diff_options *options);

#endif
