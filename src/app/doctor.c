#include "app/doctor.h"

#include <string.h>

#include "app/conversation.h"
#include "app/machine.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/doctor.h"

enum {
	MEMBERS_ASKED = 256, /* so many at most: silence costs time */
	TRIES = 3,           /* silence counts when it is repeated */
};

/* ms that one probe waits: a second for the first words, and then as long as answers need. */
static const char *wait_of(uint32_t size)
{
	return size == PROBE_SIZE ? "1000" : "400";
}

struct diagnosis {
	const struct verb *self;
	struct conversation talk;
	struct doctor doctor;
};

/* -- Asking the switch -- */

static enum exit_code outcome(const struct diagnosis *dg, enum rendered rendered, char *why)
{
	if (rendered == RENDERED_DONE)
		return EXIT_OK;
	text_tame(why);
	if (rendered == RENDERED_REFUSED)
		fprintf(stderr, "vxs %s: %s\n", dg->self->name, why);
	else
		log_error("the switch has ended, or said something that is no answer");
	return rendered == RENDERED_REFUSED ? EXIT_REFUSED : EXIT_ABSENT;
}

static bool send_words(struct diagnosis *dg, const char *const *words, int count)
{
	struct command command;
	char why[COMMAND_WHY];

	/* getopt's type for words that it does not change */
	return command_parse(&command, count, (char *const *)(const void *)words, why) &&
	       conversation_send(&dg->talk, &command);
}

static enum exit_code look(struct diagnosis *dg)
{
	static const char *const words[] = { "health" };
	enum rendered rendered = RENDERED_MORE;
	char why[COMMAND_WHY] = "";

	doctor_forget(&dg->doctor);
	if (!send_words(dg, words, 1))
		return EXIT_ABSENT;
	while (rendered == RENDERED_MORE) {
		ssize_t len = conversation_hear(&dg->talk);

		if (len <= 0)
			break;
		rendered = doctor_read(&dg->doctor, dg->talk.line, (size_t)len, why);
	}
	return outcome(dg, rendered, why);
}

/* -- Asking the others -- */

/* @group: by way of the group that the network floods to. */
static enum exit_code probe(struct diagnosis *dg, const struct doctor_asked *a, uint32_t size,
			    bool group, struct probe_report *out)
{
	char bytes[16];
	const char *const words[] = { "probe", a->node, "dev",         a->network, "size",
				      bytes,   "wait",  wait_of(size), "group" };
	int count = (int)(sizeof(words) / sizeof(words[0])) - !group;
	enum rendered rendered = RENDERED_MORE;
	char why[COMMAND_WHY] = "";

	snprintf(bytes, sizeof(bytes), "%u", size);
	if (!send_words(dg, words, count))
		return EXIT_ABSENT;
	while (rendered == RENDERED_MORE) {
		ssize_t len = conversation_hear(&dg->talk);

		if (len <= 0)
			break;
		rendered = probe_report_read(out, dg->talk.line, (size_t)len, why);
	}
	return outcome(dg, rendered, why);
}

static enum exit_code try_size(struct diagnosis *dg, struct doctor_asked *a, uint32_t size,
			       bool group, struct probe_report *out)
{
	enum exit_code code = EXIT_OK;

	for (unsigned tries = 0; tries < TRIES && code == EXIT_OK; tries++) {
		code = probe(dg, a, size, group, out);
		a->probes++;
		if (out->outcome != PROBE_SILENCE)
			break;
	}
	return code;
}

/* Does the largest packet that the network allows pass?  Else: which one does? */
static enum exit_code ask_for_width(struct diagnosis *dg, struct doctor_asked *a)
{
	struct probe_report report = { 0 };
	enum exit_code code = EXIT_OK;

