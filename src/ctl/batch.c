#include "ctl/batch.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

ssize_t batch_line(const char *at, size_t len, bool last)
{
	const char *from = at, *end;

	while ((end = memchr(from, '\n', len - (size_t)(from - at)))) {
		if (end == at || end[-1] != '\\')
			return end - at;
		from = end + 1;
	}
	return last ? (ssize_t)len : -1;
}

static void join_lines(char *line)
{
	for (char *at = line; (at = strstr(at, "\\\n"));)
		at[0] = at[1] = ' ';
}

/* Moves the word at *@at, whose end becomes its NUL, to *@word; false where a quote has no end. */
static bool take_word(char **at, char **word)
{
	char *from = *at, quote;
	size_t len;

	if (*from != '"' && *from != '\'') {
		*word = from;
		len = strcspn(from, blanks);
	} else {
		quote = *from;
		*word = from + 1;
		len = strcspn(*word, (char[]) { quote, '\0' });
		if (!(*word)[len])
			return false;
	}
	*at = *word + len;
	if (**at)
		*(*at)++ = '\0';
	return true;
}

int batch_words(char *line, char *words[BATCH_WORDS], char why[COMMAND_WHY])
{
	char *at = line;
	int count = 0;

	join_lines(line);
	while (*(at += strspn(at, blanks)) && *at != '#') {
		if (count == BATCH_WORDS) {
			snprintf(why, COMMAND_WHY, "more than %d words", BATCH_WORDS);
			return -1;
		}
		if (!take_word(&at, &words[count++])) {
			snprintf(why, COMMAND_WHY, "a quote is opened and not closed");
			return -1;
		}
	}
	return count;
}
