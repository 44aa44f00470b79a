#include "wire/ecn.h"

bool ecn_inner(uint8_t outer_tos, uint8_t inner_tos, enum ecn *out)
{
	enum ecn outer = (enum ecn)(outer_tos & ECN_MASK);
	enum ecn inner = (enum ecn)(inner_tos & ECN_MASK);

	if (inner == ECN_NOT_ECT && outer == ECN_CE)
		return false;
	if (inner == ECN_NOT_ECT || inner == ECN_CE)
		*out = inner;
	else if (outer == ECN_CE || outer == ECN_ECT1)
		*out = outer;
	else
		*out = inner;
	return true;
}
