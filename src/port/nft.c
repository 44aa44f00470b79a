#include "port/nft.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20 };

/* Its standard streams: files in memory, so that nobody waits for anybody. */
struct streams {
	int in, out, err;
};

struct nft {
	struct streams streams;
	pid_t pid; /* and of the group of all that it starts */
	int fd;    /* of the process; or -1 */
	bool stopped;
};

static int streams_open(struct streams *s, const char *commands)
{
	size_t len = strlen(commands);

	*s = (struct streams) { -1, -1, -1 };
	s->in = memfd_create("nft-commands", MFD_CLOEXEC);
	s->out = memfd_create("nft-answer", MFD_CLOEXEC);
	s->err = memfd_create("nft-errors", MFD_CLOEXEC);
	if (s->in < 0 || s->out < 0 || s->err < 0)
		return -errno;
	if (pwrite(s->in, commands, len, 0) != (ssize_t)len)
		return -EIO;
	return 0;
}

static void streams_close(const struct streams *s)
{
	if (s->in >= 0)
		close(s->in);
	if (s->out >= 0)
		close(s->out);
	if (s->err >= 0)
		close(s->err);
}

static int redirect(posix_spawn_file_actions_t *actions, const struct streams *s)
{
	int rc = posix_spawn_file_actions_adddup2(actions, s->in, STDIN_FILENO);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, s->out, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, s->err, STDERR_FILENO);
	return rc;
}

/* In a group of its own: it is ended together with what it has started, and no signal of a terminal ends it halfway. */
static int spawn(const struct streams *s, pid_t *pid)
{
	static char name[] = "nft", file[] = "-f", standard_input[] = "-";
	char *words[] = { name, file, standard_input, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t how;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return -rc;
	rc = posix_spawnattr_init(&how);
	if (rc == 0) {
		posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
		posix_spawnattr_setpgroup(&how, 0);
		rc = redirect(&actions, s);
		if (rc == 0)
			rc = posix_spawnp(pid, name, &actions, &how, words, environ);
		posix_spawnattr_destroy(&how);
	}
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* Its exit status, or −errno. */
static int await(struct nft *nft)
{
	struct pollfd ended = { .fd = nft->fd, .events = POLLIN };
	int status = 0;

	if (nft->fd >= 0 && !nft->stopped && poll(&ended, 1, NFT_PATIENCE) == 0)
		nft_stop(nft);
	while (waitpid(nft->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (nft->stopped)
		return -ETIMEDOUT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EPROTO;
}

/* The first line of what it complained of. */
static void say(int err, char why[NFT_WHY])
{
	ssize_t n = pread(err, why, NFT_WHY - 1, 0);

	why[n > 0 ? n : 0] = '\0';
	why[strcspn(why, "\n")] = '\0';
}

static int take_answer(int out, char **answer)
{
	off_t len = lseek(out, 0, SEEK_END);
	char *text = len >= 0 && len <= ANSWER_MAX ? calloc(1, (size_t)len + 1) : NULL;

	if (!text)
		return -ENOMEM;
	if (pread(out, text, (size_t)len, 0) != len) {
		free(text);
		return -EIO;
	}
	*answer = text;
	return 0;
}

static void say_no(int rc, char why[NFT_WHY])
{
	if (rc == -ENOENT)
		snprintf(why, NFT_WHY, "there is no program nft here (package nftables)");
	else
		snprintf(why, NFT_WHY, "nft: %s", strerror(-rc));
}

static void release(struct nft *nft)
{
	if (nft->fd >= 0)
		close(nft->fd);
	streams_close(&nft->streams);
	free(nft);
}

int nft_start(struct nft **out, const char *commands, char why[NFT_WHY])
{
	struct nft *nft = calloc(1, sizeof(*nft));
	int rc;

	if (!nft) {
		say_no(-ENOMEM, why);
		return -ENOMEM;
	}
	nft->fd = -1;
	rc = streams_open(&nft->streams, commands);
	if (rc == 0)
		rc = spawn(&nft->streams, &nft->pid);
	if (rc < 0) {
		say_no(rc, why);
		release(nft);
		return rc;
	}
	nft->fd = (int)syscall(SYS_pidfd_open, nft->pid, 0);
	*out = nft;
	return 0;
}

int nft_fd(const struct nft *nft)
{
	return nft->fd;
}

void nft_stop(struct nft *nft)
{
	kill(-nft->pid, SIGKILL);
	nft->stopped = true;
}

int nft_end(struct nft *nft, char **answer, char why[NFT_WHY])
{
	int rc = await(nft);

	if (rc > 0) {
		say(nft->streams.err, why);
		rc = -EPROTO;
	} else {
		if (rc == 0 && answer)
			rc = take_answer(nft->streams.out, answer);
		if (rc < 0)
			say_no(rc, why);
	}
	release(nft);
	return rc;
}

int nft_run(const char *commands, char **answer, char why[NFT_WHY])
{
	struct nft *nft;
	int rc = nft_start(&nft, commands, why);

	return rc < 0 ? rc : nft_end(nft, answer, why);
}
