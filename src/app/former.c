#include "app/former.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool former_read_key(const char *key, const char **name, size_t *len, struct addr *ip)
{
	const char *slash;

	*name = key + strlen(KEPT_LEASES);
	slash = strchr(*name, '/');
	*len = slash ? (size_t)(slash - *name) : 0;
	return slash && addr_parse(slash + 1, ip);
}

/* -- In the thread -- */

static bool make_room(struct former *f)
{
	size_t room = f->room ? 2 * f->room : 64;
	struct kept_lease *more;

	if (f->count < f->room)
		return true;
	more = reallocarray(f->leases, room, sizeof(*more));
	if (!more)
		return false;
	f->leases = more;
	f->room = room;
	return true;
}

static void take(void *context, const char *key, const char *value)
{
	struct former *f = context;
	const char *name;
	size_t len;

	f->no_memory = f->no_memory || !make_room(f);
	if (f->no_memory)
		return;
	if (former_read_key(key, &name, &len, &f->leases[f->count].ip) &&
	    kept_read_lease(value, &f->leases[f->count]))
		f->count++;
	else
		f->nonsense++;
}

/* -- In the loop -- */

static void done(void *context)
{
	struct former *f = context;

	if (f->told)
		f->told(f->context, f);
	free(f->leases);
	free(f);
}

struct former *former_read(struct keeper *keeper, const char *network, void *context,
			   void (*told)(void *context, const struct former *f))
{
	struct former *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	snprintf(f->network, sizeof(f->network), "%s", network);
	snprintf(f->prefix, sizeof(f->prefix), KEPT_LEASES "%s/", network);
	f->context = context;
	f->told = told;
	if (keeper_look(keeper,
			&(struct keeper_look) {
				.prefix = f->prefix, .take = take, .done = done, .context = f }))
		return f;
	free(f);
	return NULL;
}

void former_forget(struct former *f)
{
	if (f)
		f->told = NULL;
}
