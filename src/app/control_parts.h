/* The parts of the control socket (app/control.h), among themselves: one client, what waits for the keeper,
 * what monitors hear, and the switch as a session sees it. */
#ifndef APP_CONTROL_PARTS_H
#define APP_CONTROL_PARTS_H

#include "app/control.h"
#include "base/text.h"

/* -- control_client.c: one client -- */

void client_drop(struct control_client *c);

/* Goes on with it; it may be gone then. */
void client_serve(struct control_client *c);

/* Reads what it says; false at the end of that. */
bool client_read(struct control_client *c);

/* A bounded piece of what its session has begun. */
void client_go_on(struct control_client *c);

/* What is written to it may be added to c->out_len, where there is room for a line. */
struct text client_out(struct control_client *c);
bool client_has_room(const struct control_client *c);

/* Waits for what it says, and until it hears. */
void client_watch(struct control_client *c);

/* Does it only listen, until it ends? */
bool client_listens(const struct control_client *c);

/* A line for it, behind the number of those that it did not get. */
void client_tell(struct control_client *c, const char *line, size_t len);

/* What it asked for and is not durable by @report is not going to be. */
void client_refuse(struct control_client *c, const struct kept_report *report);

/* -- control_keep.c: what survives -- */

/* What is changed from now on does; false when memory is short. */
bool control_keep(struct control *control);

/* Has the follower take back what @undo remembers; the context is the struct control. */
void control_unmake(void *context, const struct undo *undo);

/* -- control_monitor.c: what those hear who monitor -- */

/* A line for them; the context is the struct control. */
void control_tell(void *context, enum about about, uint32_t network, const char *line, size_t len);
bool control_is_monitored(const struct control *control);

/* Looks for what nobody reports, while somebody monitors. */
void control_watch(struct control *control);
void control_unwatch(struct control *control);

/* -- control_follow.c: what those hear who follow frames -- */

/* One more does; the context is the struct control.  And one less. */
bool control_admit_follower(void *context);
void control_forget_follower(struct control *control);

/* How many they were not told of. */
void control_tell_unseen(struct control *control);

/* -- control_view.c: what a session sees -- */

void control_see(struct control *control);

/* The switch may have been given other tables since, and monitors come and gone. */
void control_look_anew(struct control *control);

#endif
