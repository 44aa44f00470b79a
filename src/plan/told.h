/* The long texts of the explanations; the titles are in plan/codes.h. */
#ifndef PLAN_TOLD_H
#define PLAN_TOLD_H

#include "plan/codes.h"

struct told {
	char letter;
	uint16_t number;
	const char *meaning, *why, *mend, *wrong, *right; /* as in struct explanation */
};

/* TOLD(E_TEXT, .meaning = ...) */
#define TOLD(name, ...)                                                \
	{                                                              \
		.letter = #name[0], .number = PLAN_##name, __VA_ARGS__ \
	}

/* E1xx, and E2xx with W2xx; each ends with a row without a letter. */
extern const struct told told_values[], told_rules[];

#endif
