#include "store/etcd_client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "etcd_options.h"
#include "etcd_sockets.h"
#include "etcd_transfer.h"

enum { TOKEN_MOST = 4096 };

enum call_state {
	CALL_NONE,
	CALL_WAITS, /* for the log-in */
	CALL_RUNS,
	CALL_FAILED, /* before it began; its answer is told from the loop */
};

/* What somebody asked for: the request, the watch, or (ourselves) the log-in. */
struct call {
	enum call_state state;
	enum etcd_verb verb;
	char *body;
	size_t endpoint; /* RUNS: where */
	bool logged_in;  /* for it in particular: not once more */
	struct etcd_transfer transfer;
};

struct etcd_client {
	struct etcd_client_ops ops;
	struct etcd_curl curl;
	struct etcd_options options;
	struct etcd_site site;
	size_t at; /* the endpoint that is used */
	char *token;
	bool knows_no_users; /* says etcd */
	struct call ask, watch, login;
	struct etcd_sockets sockets;
};

/* When to wake us, told anew whenever anything was done. */
static void settle(struct etcd_client *c)
{
	long ms = -1;

	if (c->ask.state == CALL_FAILED || c->watch.state == CALL_FAILED)
		ms = 0;
	else
		c->curl.multi_timeout(c->site.multi, &ms);
	c->ops.wake_in(c->ops.context, ms < 0 ? -1 : ms * (int64_t)NS_PER_MS);
}

/* -- Calls -- */

static void call_ends(struct call *call)
{
	etcd_transfer_end(&call->transfer);
	/* That of a log-in has the password in it. */
	if (call->body)
		explicit_bzero(call->body, strlen(call->body));
	free(call->body);
	*call = (struct call) { .state = CALL_NONE };
}

static void drop_token(struct etcd_client *c)
{
	free(c->token);
	c->token = NULL;
	c->knows_no_users = false;
}

static bool lacks_token(const struct etcd_client *c)
{
	return c->options.username && !c->token && !c->knows_no_users;
}

static enum etcd_extent extent_of(enum etcd_verb verb)
{
	if (verb == ETCD_WATCH)
		return ETCD_LINES;
	return verb == ETCD_KEEP_ALIVE ? ETCD_LINE : ETCD_WHOLE;
}

static void run(struct etcd_client *c, struct call *call)
{
	const char *token = call->verb == ETCD_LOG_IN ? NULL : c->token;

	call->endpoint = c->at;
	call->state = call->body && etcd_transfer_start(&call->transfer, &c->site,
							c->options.endpoints[c->at],
							etcd_path(call->verb), call->body, token,
							extent_of(call->verb))
			      ? CALL_RUNS
			      : CALL_FAILED;
}

static void log_in(struct etcd_client *c)
{
	const struct etcd_request request = { .verb = ETCD_LOG_IN,
					      .name = c->options.username,
					      .password = c->options.password };

	if (c->login.state == CALL_RUNS)
		return;
	c->login = (struct call) { .verb = ETCD_LOG_IN, .body = etcd_request_text(&request) };
	run(c, &c->login);
}

/* Who waits for a log-in that can not even begin has failed as well. */
static void launch(struct etcd_client *c, struct call *call)
{
	if (!lacks_token(c)) {
		run(c, call);
		return;
	}
	log_in(c);
	call->state = CALL_WAITS;
	if (c->login.state == CALL_RUNS)
		return;
	call_ends(&c->login);
	call->state = CALL_FAILED;
}

/* -- What an answer says of the endpoint -- */

static void name_endpoint(const struct etcd_client *c, size_t endpoint, struct etcd_answer *answer)
{
	char words[ETCD_WHY];
	struct text why;

	memcpy(words, answer->why, sizeof(words));
	why = text_in(answer->why, sizeof(answer->why));
	text_add(&why, "%.100s: %s", c->options.endpoints[endpoint], words);
	text_tame(answer->why);
}

static bool says(const struct etcd_answer *answer, const char *words)
{
	return strstr(answer->why, words);
}

/* It is no member that can be of use now. */
static bool is_useless(const struct etcd_answer *answer, long status)
{
	return answer->outcome == ETCD_SILENT ||
	       (answer->outcome == ETCD_REFUSED &&
		(status >= 500 || says(answer, "no leader") || says(answer, "timed out") ||
		 says(answer, "leader changed") || says(answer, "server stopped")));
}

