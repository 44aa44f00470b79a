#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "files.h"
#include "records.h"

static const char current[] = "state", old[] = "state.old", next[] = "state.new";

struct store {
	char *directory, *cluster, *node;
	int dir, fd;
	struct records records;
	off_t end;     /* of what is sealed */
	uint64_t seal; /* the last */
	bool doubtful; /* what stands behind `end`, or whether all before it is there */
	char trouble[STORE_WHY];
};

/* -- Generations -- */

static void add_record(void *context, const char *key, const char *value)
{
	journal_add(context, JOURNAL_PUT, key, value);
}

static bool make_text(const struct store *s, struct journal_text *text, uint64_t *seal)
{
	journal_add_head(text, s->cluster, s->node);
	records_each(&s->records, "", add_record, text);
	*seal = journal_seal(text, '#', 0);
	return !text->no_memory;
}

/* @text durable in a file that counts for nothing yet; its descriptor, or −errno. */
static int write_next(const struct store *s, const struct journal_text *text)
{
	int fd = files_open(s->dir, next, true), rc;

	if (fd < 0)
		return fd;
	rc = files_write(fd, text->at, text->len, 0);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	close(fd);
	unlinkat(s->dir, next, 0);
	return rc;
}

/* It counts from now on.  Between the two names the old one is there to count. */
static int put_in_place(const struct store *s, bool keep)
{
	if (keep && renameat(s->dir, current, s->dir, old) < 0)
		return -errno;
	if (renameat(s->dir, next, s->dir, current) < 0)
		return -errno;
	return fsync(s->dir) < 0 ? -errno : 0;
}

static void take_file(struct store *s, int fd, size_t len, uint64_t seal)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = fd;
	s->end = (off_t)len;
	s->seal = seal;
	s->doubtful = false;
}

/* @keep: what counts now becomes the generation before. */
static int begin_generation(struct store *s, bool keep)
{
	struct journal_text text = { 0 };
	uint64_t seal = 0;
	int fd = -ENOMEM, rc;

	if (make_text(s, &text, &seal))
		fd = write_next(s, &text);
	free(text.at);
	if (fd < 0)
		return fd;
	rc = put_in_place(s, keep);
	if (rc == 0) {
		take_file(s, fd, text.len, seal);
		return 0;
	}
	/* Under which name either is now is not known for certain. */
	s->doubtful = true;
	close(fd);
	return rc;
}

/* -- Opening -- */

static bool take_record(void *context, enum journal_kind kind, const char *key, const char *value)
{
	struct store *s = context;
	struct store_change *change = store_change_new(kind, key, value);

	if (!change)
		return false;
	if (records_apply(&s->records, change)) {
		records_settle(&s->records, &change, 1);
		return true;
	}
	store_change_free(change);
	return false;
}

static void say_trouble(struct store *s, const char *name, const char *what, const char *aside,
			const char *used)
{
	snprintf(s->trouble, sizeof(s->trouble), "%s/%s: %s; it is kept as %s, and %s is used",
		 s->directory, name, what, aside, used);
	log_warning("%s", s->trouble);
}

/* How one of the files was found. */
struct found {
	int rc; /* −ENOENT: it is not there */
	struct journal_found journal;
	char *at;
	size_t len;
};

static struct found look_at(const struct store *s, const char *name)
{
	struct found f = { 0 };

	f.rc = files_read(s->dir, name, STORE_BYTES, &f.at, &f.len);
	if (f.rc == 0) {
		f.journal = journal_check(f.at, f.len, s->cluster, s->node);
		return f;
	}
	f.journal.state = JOURNAL_FOREIGN;
	snprintf(f.journal.why, sizeof(f.journal.why), "%s",
		 f.rc == -EFBIG ? "it is longer than 1 GiB" : strerror(-f.rc));
	return f;
}

/* Memory and a disk that can not be read are no reason to call a file bad. */
static bool is_unreadable(const struct found *f)
{
	return f->rc < 0 && f->rc != -ENOENT && f->rc != -EFBIG && f->rc != -EINVAL &&
	       f->rc != -ELOOP;
}

static int use(struct store *s, const struct found *f)
{
	return journal_each(f->at, f->journal.good, take_record, s) ? 0 : -ENOMEM;
}