	if (a->small.network_mtu < PROBE_SIZE_MIN || a->small.network_mtu > PROBE_SIZE_MAX)
		return EXIT_OK;
	code = try_size(dg, a, a->small.network_mtu, false, &report);
	a->swept = code == EXIT_OK && report.outcome != PROBE_ANSWERED;
	a->sweep = sweep_begin();
	while (a->swept && a->sweep.next && code == EXIT_OK) {
		code = try_size(dg, a, a->sweep.next, false, &report);
		if (code == EXIT_OK)
			sweep_learn(&a->sweep, &report);
	}
	return code;
}

static bool has_group(const struct doctor *d, const struct doctor_member *m)
{
	for (size_t i = 0; i < d->network_count; i++)
		if (strcmp(d->networks[i].name, m->network) == 0)
			return *d->networks[i].group;
	return false;
}

/* Does what is sent to the group reach it, too? */
static enum exit_code ask_by_group(struct diagnosis *dg, struct doctor_asked *a)
{
	struct probe_report report = { 0 };
	enum exit_code code = try_size(dg, a, PROBE_SIZE, true, &report);

	a->by_group = code == EXIT_OK;
	a->group_answered = report.outcome == PROBE_ANSWERED;
	return code;
}

static enum exit_code ask_member(struct diagnosis *dg, const struct doctor_member *m)
{
	struct doctor_asked a = { .probes = 0 };
	enum exit_code code;

	memcpy(a.network, m->network, sizeof(a.network));
	memcpy(a.node, m->node, sizeof(a.node));
	code = try_size(dg, &a, PROBE_SIZE, false, &a.small);
	if (code == EXIT_OK && a.small.outcome == PROBE_ANSWERED)
		code = ask_for_width(dg, &a);
	if (code == EXIT_OK && a.small.outcome == PROBE_ANSWERED && has_group(&dg->doctor, m))
		code = ask_by_group(dg, &a);
	if (code == EXIT_OK)
		doctor_ask(&dg->doctor, &a);
	return code;
}

static enum exit_code ask_members(struct diagnosis *dg)
{
	enum exit_code code = EXIT_OK;

	for (size_t i = 0; i < dg->doctor.member_count && code == EXIT_OK; i++) {
		if (i == MEMBERS_ASKED) {
			log_warning("%zu more members were not asked: %d are asked at most",
				    dg->doctor.member_count - i, MEMBERS_ASKED);
			break;
		}
		code = ask_member(dg, &dg->doctor.members[i]);
	}
	return code;
}

/* -- The verb -- */

static enum exit_code judge(struct diagnosis *dg, bool json)
{
	struct doctor *d = &dg->doctor;

	doctor_judge(d);
	if (d->short_of_memory) {
		log_error("memory is short");
		return EXIT_REFUSED;
	}
	if (json)
		findings_json(stdout, d->findings, d->finding_count);
	else
		findings_print(stdout, d->findings, d->finding_count, (unsigned)d->network_count,
			       (unsigned)d->asked_count);
	return d->finding_count ? EXIT_FAILED : EXIT_OK;
}

/* What became of the probes shows in the facts: they are looked at after it. */
static enum exit_code diagnose(struct diagnosis *dg, bool json)
{
	enum exit_code code = look(dg);

	if (code == EXIT_OK)
		code = ask_members(dg);
	if (code == EXIT_OK)
		code = look(dg);
	if (code != EXIT_OK)
		return code;
	machine_look(&dg->doctor, dg->talk.fd);
	return judge(dg, json);
}

enum exit_code verb_doctor(const struct verb *self, int argc, char **argv)
{
	struct diagnosis dg = { .self = self };
	struct client_options options;
	enum exit_code code;

	if (!client_options(self, &argc, argv, &options))
		return EXIT_USAGE;
	if (options.help) {
		options_usage(stdout, self);
		return EXIT_OK;
	}
	if (argc > 1) {
		options_complain(self, "unexpected \"%s\"", argv[1]);
		return EXIT_USAGE;
	}
	code = conversation_open(&dg.talk, self, &options);
	if (code != EXIT_OK)
		return code;
	code = diagnose(&dg, options.json);
	doctor_free(&dg.doctor);
	conversation_close(&dg.talk);
	return code;
}
