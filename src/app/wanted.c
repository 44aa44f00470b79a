#include "app/wanted.h"

#include <stdarg.h>

#include "app/identity.h"

static uint32_t machine_mtu(void *netlink, struct addr addr, const char *interface)
{
	struct link_info link;
	int rc = interface ? link_get(netlink, interface, &link)
			   : link_holding(netlink, addr, &link);

	return rc < 0 ? 0 : link.mtu;
}

static enum exit_code __attribute__((format(printf, 3, 4)))
say(struct wanted_words *words, enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(words->why, sizeof(words->why), format, args);
	va_end(args);
	return code;
}

/* Each stage whole before the next begins. */
static enum exit_code plan_for(struct wanted *w, const char *node_name, struct netlink *netlink,
			       struct wanted_words *words)
{
	struct config *config = &w->config;
	const struct plan_machine machine = { .context = netlink,
					      .mtu = machine_mtu,
					      .subnets = config->subnets };
	char why[IDENTITY_WHY];
	uint32_t node;

	if (!config_is_fine(config)) {
		config_report(config, words->complaints, words->consequence);
		return EXIT_CONFIG;
	}
	node = identity_find(config->cluster, node_name, why);
	if (node == NODE_NONE)
		return say(words, EXIT_REFUSED, "%s", why);
	identity_check(config->cluster, node, netlink, &config->errors);
	if (!config->errors.error_count)
		w->plan = plan_make(config->cluster, node, &machine, &config->errors);
	if (!config_report(config, words->complaints, words->consequence))
		return EXIT_CONFIG;
	return w->plan ? EXIT_OK : say(words, EXIT_REFUSED, "memory is short");
}

static enum exit_code wanted_of(struct wanted *w, const char *node, struct netlink *netlink,
				struct wanted_words *words)
{
	enum exit_code code = plan_for(w, node, netlink, words);

	if (code != EXIT_OK)
		wanted_free(w);
	return code;
}

enum exit_code wanted_read(struct wanted *out, const char *file, const char *node,
			   const struct made_list *made, struct netlink *netlink,
			   struct wanted_words *words)
{
	int rc;

	*out = (struct wanted) { .plan = NULL };
	*words->why = '\0';
	rc = config_read(&out->config, file, made);
	if (rc < 0)
		return say(words, EXIT_CONFIG, "cannot read %.500s: %s", file,
			   config_unreadable(rc));
	return wanted_of(out, node, netlink, words);
}

enum exit_code wanted_take(struct wanted *out, const char *file, const char *text, size_t len,
			   const char *node, const struct made_list *made, struct netlink *netlink,
			   struct wanted_words *words)
{
	*out = (struct wanted) { .plan = NULL };
	*words->why = '\0';
	if (config_take(&out->config, file, text, len, made) < 0)
		return say(words, EXIT_REFUSED, "memory is short");
	return wanted_of(out, node, netlink, words);
}

void wanted_free(struct wanted *wanted)
{
	plan_free(wanted->plan);
	config_free(&wanted->config);
	*wanted = (struct wanted) { .plan = NULL };
}
