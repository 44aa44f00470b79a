#include "app/firewall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/firewall.h"

/* "" where no network wants a table; NULL when memory is short. */
static char *text_of(void (*write)(FILE *to, const struct plan *plan), const struct plan *plan)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	if (plan)
		write(to, plan);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* Of @list, what `nft list tables` says: tables of ours that nobody wants any more. */
static void write_stale(FILE *to, const struct plan *plan, char *list)
{
	char *rest = list, *line;

	while ((line = strsep(&rest, "\n"))) {
		const char *table = line + strlen("table ");

		if (strncmp(line, "table ", strlen("table ")) == 0 &&
		    firewall_is_own(plan, table) && !firewall_is_wanted(plan, table))
			fprintf(to, "delete table %s\n", table);
	}
}

static int remove_stale(const struct plan *plan, char why[NFT_WHY])
{
	char *list = NULL, *text = NULL;
	size_t len = 0;
	int rc = nft_run("list tables\n", &list, why);
	FILE *to = rc == 0 ? open_memstream(&text, &len) : NULL;

	if (to) {
		write_stale(to, plan, list);
		fclose(to);
		if (len > 0)
			rc = nft_run(text, NULL, why);
	}
	free(list);
	free(text);
	return rc;
}

/* Removes what @old made, and makes what @new wants. */
static int replace(const struct plan *old, const struct plan *new, char why[NFT_WHY])
{
	char *gone = text_of(firewall_write_removal, old);
	char *made = text_of(firewall_write_tables, new), *text = NULL;
	int rc = -ENOMEM;

	snprintf(why, NFT_WHY, "memory is short");
	if (gone && made && asprintf(&text, "%s%s", gone, made) >= 0)
		rc = *text ? nft_run(text, NULL, why) : 0;
	free(gone);
	free(made);
	free(text);
	return rc;
}

static bool wants_any(const struct plan *plan)
{
	char *text = text_of(firewall_write_tables, plan);
	bool any = text && *text;

	free(text);
	return any;
}

int firewall_open(const struct plan *plan, char why[NFT_WHY])
{
	int rc = wants_any(plan) ? remove_stale(plan, why) : 0;

	return rc == 0 ? replace(plan, plan, why) : rc;
}

static bool is_same(const struct plan *plan, const struct plan *next)
{
	char *old = text_of(firewall_write_tables, plan);
	char *new = text_of(firewall_write_tables, next);
	bool same = old && new &&strcmp(old, new) == 0;

	free(old);
	free(new);
	return same;
}

void firewall_follow(const struct plan *plan, const struct plan *next)
{
	char why[NFT_WHY];

	if (!is_same(plan, next) && replace(plan, next, why) < 0)
		log_warning("masquerading and forward rules can not be changed: %s", why);
}
