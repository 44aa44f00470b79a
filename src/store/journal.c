#include "store/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static const char magic[] = "vxs-state";

enum { DIGITS = 16, HEAD = 2 * JOURNAL_NAME + 64 };

/* Seals are chained: each is the key of the next. */
static uint64_t seal_of(uint64_t before, const char *at, size_t len)
{
	return hash_bytes((struct hash_secret) { before, 0 }, at, len);
}

/* -- What may stand there -- */

/* Is all of it printable?  What follows a control character might be taken for something else. */
static bool is_plain(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)at[i] < ' ' || at[i] == 0x7f)
			return false;
	return true;
}

static bool is_text(const char *at, size_t len, size_t most)
{
	return len > 0 && len <= most && is_plain(at, len);
}

bool journal_is_key(const char *key)
{
	return is_text(key, strlen(key), JOURNAL_KEY);
}

bool journal_is_value(const char *value)
{
	return is_text(value, strlen(value), JOURNAL_VALUE);
}

/* -- Writing -- */

static bool make_room(struct journal_text *t, size_t len)
{
	size_t room = t->room ? t->room : 4096;
	char *more;

	while (room - t->len < len)
		room *= 2;
	if (room == t->room)
		return true;
	more = realloc(t->at, room);
	if (!more)
		return false;
	t->at = more;
	t->room = room;
	return true;
}

static void add_bytes(struct journal_text *t, const char *at, size_t len)
{
	if (!make_room(t, len)) {
		t->no_memory = true;
		return;
	}
	memcpy(t->at + t->len, at, len);
	t->len += len;
}

void journal_add(struct journal_text *t, enum journal_kind kind, const char *key, const char *value)
{
	const char mark = (char)kind;

	add_bytes(t, &mark, 1);
	add_bytes(t, key, strlen(key));
	if (kind == JOURNAL_PUT) {
		add_bytes(t, "\t", 1);
		add_bytes(t, value, strlen(value));
	}
	add_bytes(t, "\n", 1);
}

static int format_head(char out[HEAD], const char *cluster, const char *node)
{
	return snprintf(out, HEAD, "%s\t%d\t%.*s\t%.*s\n", magic, JOURNAL_VERSION, JOURNAL_NAME,
			cluster, JOURNAL_NAME, node);
}

void journal_add_head(struct journal_text *t, const char *cluster, const char *node)
{
	char head[HEAD];

	add_bytes(t, head, (size_t)format_head(head, cluster, node));
}

uint64_t journal_seal(struct journal_text *t, char mark, uint64_t seal)
{
	char line[JOURNAL_SEAL + 1];

	seal = seal_of(seal, t->at, t->len);
	snprintf(line, sizeof(line), "%c%016llx\n", mark, (unsigned long long)seal);
	add_bytes(t, line, JOURNAL_SEAL);
	return seal;
}

/* -- Reading: lines -- */

struct line {
	const char *at;
	size_t len; /* without the line feed */
};

