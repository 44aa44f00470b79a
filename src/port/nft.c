#include "port/nft.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
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

static int streams_open(struct streams *s, const char *commands)
{
	size_t len = strlen(commands);

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

static int start(const struct streams *s, pid_t *pid)
{
	static char name[] = "nft", file[] = "-f", standard_input[] = "-";
	char *words[] = { name, file, standard_input, NULL };
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return -rc;
	rc = posix_spawn_file_actions_adddup2(&actions, s->in, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, s->out, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, s->err, STDERR_FILENO);
	if (rc == 0)
		rc = posix_spawnp(pid, name, &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* Its exit status, or −errno. */
static int await(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	int ready = fd < 0 ? 1 : poll(&ended, 1, NFT_PATIENCE);

	if (fd >= 0)
		close(fd);
	if (ready == 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (ready == 0)
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

static int run(const struct streams *s, char **answer, char why[NFT_WHY])
{
	pid_t pid = 0;
	int rc = start(s, &pid);

	if (rc == -ENOENT) {
		snprintf(why, NFT_WHY, "there is no program nft here (package nftables)");
		return rc;
	}
	if (rc == 0)
		rc = await(pid);
	if (rc > 0) {
		say(s->err, why);
		return -EPROTO;
	}
	if (rc == 0 && answer)
		rc = take_answer(s->out, answer);
	if (rc < 0)
		snprintf(why, NFT_WHY, "nft: %s", strerror(-rc));
	return rc;
}

int nft_run(const char *commands, char **answer, char why[NFT_WHY])
{
	struct streams s;
	int rc = streams_open(&s, commands);

	if (rc == 0)
		rc = run(&s, answer, why);
	else
		snprintf(why, NFT_WHY, "nft: %s", strerror(-rc));
	streams_close(&s);
	return rc;
}
