/* The internet checksum over payloads, as fast as the machine can.
 *
 * Same contract as wire/checksum.h, which is the portable form; the variants for AVX2 and AVX-512
 * are chosen once by asking the CPU.  The naive loop cost as much as everything else in the switch
 * together, hence 32-bit lanes summed into 64-bit accumulators: no carry is ever looked at. */
#ifndef OFFLOAD_CHECKSUM_H
#define OFFLOAD_CHECKSUM_H

#include "wire/checksum.h"
#include "wire/frame.h"

/* checksum_add() by the best variant this CPU has. */
uint64_t checksum_payload(uint64_t sum, struct span bytes);

/* The variants this CPU can run, for differential tests and the bench: fills @out with up to
 * CHECKSUM_VARIANTS of them, the portable one first; returns how many. */
enum { CHECKSUM_VARIANTS = 3 };

struct checksum_variant {
	const char *name;
	uint64_t (*add)(uint64_t sum, struct span bytes);
};

size_t checksum_variants(struct checksum_variant out[CHECKSUM_VARIANTS]);

/* Finishes an unfinished checksum in place, so that a sink without virtio header can take the
 * frame. Not for superframes: those are finished segment by segment.  A UDP sum of 0 is written as
 * 0xffff. */
void frame_finish_checksum(struct frame *f);

#endif
