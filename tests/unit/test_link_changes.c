#include "port/link_changes.h"

#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "craft.h"
#include "sandbox.h"

static bool possible; /* a namespace could be made */

struct told {
	unsigned count, any;
	uint32_t last;
};

static void note(void *context, uint32_t ifindex)
{
	struct told *told = context;

	told->count++;
	told->any += ifindex == 0;
	told->last = ifindex;
}

static int enter(void **state)
{
	(void)state;
	possible = sandbox_enter();
	if (!possible)
		print_message("no namespace may be made here: nothing is tested\n");
	return 0;
}

static struct link_changes *begin(void)
{
	struct link_changes *changes;

	if (!possible)
		skip();
	assert_int_equal(link_changes_open(&changes), 0);
	return changes;
}

static bool readable(const struct link_changes *changes)
{
	struct pollfd p = { .fd = link_changes_fd(changes), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void no_change_is_no_word(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };

	(void)state;
	assert_false(readable(changes));
	assert_false(link_changes_take(changes, note, &told));
	link_changes_close(changes);
}

static void an_address_is_a_change(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };

	(void)state;
	assert_true(sandbox_ip("addr add 192.0.2.1/24 dev lo"));
	assert_true(readable(changes));
	assert_true(link_changes_take(changes, note, &told));
	assert_int_equal(told.count, 0);
	assert_false(readable(changes));
	assert_true(sandbox_ip("addr del 192.0.2.1/24 dev lo"));
	assert_true(link_changes_take(changes, note, &told));
	link_changes_close(changes);
}

static void a_link_that_went_is_named(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };
	uint32_t index;

	(void)state;
	assert_true(sandbox_ip("link add br7 type bridge"));
	index = if_nametoindex("br7");
	assert_true(link_changes_take(changes, note, &told));
	assert_int_equal(told.count, 0);
	assert_true(sandbox_ip("link del br7"));
	while (link_changes_take(changes, note, &told))
		;
	assert_true(told.count >= 1);
	assert_int_equal(told.any, 0);
	assert_int_equal(told.last, index);
	link_changes_close(changes);
}

/* What does not fit the socket is lost; that something was is not. */
static void too_much_is_perhaps_any(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };
	int little = 1;

	(void)state;
	setsockopt(link_changes_fd(changes), SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	for (int i = 0; i < 10; i++)
		assert_true(sandbox_ip("link set lo mtu %d", 1500 + i));
	while (link_changes_take(changes, note, &told))
		;
	assert_int_equal(told.any, 1);
	assert_false(readable(changes));
	link_changes_close(changes);
}

/* However much there is, one call takes a batch. */
static void a_call_is_bounded(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };
	FILE *batch = popen("ip -batch -", "w");
	unsigned calls = 0;

	(void)state;
	assert_non_null(batch);
	for (int i = 0; i < 2 * LINK_CHANGES_BATCH; i++)
		fprintf(batch, "link set lo mtu %d\n", 2000 + i);
	assert_int_equal(pclose(batch), 0);
	assert_true(link_changes_take(changes, note, &told));
	assert_true(readable(changes));
	for (; link_changes_take(changes, note, &told); calls++)
		;
	assert_true(calls >= 1);
	link_changes_close(changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_change_is_no_word),
		cmocka_unit_test(an_address_is_a_change),
		cmocka_unit_test(a_link_that_went_is_named),
		cmocka_unit_test(too_much_is_perhaps_any),
		cmocka_unit_test(a_call_is_bounded),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
