#include "app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* What is in a file. */
struct content {
	char *text;
	size_t len;
};

/* Room for more than CONFIG_MAX, so that a file that is too long is told from one that fits. */
static int make_room(struct content *out, size_t *room)
{
	size_t wanted = *room ? *room * 2 : 65536;
	char *more;

	if (out->len < *room)
		return 0;
	more = realloc(out->text, wanted);
	if (!more)
		return -ENOMEM;
	out->text = more;
	*room = wanted;
	return 0;
}

/* A pipe is opened without waiting for its writer, and then waited for, but not for ever.  It is
 * at its end once something came and nobody is left to write; before, the writer may yet come. */
static int wait_for_writer(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int rc = poll(&poll_fd, 1, CONFIG_PATIENCE * 1000);

	return rc < 0 ? -errno : rc == 0 ? -ETIMEDOUT : poll_fd.revents & POLLIN;
}

/* 1 when there may be more, 0 at the end, −errno. */
static int read_some(int fd, bool pipe, struct content *out, size_t room)
{
	ssize_t n = read(fd, out->text + out->len, room - out->len);

	if (n < 0 && errno != EAGAIN)
		return errno == EINTR ? 1 : -errno;
	if (n > 0)
		out->len += (size_t)n;
	else if (pipe && (n < 0 || !out->len))
		return wait_for_writer(fd);
	return n > 0;
}

static int read_whole(int fd, struct content *out)
{
	size_t room = 0;
	struct stat stat;
	bool pipe = fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode);
	int rc;

	if (!pipe)
		fcntl(fd, F_SETFL, O_RDONLY); /* a terminal's person may take their time */
	do {
		rc = make_room(out, &room);
		if (rc == 0)
			rc = read_some(fd, pipe, out, room);
		if (out->len > CONFIG_MAX)
			return -EFBIG;
	} while (rc > 0);
	return rc;
}

/* -- The lease file -- */

/* Beside the cluster file, unless it says a path from the root. */
static char *leases_path(const struct config *c)
{
	const char *name = c->cluster->leases_path, *slash = strrchr(c->file, '/');
	char *path = NULL;

	if (name[0] == '/' || !slash)
		return strdup(name);
	return asprintf(&path, "%.*s/%s", (int)(slash - c->file), c->file, name) < 0 ? NULL : path;
}

/* A pipe or a device could keep us waiting. */
static int read_regular(int fd, struct content *out)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	return read_whole(fd, out);
}

static int parse_leases(struct config *c)
{
	struct lease_file *f = &c->leases;

	f->leases = leases_read(f->path, f->text, f->len, &f->errors);
	if (!f->leases)
		return -ENOMEM;
	if (f->errors.error_count == 0)
		leases_check(f->leases, c->cluster, &f->errors);
	return 0;
}

static int read_lease_file(struct config *c)
{
	struct lease_file *f = &c->leases;
	struct content content = { .len = 0 };
	int fd = open(f->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		f->unreadable = errno == ENOENT ? 0 : -errno;
		return 0;
	}
	f->unreadable = read_regular(fd, &content);
	close(fd);
	f->text = content.text;
	f->len = content.len;
	return f->unreadable ? 0 : parse_leases(c);
}

static bool divides(const struct cluster *cluster)
{
	for (uint32_t i = 0; i < cluster->network_count; i++)
		if (network_is_divided(&cluster->networks[i]))
			return true;
	return false;
}

/* The lease file only where it is needed. */
static int allocate(struct config *c)
{
	int rc = 0;

	if (c->errors.error_count)
		return 0;
	c->leases.path = leases_path(c);
	if (!c->leases.path)
		return -ENOMEM;
	if (divides(c->cluster))
		rc = read_lease_file(c);
	if (rc == 0 && config_is_fine(c)) {
		c->subnets = subnets_allocate(c->cluster, c->leases.leases, &c->errors);
		rc = c->subnets ? 0 : -ENOMEM;
	}
	return rc;
}

/* -- Both -- */

bool config_is_fine(const struct config *config)
{
	return config->errors.error_count == 0 && config->leases.errors.error_count == 0 &&
	       config->leases.unreadable == 0;
}

/* Those of @made that the file leaves room for. */
static int write_made(const struct config *c, const struct made_list *made, char **text,
		      size_t *len)
{
	FILE *to = open_memstream(text, len);
	char why[MADE_WHY];

	if (!to)
		return -ENOMEM;
	fputs("networks:\n", to);
	for (size_t i = 0; i < made->count; i++)
		if (!made_conflicts(&made->of[i], c->cluster, c->own, why))
			made_network(&made->of[i], to);
	return fclose(to) == 0 ? 0 : -ENOMEM;
}

