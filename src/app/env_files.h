/* The files in which programs beside the switch read what this node's subnets are (plan/env.h): where
 * the cluster file asks for one. */
#ifndef APP_ENV_FILES_H
#define APP_ENV_FILES_H

#include "plan/plan.h"

/* Writes each file that says something else, with the directories above it.  A reader sees all of the old
 * or all of the new.  One that can not be written is said, and the switch goes on without; what is
 * not asked for any more is left, as it is at the end: who starts meanwhile still needs it. */
void env_files_write(const struct plan *plan);

#endif
