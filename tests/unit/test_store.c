/* A store whose system calls fail, fall short, or are the last that its process makes, each in its turn:
 * whatever was acknowledged is there afterwards, whole, and what was refused is not.
 *
 * The calls are led through __wrap_pwrite64() and its like.  A process that ends is a child, so that what
 * it did to the files is just what a kill would leave; for a power cut, what was not synced is taken
 * away again before. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "craft.h"

enum {
	KEYS = 64,    /* changed by one commit */
	ROUNDS = 14,  /* commits; enough for new generations */
	FILL = 2000,  /* bytes of a value */
	MISHAP = 200, /* more calls than a life makes */
};

/* -- Calls that go wrong -- */

enum mishap {
	NONE,
	KILL,       /* the process ends before this call */
	KILL_HALF,  /* ... in the middle of it, if it writes */
	POWER,      /* the same, and what was not synced is lost */
	POWER_HALF, /* ... but for half of it */
	FAIL,       /* this call fails, once */
	FAIL_ALL,   /* and every later one */
	SHORT,      /* it writes one byte */
};

static enum mishap mishap;
static unsigned wanted, calls;
static int error;

/* For a power cut: what has been written and not synced, by descriptor; renames, newest last. */
static struct {
	int fd;
	off_t synced;
} files[8];
static unsigned file_count;
static struct {
	int dir;
	char from[32], to[32];
} renames[4];
static unsigned rename_count;

int __real_openat64(int dir, const char *name, int flags, mode_t mode);
int __wrap_openat64(int dir, const char *name, int flags, mode_t mode);
ssize_t __real_pwrite64(int fd, const void *at, size_t len, off64_t offset);
ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off64_t offset);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_ftruncate64(int fd, off64_t len);
int __wrap_ftruncate64(int fd, off64_t len);
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);

static void lose_power(void)
{
	struct stat stat;

	while (rename_count--)
		__real_renameat(renames[rename_count].dir, renames[rename_count].to,
				renames[rename_count].dir, renames[rename_count].from);
	for (unsigned i = 0; i < file_count; i++) {
		if (fstat(files[i].fd, &stat) < 0 || stat.st_size <= files[i].synced)
			continue;
		__real_ftruncate64(files[i].fd, mishap == POWER
							? files[i].synced
							: (files[i].synced + stat.st_size) / 2);
	}
}

static void end_here(void)
{
	if (mishap == POWER || mishap == POWER_HALF)
		lose_power();
	_exit(9);
}

/* Is it this call's turn? */
static bool is_due(void)
{
	calls++;
	return mishap != NONE && (calls == wanted || (mishap == FAIL_ALL && calls > wanted));
}

static bool fails(void)
{
	bool due = is_due();

	if (due && mishap >= KILL && mishap <= POWER_HALF)
		end_here();
	errno = error;
	return due && (mishap == FAIL || mishap == FAIL_ALL);
}

static void remember_file(int fd, off_t synced)
{
	for (unsigned i = 0; i < file_count; i++)
		if (files[i].fd == fd) {
			files[i].synced = synced;
			return;
		}
	assert_true(file_count < sizeof(files) / sizeof(files[0]));
	files[file_count].fd = fd;
	files[file_count++].synced = synced;
}

int __wrap_openat64(int dir, const char *name, int flags, mode_t mode)
{
	int fd;

	if ((flags & O_ACCMODE) == O_WRONLY && fails())
		return -1;
	fd = __real_openat64(dir, name, flags, mode);
	if (fd >= 0 && (flags & O_ACCMODE) == O_WRONLY)
		remember_file(fd, lseek(fd, 0, SEEK_END));
	return fd;
}

ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off64_t offset)
{
	bool due = is_due();

	if (due && (mishap == KILL_HALF || mishap == POWER_HALF))
		__real_pwrite64(fd, at, len / 2, offset);
	if (due && mishap >= KILL && mishap <= POWER_HALF)
		end_here();
	if (due && (mishap == FAIL || mishap == FAIL_ALL)) {
		__real_pwrite64(fd, at, len / 2, offset);
		errno = error;
		return -1;
	}
	return __real_pwrite64(fd, at, due && mishap == SHORT ? 1 : len, offset);
}