/* Our token is none of etcd's any more; or we had none, and etcd has users now. */
static bool refuses_token(const struct etcd_client *c, const struct etcd_answer *answer,
			  long status)
{
	return c->options.username && answer->outcome == ETCD_REFUSED &&
	       (status == 401 || says(answer, "invalid auth token") ||
		says(answer, "user name is empty") || says(answer, "auth store is old"));
}

static void end_watch(struct etcd_client *c, const char *why)
{
	call_ends(&c->watch);
	c->ops.watch_ended(c->ops.context, why);
}

/* The next one's turn; a watch at @endpoint would wait for ever. */
static void move_on(struct etcd_client *c, size_t endpoint)
{
	struct etcd_answer why = etcd_no_answer("it did not answer something else");

	if (c->at == endpoint)
		c->at = (c->at + 1) % c->options.endpoint_count;
	if (c->watch.state != CALL_RUNS || c->watch.endpoint != endpoint)
		return;
	name_endpoint(c, endpoint, &why);
	end_watch(c, why.why);
}

/* -- The request -- */

static void tell(struct etcd_client *c, struct etcd_answer *answer)
{
	c->ops.answered(c->ops.context, answer);
	etcd_answer_free(answer);
}

/* What a transfer that has come to its end has brought. */
static struct etcd_answer read_answer(const struct etcd_client *c, const struct call *call,
				      CURLcode result)
{
	const struct etcd_transfer *t = &call->transfer;
	long status = etcd_transfer_status(t);
	struct etcd_answer answer;
	char words[ETCD_WHY];

	if (!etcd_transfer_succeeded(t, result)) {
		etcd_transfer_why(t, result, words, sizeof(words));
		answer = etcd_no_answer(words);
	} else {
		etcd_answer_read(call->verb, t->at ? t->at : "", t->len, &answer);
		snprintf(words, sizeof(words), "it answers with HTTP status %ld, and not as etcd",
			 status);
		if (answer.outcome == ETCD_SILENT && status != 200)
			answer = etcd_no_answer(words);
	}
	if (answer.outcome != ETCD_DONE)
		name_endpoint(c, call->endpoint, &answer);
	return answer;
}

/* Once more with another token, unless that was tried. */
static bool again(struct etcd_client *c, struct call *call)
{
	if (call->logged_in)
		return false;
	etcd_transfer_end(&call->transfer);
	call->logged_in = true;
	launch(c, call);
	return true;
}

static void asked(struct etcd_client *c, CURLcode result)
{
	long status = etcd_transfer_status(&c->ask.transfer);
	struct etcd_answer answer = read_answer(c, &c->ask, result);
	size_t endpoint = c->ask.endpoint;

	if (refuses_token(c, &answer, status)) {
		drop_token(c);
		if (again(c, &c->ask)) {
			etcd_answer_free(&answer);
			return;
		}
	}
	call_ends(&c->ask);
	if (is_useless(&answer, status))
		move_on(c, endpoint);
	tell(c, &answer);
}

/* -- The watch -- */

/* @answer is the last of the watch. */
static void watch_is_over(struct etcd_client *c, struct etcd_answer *answer, long status)
{
	size_t endpoint = c->watch.endpoint;

	if (refuses_token(c, answer, status)) {
		drop_token(c);
		if (again(c, &c->watch)) {
			etcd_answer_free(answer);
			return;
		}
	}
	call_ends(&c->watch);
	if (is_useless(answer, status))
		move_on(c, endpoint);
	c->ops.watch_ended(c->ops.context, answer->why);
	etcd_answer_free(answer);
}

/* A watch whose token is not taken is cancelled like one that is not allowed. */
static void watch_is_canceled(struct etcd_client *c, struct etcd_answer *answer)
{
	struct etcd_answer why =
		etcd_no_answer(answer->compacted ? "etcd has forgotten what came since (compaction)"
			       : *answer->why    ? answer->why
						 : "the watch was cancelled");

	if (!answer->compacted && c->options.username) {
		drop_token(c);
		if (again(c, &c->watch)) {
			etcd_answer_free(answer);
			return;
		}
	}
	name_endpoint(c, c->watch.endpoint, &why);
	call_ends(&c->watch);
	c->ops.watched(c->ops.context, answer);
	etcd_answer_free(answer);
	c->ops.watch_ended(c->ops.context, why.why);
}

