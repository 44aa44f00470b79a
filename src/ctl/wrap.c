#include "wrap.h"

#include <string.h>

void wrap_print(FILE *to, const char *label, const char *text)
{
	int column = fprintf(to, "  %-*s", WRAP_INDENT - 2, label);

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column > WRAP_INDENT && column + 1 + len > WRAP_WIDTH)
			column = fprintf(to, "\n%*s", WRAP_INDENT, "") - 1;
		else if (column > WRAP_INDENT)
			column += fprintf(to, " ");
		column += fprintf(to, "%.*s", len, text);
		text += len;
		text += *text == ' ';
	}
	fputc('\n', to);
}