static int synced(int fd, int rc)
{
	struct stat stat;

	if (rc == 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode))
		remember_file(fd, stat.st_size);
	else if (rc == 0)
		rename_count = 0;
	return rc;
}

int __wrap_fsync(int fd)
{
	return fails() ? -1 : synced(fd, __real_fsync(fd));
}

int __wrap_fdatasync(int fd)
{
	return fails() ? -1 : synced(fd, __real_fdatasync(fd));
}

int __wrap_ftruncate64(int fd, off64_t len)
{
	return fails() ? -1 : __real_ftruncate64(fd, len);
}

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	int rc = fails() ? -1 : __real_renameat(from_dir, from, to_dir, to);

	if (rc == 0) {
		renames[rename_count].dir = to_dir;
		snprintf(renames[rename_count].from, 32, "%s", from);
		snprintf(renames[rename_count++].to, 32, "%s", to);
	}
	return rc;
}

static void let(enum mishap what, unsigned nth, int with)
{
	mishap = what;
	wanted = nth;
	error = with;
	calls = file_count = rename_count = 0;
}

/* -- A life: rounds of changes, each a commit -- */

static char directory[64];

static struct store *opened(void)
{
	struct store *s = NULL;
	char why[STORE_WHY];

	return store_open(&s, directory, "demo", "n1", why) == 0 ? s : NULL;
}

static int commit_round(struct store *s, unsigned round)
{
	struct store_change *changes[KEYS];
	char key[16], value[FILL + 1];

	memset(value, 'x', FILL);
	value[FILL] = '\0';
	snprintf(value, 8, "%06u", round);
	value[6] = '-';
	for (unsigned i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "k/%u", i);
		changes[i] = store_change_new(JOURNAL_PUT, key, value);
	}
	return store_commit(s, changes, KEYS);
}

/* Goes on where a life before this one ended; what is acknowledged is told by @acks. */
static void live(int acks)
{
	struct store *s = opened();

	if (!s)
		_exit(1);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		if (commit_round(s, round) == 0 &&
		    write(acks, &(unsigned char) { (unsigned char)round }, 1) != 1)
			_exit(1);
		store_tidy(s);
	}
	store_close(s);
	_exit(0);
}

struct seen {
	unsigned keys, round;
	bool mixed;
};

static void see(void *context, const char *key, const char *value)
{
	struct seen *seen = context;
	unsigned round = (unsigned)strtoul(value, NULL, 10);

	(void)key;
	seen->mixed = seen->mixed || (seen->keys > 0 && seen->round != round);
	seen->round = round;
	seen->keys++;
}

static void wipe(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
}

/* What is there after a life: of one round, all of it. */
static unsigned round_found(void)
{
	struct seen seen = { 0 };
	struct store *s;

	let(NONE, 0, 0);
	s = opened();
	assert_non_null(s);
	assert_string_equal(store_trouble(s), "");
	store_each(s, "k/", see, &seen);
	assert_false(seen.mixed);
	assert_true(seen.keys == 0 || seen.keys == KEYS);
	assert_int_equal(commit_round(s, 99), 0); /* and it goes on */
	store_close(s);
	return seen.round;
}

/* A life with a mishap; the last round that was acknowledged.  *@ended: it came to its end. */
static unsigned one_life(enum mishap what, unsigned nth, int with, bool *ended)
{
	unsigned char acked, last = 0;
	int acks[2], status;
	pid_t child;

	assert_int_equal(pipe(acks), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(acks[0]);
		log_set_level(LOG_ERROR);
		let(what, nth, with);
		live(acks[1]);
	}
	close(acks[1]);
	while (read(acks[0], &acked, 1) == 1)
		last = acked;
	close(acks[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	*ended = WEXITSTATUS(status) != 9;
	return last;
}

static void ends_anywhere(enum mishap what)
{
	unsigned nth = 0;
	bool ended = false;

	while (!ended && nth < MISHAP) {
		unsigned acked, found;

		wipe();
		acked = one_life(what, ++nth, 0, &ended);
		found = round_found();
		if (found != acked && found != acked + 1)
			fail_msg("call %u: %u was acknowledged, %u is there", nth, acked, found);
	}
	assert_in_range(nth, 2 * ROUNDS, MISHAP - 1);
}

static void killed_at_any_call(void **state)
{
	(void)state;
	ends_anywhere(KILL);
	ends_anywhere(KILL_HALF);
}

static void without_power_at_any_call(void **state)
{
	(void)state;
	ends_anywhere(POWER);
	ends_anywhere(POWER_HALF);
}

static void any_call_fails_once(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EROFS };
	bool ended;

	(void)state;
	for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++)
		for (unsigned nth = 1; nth < 4 * ROUNDS; nth++) {
			unsigned acked;

			wipe();
			acked = one_life(FAIL, nth, errors[e], &ended);
			assert_int_equal(round_found(), acked);
		}
}

