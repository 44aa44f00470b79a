#include "ctl/proposal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"

enum { PIECE = 1200 }; /* bytes: JSON may make six of one */

_Static_assert(6 * PIECE + 512 < PROTOCOL_LINE, "a piece fits a line");

void proposal_end(struct proposal *p)
{
	free(p->text);
	free(p->complaints);
	diff_free(&p->diff);
	*p = (struct proposal) { 0 };
}

void proposal_begin(struct proposal *p, const void *owner)
{
	proposal_end(p);
	p->owner = owner;
}

static bool make_room(struct proposal *p, size_t len)
{
	size_t room = p->room ? p->room : 65536;
	char *more;

	if (p->text && p->len + len <= p->room)
		return true;
	while (room < p->len + len)
		room *= 2;
	more = realloc(p->text, room);
	if (!more)
		return false;
	p->text = more;
	p->room = room;
	return true;
}

int proposal_add(struct proposal *p, const char *piece)
{
	size_t len = strlen(piece);

	if (len > PROPOSAL_MAX - p->len)
		return -EFBIG;
	if (!make_room(p, len))
		return -ENOMEM;
	memcpy(p->text + p->len, piece, len);
	p->len += len;
	return 0;
}

/* -- Telling -- */

/* The next piece of @text, from *@at on, which moves behind it; characters stay whole. */
static json_t *next_piece(const char *text, size_t *at)
{
	char piece[PIECE + 1];
	size_t len = strnlen(text + *at, PIECE);

	if (len == PIECE)
		while (len > 1 && ((unsigned char)text[*at + len] & 0xc0) == 0x80)
			len--;
	memcpy(piece, text + *at, len);
	piece[len] = '\0';
	*at += len;
	return json_text(piece);
}

static bool tell_complaint(struct proposal *p, struct text *out)
{
	if (!p->complaints || !p->complaints[p->at])
		return false;
	item_put(out, json_pack("{s:o}", "complaint", next_piece(p->complaints, &p->at)));
	return true;
}

static bool tell_change(struct proposal *p, struct text *out)
{
	static const char *const kinds[] = { "added", "removed", "changed" };
	const struct diff_line *line;
	json_t *item;

	if (p->told == p->diff.count)
		return false;
	line = &p->diff.list[p->told];
	item = json_object();
	json_object_set_new(item, "change", json_string(kinds[line->kind]));
	json_object_set_new(item, "subject", json_text(line->subject));
	json_object_set_new(item, "begins", json_boolean(p->at == 0));
	json_object_set_new(item, "words", next_piece(line->words, &p->at));
	json_object_set_new(item, "ends", json_boolean(!line->words[p->at]));
	if (!line->words[p->at]) {
		p->told++;
		p->at = 0;
	}
	item_put(out, item);
	return true;
}

bool proposal_tell(struct proposal *p, struct text *out)
{
	if (!p->complained && tell_complaint(p, out))
		return true;
	if (!p->complained)
		p->at = 0;
	p->complained = true;
	return tell_change(p, out);
}