static void take_line(struct etcd_client *c, const char *line, size_t len)
{
	long status = etcd_transfer_status(&c->watch.transfer);
	struct etcd_answer answer;

	etcd_answer_read(ETCD_WATCH, line, len, &answer);
	if (answer.outcome != ETCD_DONE) {
		name_endpoint(c, c->watch.endpoint, &answer);
		watch_is_over(c, &answer, status);
	} else if (answer.canceled) {
		watch_is_canceled(c, &answer);
	} else {
		c->ops.watched(c->ops.context, &answer);
		etcd_answer_free(&answer);
	}
}

/* Whoever hears of a line may end the watch, or begin another: that has no lines yet. */
static void read_lines(struct etcd_client *c)
{
	const char *line;
	size_t len;

	while (c->watch.state == CALL_RUNS && etcd_transfer_line(&c->watch.transfer, &line, &len))
		take_line(c, line, len);
}

/* What is left is no whole line: of a stream that broke off, or an answer that is no stream. */
static void watch_ended(struct etcd_client *c, CURLcode result)
{
	struct etcd_transfer *t = &c->watch.transfer;
	long status = etcd_transfer_status(t);
	struct etcd_answer answer;

	etcd_transfer_rest(t);
	answer = read_answer(c, &c->watch, result);
	if (answer.outcome == ETCD_DONE || (result == CURLE_OK && t->len == 0)) {
		etcd_answer_free(&answer);
		answer = etcd_no_answer("it ended the watch");
		name_endpoint(c, c->watch.endpoint, &answer);
	}
	watch_is_over(c, &answer, status);
}

/* -- The log-in -- */

/* A token goes into a header: nothing in it may end one. */
static bool is_token(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return len > 0 && len <= TOKEN_MOST;
}

/* Those who waited: on with them, or why not. */
static void login_has_failed(struct etcd_client *c, const struct etcd_answer *answer)
{
	if (c->watch.state == CALL_WAITS)
		end_watch(c, answer->why);
	if (c->ask.state == CALL_WAITS) {
		struct etcd_answer same = etcd_no_answer(answer->why);

		same.outcome = answer->outcome;
		call_ends(&c->ask);
		tell(c, &same);
	}
}

static void go_on(struct etcd_client *c)
{
	if (c->ask.state == CALL_WAITS)
		run(c, &c->ask);
	if (c->watch.state == CALL_WAITS)
		run(c, &c->watch);
}

/* Words that came from a stranger, who was told the password. */
static void hide_password(const struct etcd_client *c, struct etcd_answer *answer)
{
	if (*c->options.password && says(answer, c->options.password))
		snprintf(answer->why, sizeof(answer->why), "%.100s: the log-in was refused",
			 c->options.endpoints[c->login.endpoint]);
}

static void logged_in(struct etcd_client *c, CURLcode result)
{
	long status = etcd_transfer_status(&c->login.transfer);
	struct etcd_answer answer = read_answer(c, &c->login, result);
	size_t endpoint = c->login.endpoint;

	if (answer.outcome == ETCD_DONE && !is_token(answer.token)) {
		etcd_answer_free(&answer);
		answer = etcd_no_answer("what it gives for a log-in is no token");
		name_endpoint(c, endpoint, &answer);
	}
	hide_password(c, &answer);
	call_ends(&c->login);
	if (answer.outcome == ETCD_DONE) {
		c->token = answer.token;
		answer.token = NULL;
	} else if (says(&answer, "authentication is not enabled")) {
		c->knows_no_users = true;
	} else if (is_useless(&answer, status)) {
		move_on(c, endpoint);
	}
	if (lacks_token(c))
		login_has_failed(c, &answer);
	else
		go_on(c);
	etcd_answer_free(&answer);
}

/* -- The loop says -- */

static void finished(struct etcd_client *c, CURL *easy, CURLcode result)
{
	if (easy == c->ask.transfer.easy)
		asked(c, result);
	else if (easy == c->login.transfer.easy)
		logged_in(c, result);
	else if (easy == c->watch.transfer.easy)
		watch_ended(c, result);
}