/* What was refused by a disk that is dead may yet be there, where its end could not be cut off. */
static void all_calls_fail_from_one_on(void **state)
{
	bool ended;

	(void)state;
	for (unsigned nth = 1; nth < 4 * ROUNDS; nth++) {
		unsigned acked, found;

		wipe();
		acked = one_life(FAIL_ALL, nth, EIO, &ended);
		found = round_found();
		assert_in_range(found, acked, acked + 1);
	}
}

static void writes_fall_short(void **state)
{
	bool ended;

	(void)state;
	for (unsigned nth = 1; nth < 10; nth++) {
		wipe();
		assert_int_equal(one_life(SHORT, nth, 0, &ended), ROUNDS);
		assert_int_equal(round_found(), ROUNDS);
	}
}

/* -- What is kept -- */

static int change(struct store *s, enum journal_kind kind, const char *key, const char *value)
{
	struct store_change *c = store_change_new(kind, key, value);

	return store_commit(s, &c, 1);
}

static void list(void *context, const char *key, const char *value)
{
	char *words = context;

	snprintf(words + strlen(words), 256 - strlen(words), "%s=%s ", key, value);
}

static void assert_keeps(const char *words)
{
	struct store *s = opened();
	char found[256] = "";

	assert_non_null(s);
	store_each(s, "", list, found);
	assert_string_equal(found, words);
	store_close(s);
}

static void keys_come_and_go(void **state)
{
	struct store_change *several[6];
	struct store *s;

	(void)state;
	wipe();
	s = opened();
	assert_int_equal(change(s, JOURNAL_PUT, "a/1", "one"), 0);
	assert_int_equal(change(s, JOURNAL_PUT, "a/2", "two"), 0);
	assert_int_equal(change(s, JOURNAL_PUT, "b/1", "three"), 0);
	assert_int_equal(change(s, JOURNAL_PUT, "a/2", "more"), 0);
	assert_int_equal(change(s, JOURNAL_REMOVE, "a/7", NULL), 0);
	store_close(s);
	assert_keeps("a/1=one a/2=more b/1=three ");

	/* In one commit: what is made is removed, and made again. */
	s = opened();
	several[0] = store_change_new(JOURNAL_REMOVE_ALL, "a/", NULL);
	several[1] = store_change_new(JOURNAL_PUT, "a/2", "again");
	several[2] = store_change_new(JOURNAL_PUT, "c", "x");
	several[3] = store_change_new(JOURNAL_REMOVE, "c", NULL);
	several[4] = store_change_new(JOURNAL_PUT, "b/1", "y");
	several[5] = store_change_new(JOURNAL_PUT, "b/1", "z");
	assert_int_equal(store_commit(s, several, 6), 0);
	assert_int_equal(store_count(s), 2);
	store_close(s);
	assert_keeps("a/2=again b/1=z ");
}

static void refusing_takes_back(void **state)
{
	struct store_change *several[5];
	struct store *s;
	char found[256] = "";

	(void)state;
	s = opened();
	several[0] = store_change_new(JOURNAL_REMOVE, "a/2", NULL);
	several[1] = store_change_new(JOURNAL_PUT, "a/2", "third");
	several[2] = store_change_new(JOURNAL_REMOVE_ALL, "a", NULL);
	several[3] = store_change_new(JOURNAL_PUT, "d", "x");
	several[4] = store_change_new(JOURNAL_PUT, "b/1", "zz");
	let(FAIL, 1, ENOSPC);
	assert_int_equal(store_commit(s, several, 5), -ENOSPC);
	let(NONE, 0, 0);
	store_each(s, "", list, found);
	assert_string_equal(found, "a/2=again b/1=z ");
	store_close(s);
	assert_keeps("a/2=again b/1=z ");
}

