/* Stands in for libFuzzer: gives a fuzzer every file of a directory, each in a buffer of exactly
 * its size, and says in TAP how many there were.
 *
 *   replay DIRECTORY */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20 };

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The bytes of a file in a block of their own; NULL when it cannot be read. */
static uint8_t *load(const char *path, size_t *size)
{
	static uint8_t all[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;

	if (!file)
		return NULL;
	*size = fread(all, 1, sizeof(all), file);
	fclose(file);
	exact = malloc(*size ? *size : 1);
	for (size_t i = 0; exact && i < *size; i++)
		exact[i] = all[i];
	return exact;
}

/* Its name goes out first: should it crash, the last name is the one. */
static int replay(const char *directory, const char *name)
{
	char path[2048];
	size_t size;
	uint8_t *input;

	printf("# %s\n", name);
	fflush(stdout);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	input = load(path, &size);
	if (!input)
		return 0;
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	return 1;
}

int main(int argc, char **argv)
{
	struct dirent **names = NULL;
	int count = argc == 2 ? scandir(argv[1], &names, is_input, alphasort) : -1;
	int done = 0;

	printf("1..1\n");
	for (int i = 0; i < count; i++) {
		done += replay(argv[1], names[i]->d_name);
		free(names[i]);
	}
	free(names);
	printf("%s 1 - %d inputs\n", done > 0 && done == count ? "ok" : "not ok", done);
	return done > 0 && done == count ? 0 : 1;
}
