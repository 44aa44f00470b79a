/* What the files of the judge share: doctor_judge.c asks the switch's facts, doctor_judge_machine.c the
 * machine's. */
#ifndef CTL_DOCTOR_PARTS_H
#define CTL_DOCTOR_PARTS_H

#include "ctl/doctor.h"

/* A finding whose sentences are to be filled in; NULL when memory is short, which is noted. */
struct finding *doctor_find(struct doctor *d, enum finding_code code, const char *network,
			    const char *node);

#define SAY(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

/* What is wrong with the bridge that @n's device is in, with the checksums inside of what @n is sent, and
 * with the machine as a whole. */
void judge_bridge(struct doctor *d, const struct doctor_network *n);
void judge_inside(struct doctor *d, const struct doctor_network *n);
void judge_machine(struct doctor *d);

/* The network's device, or its own name where it has none. */
const char *name_of(const struct doctor_network *n);

/* A member is silent: does a rule of this machine drop what arrives for @port?  Then that is found, once.
 * Where all are heard, such a rule keeps strangers out, and is nobody's fault. */
bool judge_rules(struct doctor *d, uint32_t port);

#endif
