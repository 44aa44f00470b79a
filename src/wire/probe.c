#include "wire/probe.h"

static const uint8_t magic[4] = { 'v', 'x', 's', '?' };

enum { VERSION = 1, AT_KIND = 5, AT_FLAGS = 6, ONE_WAY = 1 };

bool probe_read(const struct frame *f, struct probe *out)
{
	struct span in = span_from(frame_bytes(f), ETH_LEN);
	const uint8_t *at = span_take(&in, PROBE_LEN);

	if (!at || memcmp(at, magic, sizeof(magic)) != 0 || at[4] != VERSION)
		return false;
	if (at[AT_KIND] < PROBE_REQUEST || at[AT_KIND] > PROBE_NO_NETWORK)
		return false;
	*out = (struct probe) { .kind = (enum probe_kind)at[AT_KIND],
				.sequence = get_be32(at + 8),
				.token = get_be32(at + 12),
				.one_way = at[AT_KIND] == PROBE_ANSWER &&
					   get_be16(at + AT_FLAGS) & ONE_WAY };
	return true;
}

static void write_addresses(uint8_t *at, struct mac to, struct mac from)
{
	memcpy(at, to.octet, sizeof(to.octet));
	memcpy(at + 6, from.octet, sizeof(from.octet));
	put_be16(at + 12, ETHERTYPE_PROBE);
}

size_t probe_request_write(struct room out, size_t len, struct mac to, struct mac from,
			   const struct probe *probe)
{
	uint8_t *at = len < PROBE_FRAME_MIN ? NULL : room_take(&out, len);

	if (!at)
		return 0;
	memset(at, 0, len);
	write_addresses(at, to, from);
	at += ETH_LEN;
	memcpy(at, magic, sizeof(magic));
	at[4] = VERSION;
	at[AT_KIND] = (uint8_t)probe->kind;
	put_be32(at + 8, probe->sequence);
	put_be32(at + 12, probe->token);
	return len;
}

size_t probe_answer_write(struct room out, const struct frame *f, enum probe_kind kind,
			  bool one_way)
{
	uint8_t *at = f->len < ETH_LEN + PROBE_LEN ? NULL : room_take(&out, f->len);

	if (!at)
		return 0;
	memcpy(at, f->at, f->len);
	write_addresses(at, f->eth.src, f->eth.dst);
	at[ETH_LEN + AT_KIND] = (uint8_t)kind;
	put_be16(at + ETH_LEN + AT_FLAGS, one_way ? ONE_WAY : 0);
	return f->len;
}