/* The next line that is whole; false behind the last. */
static bool next_line(const char *text, size_t len, size_t *pos, struct line *out)
{
	const char *at = text + *pos;
	const char *end = *pos < len ? memchr(at, '\n', len - *pos) : NULL;

	if (!end)
		return false;
	*out = (struct line) { .at = at, .len = (size_t)(end - at) };
	*pos += out->len + 1;
	return true;
}

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_seal(struct line line, uint64_t *out)
{
	if (line.len != 1 + DIGITS || (line.at[0] != '=' && line.at[0] != '#'))
		return false;
	*out = 0;
	for (size_t i = 1; i <= DIGITS; i++) {
		int digit = digit_of(line.at[i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return true;
}

struct record {
	enum journal_kind kind;
	const char *key, *value;
	size_t key_len, value_len;
};

static bool read_record(struct line line, struct record *out)
{
	const char *key = line.at + 1, *tab;

	if (line.len < 2)
		return false;
	*out = (struct record) { .kind = (enum journal_kind)line.at[0],
				 .key = key,
				 .key_len = line.len - 1 };
	if (line.at[0] == '-' || line.at[0] == '*')
		return is_text(key, out->key_len, JOURNAL_KEY);
	tab = memchr(key, '\t', line.len - 1);
	if (line.at[0] != '+' || !tab)
		return false;
	out->key_len = (size_t)(tab - key);
	out->value = tab + 1;
	out->value_len = line.len - 2 - out->key_len;
	return is_text(key, out->key_len, JOURNAL_KEY) &&
	       is_text(out->value, out->value_len, JOURNAL_VALUE);
}

/* -- Reading: a file -- */

/* @given is a line of the file: the part between two tabs, made harmless. */
static void part_of(struct line given, unsigned number, char out[JOURNAL_NAME / 4])
{
	const char *at = given.at, *end = given.at + given.len, *tab;

	while (number-- && (tab = memchr(at, '\t', (size_t)(end - at))))
		at = tab + 1;
	tab = memchr(at, '\t', (size_t)(end - at));
	snprintf(out, JOURNAL_NAME / 4, "%.*s", (int)((tab ? tab : end) - at), at);
	for (char *c = out; *c; c++)
		if (!is_plain(c, 1))
			*c = '?';
}

static void say_foreign(struct journal_found *found, struct line head)
{
	char word[JOURNAL_NAME / 4], cluster[JOURNAL_NAME / 4], node[JOURNAL_NAME / 4];

	part_of(head, 1, word);
	part_of(head, 2, cluster);
	part_of(head, 3, node);
	if (head.len <= sizeof(magic) || memcmp(head.at, magic, sizeof(magic) - 1) != 0)
		snprintf(found->why, JOURNAL_WHY, "it is no file of vxs");
	else if (strcmp(word, "1") != 0)
		snprintf(found->why, JOURNAL_WHY, "it is of version %s, not %d", word,
			 JOURNAL_VERSION);
	else
		snprintf(found->why, JOURNAL_WHY, "it is of node %s of cluster %s", node, cluster);
	found->state = JOURNAL_FOREIGN;
}

static bool check_head(struct journal_found *found, const char *at, size_t len, const char *cluster,
		       const char *node)
{
	char head[HEAD];
	size_t wanted = (size_t)format_head(head, cluster, node), pos = 0;
	struct line line;

	if (len >= wanted && memcmp(at, head, wanted) == 0)
		return true;
	if (next_line(at, len < HEAD ? len : HEAD, &pos, &line))
		say_foreign(found, line);
	else
		snprintf(found->why, JOURNAL_WHY, "%s",
			 len ? "it is no file of vxs" : "it is empty");
	found->state = JOURNAL_FOREIGN;
	return false;
}

/* Does a seal stand behind @pos?  Then somebody was told that what is there holds. */
static bool was_sealed(const char *at, size_t len, size_t pos)
{
	struct line line;
	uint64_t seal;

	while (next_line(at, len, &pos, &line))
		if (read_seal(line, &seal))
			return true;
	return false;
}

/* One line; false when it is not right. */
static bool check_line(struct journal_found *found, const char *text, struct line line)
{
	struct record record;
	uint64_t seal;
	size_t begun = found->good, at = (size_t)(line.at - text);

	if (!read_seal(line, &seal))
		return read_record(line, &record);
	if (seal != seal_of(found->seal, text + begun, at - begun))
		return false;
	if (line.at[0] == '#' && found->usable)
		return false;
	found->usable = found->usable || line.at[0] == '#';
	found->seal = seal;
	found->good = at + line.len + 1;
	return true;
}

struct journal_found journal_check(const char *at, size_t len, const char *cluster,
				   const char *node)
{
	struct journal_found found = { .state = JOURNAL_WHOLE };
	unsigned long number = 2;
	struct line line;
	size_t pos = 0;

	if (!check_head(&found, at, len, cluster, node))
		return found;
	next_line(at, len, &pos, &line);
	while (next_line(at, len, &pos, &line) && check_line(&found, at, line))
		number++;
	if (found.usable && found.good == len)
		return found;
	found.state =
		found.usable && !was_sealed(at, len, found.good) ? JOURNAL_CUT : JOURNAL_DAMAGED;
	snprintf(found.why, JOURNAL_WHY, "line %lu is not as it was written", number);
	return found;
}

bool journal_each(const char *at, size_t good, journal_take *take, void *context)
{
	char key[JOURNAL_KEY + 1], value[JOURNAL_VALUE + 1];
	struct record r;
	struct line line;
	size_t pos = 0;

	next_line(at, good, &pos, &line);
	while (next_line(at, good, &pos, &line)) {
		if (!read_record(line, &r))
			continue; /* a seal */
		memcpy(key, r.key, r.key_len);
		key[r.key_len] = '\0';
		if (r.value)
			memcpy(value, r.value, r.value_len);
		value[r.value ? r.value_len : 0] = '\0';
		if (!take(context, r.kind, key, r.value ? value : NULL))
			return false;
	}
	return true;
}
