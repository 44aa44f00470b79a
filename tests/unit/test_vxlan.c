#include "wire/vxlan.h"

#include "craft.h"

static const uint8_t plain[VXLAN_LEN] = { 0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0 };

/* Reads @len bytes of @header from a buffer of exactly that size. */
static enum vxlan_fault read_exact(const uint8_t *header, size_t len, struct vxlan *out,
				   size_t *left)
{
	uint8_t *exact = craft_exact(header, len);
	struct span in = span_of(exact, len);
	enum vxlan_fault fault = vxlan_read(&in, out);

	*left = in.len;
	free(exact);
	return fault;
}

static void every_length(void **state)
{
	uint8_t header[VXLAN_LEN + 1];

	(void)state;
	memcpy(header, plain, VXLAN_LEN);
	header[VXLAN_LEN] = 0xaa;
	for (size_t len = 0; len <= sizeof(header); len++) {
		struct vxlan out = { .vni = 7 };
		size_t left;
		enum vxlan_fault fault = read_exact(header, len, &out, &left);

		if (len < VXLAN_LEN) {
			assert_int_equal(fault, VXLAN_SHORT);
			assert_int_equal(left, len);
			assert_int_equal(out.vni, 7);
		} else {
			assert_int_equal(fault, VXLAN_FINE);
			assert_int_equal(left, len - VXLAN_LEN);
			assert_int_equal(out.vni, 0x123456);
			assert_false(out.reserved);
		}
	}
}

/* Each of the 39 bits that RFC 7348 reserves, alone: fine, but seen. */
static void every_reserved_bit(void **state)
{
	int seen = 0;

	(void)state;
	for (size_t bit = 0; bit < 64; bit++) {
		uint8_t header[VXLAN_LEN];
		struct vxlan out;
		size_t left;

		if (bit == 4 || (bit >= 32 && bit < 56))
			continue; /* the I flag and the VNI */
		memcpy(header, plain, VXLAN_LEN);
		header[bit / 8] = (uint8_t)(header[bit / 8] | 0x80 >> bit % 8);
		assert_int_equal(read_exact(header, VXLAN_LEN, &out, &left), VXLAN_FINE);
		assert_true(out.reserved);
		assert_int_equal(out.vni, 0x123456);
		seen++;
	}
	assert_int_equal(seen, 39);
}

static void without_the_i_flag(void **state)
{
	uint8_t header[VXLAN_LEN];
	struct vxlan out = { .vni = 7 };
	size_t left;

	(void)state;
	for (unsigned int flags = 0; flags < 256; flags++) {
		memcpy(header, plain, VXLAN_LEN);
		header[0] = (uint8_t)flags;
		if (flags & VXLAN_FLAG_I)
			continue;
		assert_int_equal(read_exact(header, VXLAN_LEN, &out, &left), VXLAN_NO_VNI);
		assert_int_equal(left, VXLAN_LEN);
		assert_int_equal(out.vni, 7);
	}
}

/* With P the fourth byte names the payload; without, it is only reserved. */
static void gpe_payloads(void **state)
{
	(void)state;
	for (unsigned int protocol = 0; protocol < 256; protocol++) {
		uint8_t header[VXLAN_LEN] = { 0x0c, 0, 0, (uint8_t)protocol, 0, 0, 100, 0 };
		bool ethernet = protocol == 0 || protocol == 3;
		struct vxlan out;
		size_t left;

		assert_int_equal(read_exact(header, VXLAN_LEN, &out, &left),
				 ethernet ? VXLAN_FINE : VXLAN_NOT_ETHERNET);
		assert_int_equal(left, ethernet ? 0 : VXLAN_LEN);
		header[0] = 0x08;
		assert_int_equal(read_exact(header, VXLAN_LEN, &out, &left), VXLAN_FINE);
		assert_int_equal(out.reserved, protocol != 0);
	}
}

static void writes_what_it_reads(void **state)
{
	static const uint32_t vnis[] = { 0, 1, 100, 0x123456, VXLAN_VNI_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(vnis) / sizeof(vnis[0]); i++) {
		uint8_t header[VXLAN_LEN];
		struct vxlan out;
		size_t left;

		memset(header, 0xff, sizeof(header));
		vxlan_write(header, vnis[i]);
		assert_int_equal(read_exact(header, VXLAN_LEN, &out, &left), VXLAN_FINE);
		assert_int_equal(out.vni, vnis[i]);
		assert_false(out.reserved);
	}
}

static void overheads(void **state)
{
	(void)state;
	assert_int_equal(vxlan_overhead(ADDR_V4), 50);
	assert_int_equal(vxlan_overhead(ADDR_V6), 70);
	assert_int_equal(vxlan_outer_len(ADDR_V4), 36);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length),         cmocka_unit_test(every_reserved_bit),
		cmocka_unit_test(without_the_i_flag),   cmocka_unit_test(gpe_payloads),
		cmocka_unit_test(writes_what_it_reads), cmocka_unit_test(overheads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
