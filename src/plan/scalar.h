/* What single values mean.  Each form has one spelling, and none of YAML 1.1's guesses: `010`,
 * `0x10`, `1_000`, `1:30`, `yes` and `~` are refused rather than taken for something. */
#ifndef PLAN_SCALAR_H
#define PLAN_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/eth.h"

enum {
	NAME_LENGTH = 63,
	INTERFACE_LENGTH = 15, /* IFNAMSIZ less the NUL */
};

enum number { NUMBER_OK, NUMBER_BAD, NUMBER_BEYOND /* an integer, but not in 0..2^64-1 */ };

/* Decimal digits, no leading zero. */
enum number scalar_integer(const char *text, uint64_t *out);

/* "true" and "false". */
bool scalar_bool(const char *text, bool *out);

/* "300s", "5m", "24h" or a bare "0", in seconds. */
enum number scalar_duration(const char *text, uint64_t *seconds);

/* "64000/s". */
enum number scalar_rate(const char *text, uint64_t *per_second);

/* The canonical spelling only (RFC 5952 for IPv6; lower case); where @text is another spelling of
 * one, *@out is filled all the same. */
bool scalar_addr(const char *text, struct addr *out);
bool scalar_mac(const char *text, struct mac *out);
bool scalar_prefix(const char *text, struct prefix *out);

/* A cluster, node, network or host name: letters, digits, '-', '_', '.', beginning with a letter or
 * digit. */
bool scalar_name(const char *text);

/* What the kernel takes (dev_valid_name), and no '%', which it would take for a pattern. */
bool scalar_interface(const char *text);

#endif
