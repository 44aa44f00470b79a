#include "wire/vxlan.h"

enum { GPE_PROTOCOL_NONE = 0, GPE_PROTOCOL_ETHERNET = 3 };

static bool gpe_is_ethernet(const uint8_t *header)
{
	if (!(header[0] & VXLAN_FLAG_P))
		return true;
	return header[3] == GPE_PROTOCOL_NONE || header[3] == GPE_PROTOCOL_ETHERNET;
}

enum vxlan_fault vxlan_read(struct span *in, struct vxlan *out)
{
	struct span rest = *in;
	const uint8_t *header = span_take(&rest, VXLAN_LEN);

	if (!header)
		return VXLAN_SHORT;
	if (!(header[0] & VXLAN_FLAG_I))
		return VXLAN_NO_VNI;
	if (!gpe_is_ethernet(header))
		return VXLAN_NOT_ETHERNET;

	out->vni = get_be24(header + 4);
	out->reserved = header[0] != VXLAN_FLAG_I || get_be24(header + 1) != 0 || header[7] != 0;
	*in = rest;
	return VXLAN_FINE;
}

void vxlan_write(uint8_t out[VXLAN_LEN], uint32_t vni)
{
	put_be32(out, (uint32_t)VXLAN_FLAG_I << 24);
	put_be24(out + 4, vni);
	out[7] = 0;
}