static int add_made(struct config *c, const struct made_list *made)
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	c->own = c->cluster->network_count;
	if (!made || !made->count || c->errors.error_count)
		return 0;
	rc = write_made(c, made, &text, &len);
	if (rc == 0 && !cluster_add(c->cluster, text, len, &c->errors))
		rc = -ENOMEM;
	free(text);
	return rc;
}

/* Owners of leases are no matter of the file, and not checked with it (plan/leased.h). */
static int complete(struct config *c, const struct beside *beside)
{
	bool given = c->cluster->etcd && beside->given && !c->errors.error_count;

	if (given && cluster_node(c->cluster, beside->given->name) != NODE_NONE)
		given = false; /* which whoever asks for it says (app/wanted.c) */
	if (given && !cluster_add_node(c->cluster, beside->given))
		return -ENOMEM;
	cluster_check(c->cluster, &c->errors);
	if (c->cluster->etcd && !c->errors.error_count &&
	    !cluster_lease(c->cluster, beside->leased))
		return -ENOMEM;
	return allocate(c);
}

static int check(struct config *out, const struct beside *beside)
{
	static const struct beside nothing = { .made = NULL };
	int rc = -ENOMEM;

	beside = beside ? beside : &nothing;
	out->cluster = cluster_read(out->file, out->text, out->len, &out->errors);
	if (out->cluster && add_made(out, beside->made) == 0)
		rc = complete(out, beside);
	if (rc < 0)
		config_free(out);
	return rc;
}

static bool name(struct config *out, const char *file)
{
	*out = (struct config) { .file = strdup(file) };
	return out->file;
}

int config_take(struct config *out, const char *file, const char *text, size_t len,
		const struct beside *beside)
{
	if (!name(out, file))
		return -ENOMEM;
	out->text = malloc(len + 1);
	if (!out->text) {
		config_free(out);
		return -ENOMEM;
	}
	memcpy(out->text, text, len);
	out->len = len;
	return check(out, beside);
}

int config_read(struct config *out, const char *file, const struct beside *beside)
{
	bool standard = strcmp(file, "-") == 0;
	int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			  : open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct content content = { .len = 0 };
	int rc;

	*out = (struct config) { 0 };
	if (fd < 0)
		return -errno;
	rc = name(out, standard ? "<stdin>" : file) ? read_whole(fd, &content) : -ENOMEM;
	close(fd);
	out->text = content.text;
	out->len = content.len;
	if (rc < 0) {
		config_free(out);
		return rc;
	}
	return check(out, beside);
}

char *config_path(const char *file)
{
	char *here = *file == '/' || strcmp(file, "-") == 0 ? NULL : getcwd(NULL, 0);
	char *path = NULL;

	if (!here)
		return strdup(file);
	if (asprintf(&path, "%s/%s", here, file) < 0)
		path = NULL;
	free(here);
	return path;
}

const char *config_unreadable(int rc)
{
	switch (rc) {
	case -EFBIG:
		return "it is longer than 16 MiB";
	case -EINVAL:
		return "it is no regular file";
	case -ETIMEDOUT:
		return "it is a pipe, and nobody writes into it";
	default:
		return strerror(-rc);
	}
}

static void report(FILE *to, struct errors *errors, const char *file, const char *text, size_t len,
		   const char *consequence)
{
	if (errors->count)
		errors_print(to, errors, file, text, len, errors->error_count ? consequence : NULL);
	else if (errors->error_count)
		log_error("memory is short for saying what is wrong with %s", file);
}

bool config_report(struct config *config, FILE *to, const char *consequence)
{
	struct lease_file *f = &config->leases;

	report(to, &config->errors, config->file, config->text, config->len, consequence);
	report(to, &f->errors, f->path, f->text, f->len, consequence);
	if (f->unreadable)
		log_error("cannot read %s: %s", f->path, config_unreadable(f->unreadable));
	return config_is_fine(config);
}

void config_free(struct config *config)
{
	subnets_free(config->subnets);
	leases_free(config->leases.leases);
	errors_free(&config->leases.errors);
	free(config->leases.text);
	free(config->leases.path);
	cluster_free(config->cluster);
	errors_free(&config->errors);
	free(config->text);
	free(config->file);
	*config = (struct config) { 0 };
}
