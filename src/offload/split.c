#include "offload/split.h"

#include "wire/frame.h"

/* Is the whole receive one inner UDP superframe?  Its IP and UDP lengths say so: the kernel writes
 * them for the whole, and no honest datagram of an aggregate fills more than its own share. */
static bool is_superframe(const struct datagram *d)
{
	struct span rest = span_of(d->at, d->len);
	struct vxlan vxlan;
	struct frame f;

	if (vxlan_read(&rest, &vxlan) != VXLAN_FINE)
		return false;
	if (!frame_parse(&f, d->at + VXLAN_LEN, rest.len))
		return false;
	if (f.payload == 0 || f.ip.proto != IP_UDP)
		return false;
	return f.ip.len == f.len - f.l3 && get_be16(f.at + f.l4 + 4) == f.len - f.l4;
}

/* Does this begin like what a VTEP sends?  Zero bits where the extensions of VXLAN (group policy,
 * GPE) have none either: then payload hardly ever looks so by chance. */
static bool looks_like_datagram(struct span bytes)
{
	enum { GROUP_POLICY = 0x80 };

	if (bytes.len < VXLAN_LEN)
		return false;
	return (bytes.at[0] & ~(GROUP_POLICY | VXLAN_FLAG_P)) == VXLAN_FLAG_I && bytes.at[7] == 0;
}

/* Could every share of the receive be a datagram of its own? */
static bool looks_like_many(const struct datagram *d)
{
	struct span rest = span_of(d->at, d->len);

	while (rest.len > 0) {
		if (!looks_like_datagram(rest))
			return false;
		rest = span_from(rest, d->segment < rest.len ? d->segment : rest.len);
	}
	return true;
}

struct split split_begin(const struct datagram *d)
{
	struct split s = { .at = d->at, .len = d->len, .step = d->len };

	if (d->len == 0)
		s.step = 1;
	if (d->segment == 0 || d->segment >= d->len)
		return s;
	if (!is_superframe(d))
		s.step = d->segment;
	else if (!looks_like_many(d))
		s.gso_size = d->segment;
	else
		s = (struct split) {
			.at = d->at, .len = d->len, .step = d->segment, .doubtful = true
		};
	return s;
}

bool split_next(struct split *s, uint8_t **at, size_t *len)
{
	if (s->step == 0)
		return false;
	*at = s->at;
	*len = s->len < s->step ? s->len : s->step;
	s->at += *len;
	s->len -= *len;
	if (s->len == 0)
		s->step = 0;
	return true;
}