/* "TABLE/NAME/...", whose value may be the name. */
static bool by_name(const char *from, const char *to, const char *key, const char *value,
		    char new_key[JOURNAL_KEY + 1], char new_value[JOURNAL_VALUE + 1])
{
	const char *slash = strchr(key, '/');

	if (!slash || strncmp(slash + 1, from, strlen(from)) != 0)
		return false;
	snprintf(new_key, JOURNAL_KEY + 1, "%.*s%s%s", (int)(slash + 1 - key), key, to,
		 slash + 1 + strlen(from));
	snprintf(new_value, JOURNAL_VALUE + 1, "%s", strcmp(value, from) == 0 ? to : value);
	return true;
}

/* One change, and among others it sees what came before it and nothing of what comes behind. */
static void another_name(void **state)
{
	struct store_change *several[5];
	struct store *s;
	char found[256] = "";

	(void)state;
	wipe();
	s = opened();
	assert_int_equal(change(s, JOURNAL_PUT, "a/x/1", "x"), 0);
	assert_int_equal(change(s, JOURNAL_PUT, "a/y/1", "x"), 0);
	several[0] = store_change_new(JOURNAL_PUT, "b/x", "2");
	several[1] = store_rename_new("x", "z", by_name);
	several[2] = store_change_new(JOURNAL_PUT, "b/x", "3");
	assert_int_equal(store_commit(s, several, 3), 0);
	assert_int_equal(store_count(s), 4);
	store_close(s);
	assert_keeps("a/y/1=x a/z/1=z b/x=3 b/z=2 ");

	/* Two that change names with each other, by way of a third. */
	s = opened();
	several[0] = store_rename_new("y", "t", by_name);
	several[1] = store_rename_new("z", "y", by_name);
	several[2] = store_rename_new("t", "z", by_name);
	assert_int_equal(store_commit(s, several, 3), 0);
	store_close(s);
	assert_keeps("a/y/1=y a/z/1=x b/x=3 b/y=2 ");

	/* The disk refuses: as it was. */
	s = opened();
	several[0] = store_rename_new("y", "t", by_name);
	let(FAIL, 1, ENOSPC);
	assert_int_equal(store_commit(s, several, 1), -ENOSPC);
	let(NONE, 0, 0);
	store_each(s, "", list, found);
	assert_string_equal(found, "a/y/1=y a/z/1=x b/x=3 b/y=2 ");
	several[0] = store_rename_new("nobody", "t", by_name);
	assert_int_equal(store_commit(s, several, 1), 0);
	store_close(s);
	assert_keeps("a/y/1=y a/z/1=x b/x=3 b/y=2 ");
	wipe();
}

static off_t size_of(const char *name)
{
	char path[128];
	struct stat stat_of;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return stat(path, &stat_of) == 0 ? stat_of.st_size : -1;
}

static void what_changes_nothing_costs_nothing(void **state)
{
	struct store *s = opened();
	off_t size = size_of("state");

	(void)state;
	let(NONE, 0, 0);
	assert_int_equal(change(s, JOURNAL_PUT, "b/1", "z"), 0);
	assert_int_equal(change(s, JOURNAL_REMOVE, "nothing", NULL), 0);
	assert_int_equal(change(s, JOURNAL_REMOVE_ALL, "nothing", NULL), 0);
	assert_int_equal(calls, 0);
	assert_int_equal(size_of("state"), size);
	store_close(s);
}

/* -- What is found -- */

