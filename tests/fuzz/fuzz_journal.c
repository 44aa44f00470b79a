/* A file of what survives (store/journal.h), of any bytes: what is found in it is sound, however it was
 * left, and what was found holds by itself.
 *
 * An input whose first byte is odd is the file.  No mutation would ever find a seal; so otherwise the
 * file gets the right head, each line of the input that is '#' or '=' alone becomes the right seal, and
 * the rest stands as it is. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "store/journal.h"

static bool take(void *context, enum journal_kind kind, const char *key, const char *value)
{
	size_t *count = context;

	assert(journal_is_key(key));
	assert((kind == JOURNAL_PUT) == (value != NULL));
	assert(!value || journal_is_value(value));
	++*count;
	return true;
}

static void check(const char *at, size_t len)
{
	struct journal_found found = journal_check(at, len, "c", "n"), again;
	size_t count = 0;

	assert(found.good <= len);
	assert((found.state == JOURNAL_WHOLE) == (found.why[0] == '\0'));
	assert(memchr(found.why, '\0', JOURNAL_WHY));
	assert(found.state != JOURNAL_WHOLE || found.good == len);
	if (!found.usable)
		return;
	again = journal_check(at, found.good, "c", "n");
	assert(again.state == JOURNAL_WHOLE && again.seal == found.seal);
	assert(journal_each(at, found.good, take, &count));
	assert(count < found.good);
}

static void append(struct journal_text *t, const char *at, size_t len)
{
	char *more = realloc(t->at, t->len + len);

	assert(more);
	memcpy(more + t->len, at, len);
	t->at = more;
	t->len += len;
	t->room = t->len;
}

/* What stands since the last seal is gathered by itself, for the seal is of that. */
static void seal(struct journal_text *file, struct journal_text *since, char mark, uint64_t *before)
{
	*before = journal_seal(since, mark, *before);
	assert(!since->no_memory);
	append(file, since->at, since->len);
	since->len = 0;
}

static void check_sealed(const char *at, size_t len)
{
	struct journal_text file = { 0 }, since = { 0 };
	uint64_t before = 0;

	journal_add_head(&since, "c", "n");
	for (const char *end; len > 0; len -= (size_t)(end - at), at = end) {
		end = memchr(at, '\n', len);
		end = end ? end + 1 : at + len;
		if (end - at == 2 && (*at == '#' || *at == '='))
			seal(&file, &since, *at, &before);
		else
			append(&since, at, (size_t)(end - at));
	}
	append(&file, since.at, since.len);
	check(file.at, file.len);
	free(file.at);
	free(since.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *at = (const char *)input;

	if (size == 0)
		return 0;
	if (*input & 1)
		check(at + 1, size - 1);
	else
		check_sealed(at + 1, size - 1);
	return 0;
}
