/* Datagrams from peers, strangers and ourselves. */
#include "fuzz.h"
#include "lab.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	lab_run(input, size, lab_datagram);
	return 0;
}
