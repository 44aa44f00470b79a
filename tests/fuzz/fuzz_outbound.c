/* Frames from local ports, superframes among them. */
#include "fuzz.h"
#include "lab.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	lab_run(input, size, lab_frame);
	return 0;
}
