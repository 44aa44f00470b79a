/* What `vxs doctor` reads from the machine itself: counters of /proc, the rules of the firewall, and which
 * bridge a device is in.  That is about the network namespace that the asker is in; where the switch is in
 * another one, nothing is read.  What cannot be read, for want of rights or of nft(8), is not judged. */
#ifndef APP_MACHINE_H
#define APP_MACHINE_H

#include "ctl/doctor.h"

/* Adds the machine's facts to those of the switch at the other end of @fd, which are there already. */
void machine_look(struct doctor *d, int fd);

#endif
