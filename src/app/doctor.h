/* `vxs doctor`: asks the switch what a diagnosis goes by, and other nodes whether they answer
 * (ctl/doctor.h). */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "app/options.h"

/* Of struct verb.  EXIT_FAILED when something was found. */
enum exit_code verb_doctor(const struct verb *self, int argc, char **argv);

#endif
