/* Cluster files on disk: each under bad/ says exactly what its .expected says, each under good/ and
 * in configs/ is planned and applied for every node without a word.
 *
 * VXS_GOLDEN=write in the environment writes the .expected files instead (tests/data/cluster/update
 * does, and shows what that changes). */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/codes.h"
#include "plan/plan.h"

enum { TEXT_MAX = 1 << 20, PATH_ROOM = 512 };

struct loaded {
	char *text;
	size_t len;
};

static void path_in(char out[PATH_ROOM], const char *dir, const char *name)
{
	const char *source = getenv("VXS_SOURCE");

	assert_non_null(source);
	assert_true(snprintf(out, PATH_ROOM, "%s/%s/%s", source, dir, name) < PATH_ROOM);
}

/* On an exactly sized buffer, so that reading beyond it shows. */
static struct loaded load(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *buffer = malloc(TEXT_MAX);
	struct loaded loaded;

	if (!file)
		fail_msg("%s cannot be read", path);
	assert_non_null(buffer);
	loaded.len = fread(buffer, 1, TEXT_MAX, file);
	loaded.text = malloc(loaded.len ? loaded.len : 1);
	assert_non_null(loaded.text);
	memcpy(loaded.text, buffer, loaded.len);
	free(buffer);
	fclose(file);
	return loaded;
}

/* The codes that some .expected has. */
static bool occurred[2][1000];

static void note_codes(const struct errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct error *error = &errors->list[i];

		assert_in_range(error->code, 1, 999);
		occurred[error->severity][error->code] = true;
	}
}

/* Files about which one thing is said. */
static size_t single;

static char *report(const char *name, const struct loaded *loaded)
{
	struct errors errors = { 0 };
	struct cluster *cluster = cluster_read(name, loaded->text, loaded->len, &errors);
	char *said = NULL;
	size_t said_len;
	FILE *to = open_memstream(&said, &said_len);

	assert_non_null(cluster);
	assert_non_null(to);
	cluster_check(cluster, &errors);
	if (errors.error_count == 0)
		subnets_free(subnets_allocate(cluster, NULL, &errors));
	errors_print(to, &errors, name, loaded->text, loaded->len,
		     errors.error_count > 0 ? "Nothing was changed." : NULL);
	fclose(to);
	note_codes(&errors);
	single += errors.error_count + errors.warning_count == 1;
	cluster_free(cluster);
	errors_free(&errors);
	return said;
}

static void write_golden(const char *path, const char *said)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(said, file);
	fclose(file);
}

/* Is what was said what is expected?  Tells the difference. */
static bool is_golden(const char *name, const char *golden, const char *said)
{
	struct loaded expected = load(golden);
	bool same = strlen(said) == expected.len && !memcmp(said, expected.text, expected.len);

	if (!same)
		print_error("%s says\n%s\ninstead of\n%.*s\n", name, said, (int)expected.len,
			    expected.text);
	free(expected.text);
	return same;
}

static bool check_bad(const char *name)
{
	char path[PATH_ROOM], golden[PATH_ROOM + 16];
	struct loaded loaded;
	bool fine = true;
	char *said;

	path_in(path, "tests/data/cluster/bad", name);
	snprintf(golden, sizeof(golden), "%.*s.expected", (int)(strlen(path) - strlen(".yaml")),
		 path);
	loaded = load(path);
	said = report(name, &loaded);
	assert_true(said[0] != '\0');
	if (getenv("VXS_GOLDEN"))
		write_golden(golden, said);
	else
		fine = is_golden(name, golden, said);
	free(said);
	free(loaded.text);
	return fine;
}

static uint32_t mtu_1500(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

static void check_node(const struct cluster *cluster, const struct subnets *subnets, uint32_t node)
{
	const struct plan_machine machine = { .mtu = mtu_1500, .subnets = subnets };
	struct errors errors = { 0 };
	struct plan *plan = plan_make(cluster, node, &machine, &errors);
	struct tables *tables = tables_new(0, (struct hash_secret) { 1, 2 });

	assert_non_null(plan);
	assert_non_null(tables);
	assert_int_equal(errors.error_count, 0);
	assert_true(plan_apply(plan, tables));
	assert_int_equal(tables->network_count, plan->network_count);
	plan_free(plan);
	tables_free(tables);
	errors_free(&errors);
}

static bool check_good(const char *dir, const char *name)
{
	struct errors errors = { 0 };
	struct cluster *cluster;
	struct subnets *subnets;
	struct loaded loaded;
	char path[PATH_ROOM];

	path_in(path, dir, name);
	loaded = load(path);
	cluster = cluster_read(name, loaded.text, loaded.len, &errors);
	assert_non_null(cluster);
	cluster_check(cluster, &errors);
	subnets = subnets_allocate(cluster, NULL, &errors);
	assert_non_null(subnets);
	errors_print(stderr, &errors, name, loaded.text, loaded.len, NULL);
	assert_int_equal(errors.error_count, 0);
	assert_true(cluster->node_count > 0);
	for (uint32_t node = 0; node < cluster->node_count; node++)
		check_node(cluster, subnets, node);
	subnets_free(subnets);
	cluster_free(cluster);
	errors_free(&errors);
	free(loaded.text);
	return true;
}

/* Calls one of the two for each .yaml file of @dir; returns how many there were. */
static int each(const char *dir, bool good)
{
	struct dirent **names;
	char path[PATH_ROOM];
	int count, files = 0, wrong = 0;

	path_in(path, dir, "");
	count = scandir(path, &names, NULL, alphasort);
	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		const char *end = strrchr(names[i]->d_name, '.');

		if (end && strcmp(end, ".yaml") == 0) {
			files++;
			wrong += good ? !check_good(dir, names[i]->d_name)
				      : !check_bad(names[i]->d_name);
		}
		free(names[i]);
	}
	free(names);
	assert_int_equal(wrong, 0);
	return files;
}

static void bad_files(void **state)
{
	(void)state;
	assert_true(each("tests/data/cluster/bad", false) >= 250);
	assert_true(single >= 150);
}

/* What no file shows by itself: its size (test_document), memory, and the machine (test_explain and
 * the command tests). */
static bool is_of_no_file(uint16_t code)
{
	return code == PLAN_E_SIZE || code == PLAN_E_NO_MEMORY || code == PLAN_E_UNDERLAY_MTU ||
	       code == PLAN_E_NOT_OURS;
}

/* After the bad files. */
static void every_code_occurs(void **state)
{
	static const struct {
		const char *name;
		uint16_t number;
	} codes[] = {
#define X(name, number, title) { #name, number },
		PLAN_CODES(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		bool warning = codes[i].name[0] == 'W';

		if (!occurred[warning ? SEVERITY_WARNING : SEVERITY_ERROR][codes[i].number] &&
		    !(is_of_no_file(codes[i].number) && !warning))
			fail_msg("no file under bad/ has %s", codes[i].name);
	}
}

static void good_files(void **state)
{
	(void)state;
	assert_true(each("tests/data/cluster/good", true) >= 7);
}

static void configs(void **state)
{
	(void)state;
	assert_true(each("configs", true) >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files),
		cmocka_unit_test(every_code_occurs),
		cmocka_unit_test(good_files),
		cmocka_unit_test(configs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