static void one_process_has_it(void **state)
{
	struct store *s = opened(), *other;
	char why[STORE_WHY];
	struct stat stat_of;

	(void)state;
	assert_int_equal(store_open(&other, directory, "demo", "n1", why), -EWOULDBLOCK);
	assert_non_null(strstr(why, "another vxs"));
	assert_int_equal(stat(directory, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & ALLPERMS, 0700);
	store_close(s);
}

/* Writes @len bytes at @at, negative: from the end, of the file @name. */
static void scribble(const char *name, off_t at, const char *bytes)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_true(lseek(fd, at, at < 0 ? SEEK_END : SEEK_SET) >= 0);
	assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
	close(fd);
}

static void assert_opens(const char *trouble, const char *words)
{
	struct store *s = opened();
	char found[256] = "";

	assert_non_null(s);
	if (!strstr(store_trouble(s), trouble) || (!*trouble && *store_trouble(s)))
		fail_msg("%s: \"%s\"", trouble, store_trouble(s));
	store_each(s, "", list, found);
	assert_string_equal(found, words);
	store_close(s);
	assert_keeps(words);
}

static void begin_anew(void)
{
	struct store *s;

	wipe();
	s = opened();
	change(s, JOURNAL_PUT, "a", "1");
	change(s, JOURNAL_PUT, "b", "2");
	store_close(s);
}

static void damage_is_kept_aside(void **state)
{
	char path[192];

	(void)state;
	begin_anew();
	scribble("state", -19 - 4, "X"); /* in the last change */
	assert_opens("state.bad-1", "a=1 ");
	assert_true(size_of("state.bad-1") > 0);

	begin_anew();
	scribble("state", 0, "X"); /* the head; there is no generation before */
	assert_opens("nothing of it", "");
	assert_true(size_of("state.bad-1") > 0);

	begin_anew();
	snprintf(path, sizeof(path), "cp %s/state %s/state.old", directory, directory);
	assert_int_equal(system(path), 0);
	scribble("state", 21, "X"); /* where the generation begins */
	assert_opens("the generation before it", "a=1 b=2 ");
}

static void what_breaks_off_is_cut(void **state)
{
	char path[128];

	(void)state;
	begin_anew();
	snprintf(path, sizeof(path), "%s/state", directory);
	assert_int_equal(truncate(path, size_of("state") - 3), 0);
	assert_opens("", "a=1 ");
}

static void anothers_is_not_taken(void **state)
{
	struct store *s;
	char why[STORE_WHY];

	(void)state;
	begin_anew();
	assert_int_equal(store_open(&s, directory, "demo", "n2", why), 0);
	assert_non_null(strstr(store_trouble(s), "it is of node n1 of cluster demo"));
	assert_int_equal(store_count(s), 0);
	store_close(s);
	begin_anew();
	scribble("state", 10, "2");
	assert_opens("it is of version 2", "");
}

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	snprintf(directory, sizeof(directory), "%s/test_store.%d/demo",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	*strrchr(directory, '/') = '\0';
	wipe();
	return 0;
}

/* It would end the reading of all that comes behind it. */
static void what_cannot_be_read_again_is_not_taken(void **state)
{
	char most[JOURNAL_VALUE + 2];

	(void)state;
	memset(most, 'x', sizeof(most));
	most[JOURNAL_VALUE + 1] = '\0';
	assert_null(store_change_new(JOURNAL_PUT, "a", ""));
	assert_null(store_change_new(JOURNAL_PUT, "a", "two\nlines"));
	assert_null(store_change_new(JOURNAL_PUT, "a", most));
	assert_null(store_change_new(JOURNAL_PUT, "", "x"));
	assert_null(store_change_new(JOURNAL_REMOVE, "a\tb", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_read_again_is_not_taken),
		cmocka_unit_test(keys_come_and_go),
		cmocka_unit_test(refusing_takes_back),
		cmocka_unit_test(what_changes_nothing_costs_nothing),
		cmocka_unit_test(one_process_has_it),
		cmocka_unit_test(damage_is_kept_aside),
		cmocka_unit_test(what_breaks_off_is_cut),
		cmocka_unit_test(anothers_is_not_taken),
		cmocka_unit_test(killed_at_any_call),
		cmocka_unit_test(without_power_at_any_call),
		cmocka_unit_test(any_call_fails_once),
		cmocka_unit_test(all_calls_fail_from_one_on),
		cmocka_unit_test(writes_fall_short),
		cmocka_unit_test(another_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