/* It is whole, but for what nobody was told of. */
static int go_on_with(struct store *s, const struct found *f)
{
	int fd = files_open(s->dir, current, false);

	if (fd < 0)
		return fd;
	if (f->journal.state == JOURNAL_CUT) {
		log_info("%s/%s: %zu bytes of a change that was not acknowledged are left out",
			 s->directory, current, f->len - f->journal.good);
		if (ftruncate(fd, (off_t)f->journal.good) < 0) {
			close(fd);
			return -errno;
		}
	}
	take_file(s, fd, f->journal.good, f->journal.seal);
	return 0;
}

/* A second name keeps it, and it counts until the new generation is there. */
static int go_on_without_damage(struct store *s, const struct found *f)
{
	char aside[FILES_NAME];

	files_free_name(s->dir, aside);
	unlinkat(s->dir, aside, 0);
	if (linkat(s->dir, current, s->dir, aside, 0) < 0)
		return -errno;
	say_trouble(s, current, f->journal.why, aside, "what stands before that");
	return begin_generation(s, false);
}

static int set_aside(struct store *s, const char *name, const char *what, const char *used)
{
	char aside[FILES_NAME];

	files_free_name(s->dir, aside);
	if (renameat(s->dir, name, s->dir, aside) < 0)
		return -errno;
	say_trouble(s, name, what, aside, used);
	return 0;
}

/* `state` is not there, or good for nothing. */
static int go_on_with_old(struct store *s, const struct found *now)
{
	struct found f = look_at(s, old);
	bool usable = f.rc == 0 && f.journal.usable;
	int rc = is_unreadable(&f) ? f.rc : 0;

	if (rc == 0 && now->rc != -ENOENT)
		rc = set_aside(s, current, now->journal.why,
			       usable ? "the generation before it" : "nothing of it");
	if (rc == 0 && f.rc != -ENOENT && !usable)
		rc = set_aside(s, old, f.journal.why, "nothing of it");
	if (rc == 0 && usable)
		rc = use(s, &f);
	free(f.at);
	return rc < 0 ? rc : begin_generation(s, false);
}

static int load(struct store *s)
{
	struct found f = look_at(s, current);
	int rc;

	unlinkat(s->dir, next, 0);
	if (is_unreadable(&f))
		rc = f.rc;
	else if (f.rc < 0 || !f.journal.usable)
		rc = go_on_with_old(s, &f);
	else if ((rc = use(s, &f)) == 0)
		rc = f.journal.state == JOURNAL_DAMAGED ? go_on_without_damage(s, &f)
							: go_on_with(s, &f);
	free(f.at);
	return rc;
}

static struct store *make(const char *directory, const char *cluster, const char *node)
{
	struct store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->dir = s->fd = -1;
	s->directory = strdup(directory);
	s->cluster = strdup(cluster);
	s->node = strdup(node);
	if (s->directory && s->cluster && s->node)
		return s;
	store_close(s);
	return NULL;
}

static int refuse(int rc, const char *directory, char why[STORE_WHY])
{
	if (rc == -EWOULDBLOCK)
		snprintf(why, STORE_WHY, "another vxs keeps its state in %.400s", directory);
	else if (rc == -EPERM)
		snprintf(why, STORE_WHY, "%.400s is another user's", directory);
	else
		snprintf(why, STORE_WHY, "%.400s: %s", directory, strerror(-rc));
	return rc;
}

int store_open(struct store **out, const char *directory, const char *cluster, const char *node,
	       char why[STORE_WHY])
{
	struct store *s = make(directory, cluster, node);
	int rc = s ? 0 : -ENOMEM;

	if (rc == 0) {
		s->dir = files_open_directory(directory);
		rc = s->dir < 0 ? s->dir : load(s);
	}
	if (rc == 0) {
		*out = s;
		return 0;
	}
	store_close(s);
	return refuse(rc, directory, why);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	if (s->dir >= 0)
		close(s->dir);
	records_free(&s->records);
	free(s->directory);
	free(s->cluster);
	free(s->node);
	free(s);
}

/* -- Asking -- */

const char *store_trouble(const struct store *s)
{
	return s->trouble;
}

void store_each(const struct store *s, const char *prefix, store_take *take, void *context)
{
	records_each(&s->records, prefix, take, context);
}

size_t store_count(const struct store *s)
{
	return s->records.count;
}