/* What curl was told has consequences, which are told outside of its calls: there it may be called. */
static void tell_consequences(struct etcd_client *c)
{
	CURLMsg *message;
	int left;

	read_lines(c);
	while ((message = c->curl.multi_info_read(c->site.multi, &left)))
		if (message->msg == CURLMSG_DONE)
			finished(c, message->easy_handle, message->data.result);
}

/* Calls that could not begin. */
static void tell_failed(struct etcd_client *c)
{
	struct etcd_answer answer = etcd_no_answer("no memory to ask etcd");

	if (c->watch.state == CALL_FAILED)
		end_watch(c, answer.why);
	if (c->ask.state == CALL_FAILED) {
		call_ends(&c->ask);
		tell(c, &answer);
	}
}

static void act(struct etcd_client *c, curl_socket_t fd, int what)
{
	int running;

	tell_failed(c);
	c->curl.multi_socket_action(c->site.multi, fd, what, &running);
	tell_consequences(c);
	settle(c);
}

void etcd_client_ready(struct etcd_client *c, int fd, bool read, bool write)
{
	act(c, fd, (read ? CURL_CSELECT_IN : 0) | (write ? CURL_CSELECT_OUT : 0));
}

void etcd_client_woken(struct etcd_client *c)
{
	act(c, CURL_SOCKET_TIMEOUT, 0);
}

/* -- Asking -- */

static void begin(struct etcd_client *c, struct call *call, const struct etcd_request *request)
{
	*call = (struct call) { .verb = request->verb, .body = etcd_request_text(request) };
	launch(c, call);
	settle(c);
}

void etcd_client_ask(struct etcd_client *c, const struct etcd_request *request)
{
	assert(c->ask.state == CALL_NONE);
	assert(request->verb != ETCD_WATCH && request->verb != ETCD_LOG_IN);
	begin(c, &c->ask, request);
}

void etcd_client_watch(struct etcd_client *c, const struct etcd_request *request)
{
	assert(request->verb == ETCD_WATCH);
	call_ends(&c->watch);
	begin(c, &c->watch, request);
}

void etcd_client_stop_watch(struct etcd_client *c)
{
	call_ends(&c->watch);
	settle(c);
}

/* -- Life -- */

static void set_up_site(struct etcd_client *c)
{
	c->site.curl = &c->curl;
	c->site.ca = c->options.ca;
	c->site.cert = c->options.cert;
	c->site.key = c->options.key;
	c->site.ca_path = c->options.ca_path;
	c->site.connect_ms = c->options.connect_ms;
	c->site.answer_ms = c->options.answer_ms;
	c->site.most = c->options.most;
	c->site.sockets = &c->sockets;
	c->sockets.ops = &c->ops;
	c->at = (size_t)(c->options.seed % c->options.endpoint_count);
	c->curl.multi_setopt(c->site.multi, CURLMOPT_SOCKETFUNCTION, etcd_socket_wanted);
	c->curl.multi_setopt(c->site.multi, CURLMOPT_SOCKETDATA, &c->sockets);
	c->curl.multi_setopt(c->site.multi, CURLMOPT_MAXCONNECTS, 3L);
}

/* libcurl counts who began to use it: the last one's end is its own. */
static bool open_curl(struct etcd_client *c)
{
	if (c->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	c->site.multi = c->curl.multi_init();
	if (c->site.multi)
		return true;
	c->curl.global_cleanup();
	return false;
}

struct etcd_client *etcd_client_new(const struct etcd_client_options *options,
				    const struct etcd_client_ops *ops, char why[ETCD_WHY])
{
	struct etcd_client *c = calloc(1, sizeof(*c));

	snprintf(why, ETCD_WHY, "no memory to speak with etcd");
	if (!c)
		return NULL;
	c->ops = *ops;
	if (etcd_curl_load(&c->curl, why) &&
	    etcd_options_read(&c->options, &c->curl, options, why) && open_curl(c)) {
		set_up_site(c);
		return c;
	}
	etcd_options_free(&c->options);
	free(c);
	return NULL;
}

void etcd_client_free(struct etcd_client *c)
{
	if (!c)
		return;
	call_ends(&c->ask);
	call_ends(&c->watch);
	call_ends(&c->login);
	c->curl.multi_cleanup(c->site.multi);
	etcd_sockets_forget(&c->sockets);
	c->ops.wake_in(c->ops.context, -1);
	c->curl.global_cleanup();
	free(c->token);
	etcd_options_free(&c->options);
	free(c);
}