/* -- Changing -- */

static int append(struct store *s, const struct journal_text *text, uint64_t seal)
{
	int rc = files_write(s->fd, text->at, text->len, s->end);

	if (rc == 0 && fdatasync(s->fd) < 0) {
		rc = -errno;
		s->doubtful = true;
	}
	if (rc < 0) {
		if (ftruncate(s->fd, s->end) < 0)
			s->doubtful = true;
		return rc;
	}
	s->end += (off_t)text->len;
	s->seal = seal;
	return 0;
}

static int write_changes(struct store *s, struct store_change *const *changes, size_t count)
{
	struct journal_text text = { 0 };
	uint64_t seal;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		if (!changes[i]->idle)
			journal_add(&text, changes[i]->kind, changes[i]->key, changes[i]->value);
	if (text.len > 0) {
		seal = journal_seal(&text, '=', s->seal);
		rc = text.no_memory                              ? -ENOMEM
		     : (uint64_t)s->end + text.len > STORE_BYTES ? -EFBIG
								 : append(s, &text, seal);
	}
	free(text.at);
	return rc;
}

static bool is_full_of_old(const struct store *s)
{
	return (uint64_t)s->end > 2 * s->records.bytes + STORE_SLACK;
}

/* Changes that have been applied, none of which renames anything any more. */
struct batch {
	struct store *store;
	struct store_change **of;
	size_t count, room;
	bool no_memory; /* one is missing, and so are all behind it */
};

static bool make_room(struct batch *b)
{
	size_t room = b->room ? 2 * b->room : 64;
	struct store_change **more;

	if (b->count < b->room)
		return true;
	more = reallocarray(b->of, room, sizeof(struct store_change *));
	if (!more)
		return false;
	b->of = more;
	b->room = room;
	return true;
}

/* Takes @change over; NULL: memory was short when it was made. */
static void apply(struct batch *b, struct store_change *change)
{
	b->no_memory = b->no_memory || !change || !make_room(b) ||
		       !records_apply(&b->store->records, change);
	if (b->no_memory)
		store_change_free(change);
	else
		b->of[b->count++] = change;
}

/* The changes that a new name comes to: they are gathered before the first of them happens. */
struct renaming {
	const struct store_change *by;
	struct batch gathered;
};

static void gather(struct batch *b, struct store_change *change)
{
	b->no_memory = b->no_memory || !change || !make_room(b);
	if (b->no_memory)
		store_change_free(change);
	else
		b->of[b->count++] = change;
}

static void rename_record(void *context, const char *key, const char *value)
{
	char new_key[JOURNAL_KEY + 1], new_value[JOURNAL_VALUE + 1];
	struct renaming *r = context;

	if (!r->by->rename(r->by->key, r->by->value, key, value, new_key, new_value))
		return;
	gather(&r->gathered, store_change_new(JOURNAL_REMOVE, key, NULL));
	gather(&r->gathered, store_change_new(JOURNAL_PUT, new_key, new_value));
}

static void apply_renaming(struct batch *b, struct store_change *change)
{
	struct renaming r = { .by = change };

	records_each(&b->store->records, "", rename_record, &r);
	b->no_memory = b->no_memory || r.gathered.no_memory;
	for (size_t i = 0; i < r.gathered.count; i++)
		apply(b, r.gathered.of[i]);
	free(r.gathered.of);
	store_change_free(change);
}

static void take_back(struct batch *b)
{
	while (b->count--) {
		records_undo(&b->store->records, b->of[b->count]);
		store_change_free(b->of[b->count]);
	}
}

int store_commit(struct store *s, struct store_change **changes, size_t count)
{
	struct batch b = { .store = s };
	int rc = s->doubtful ? begin_generation(s, false) : 0;

	b.no_memory = rc < 0;
	for (size_t i = 0; i < count; i++)
		(changes[i]->rename ? apply_renaming : apply)(&b, changes[i]);
	if (rc == 0)
		rc = b.no_memory ? -ENOMEM : write_changes(s, b.of, b.count);
	if (rc == 0)
		records_settle(&s->records, b.of, b.count);
	else
		take_back(&b);
	free(b.of);
	return rc;
}

void store_tidy(struct store *s)
{
	if (is_full_of_old(s))
		begin_generation(s, true);
}
