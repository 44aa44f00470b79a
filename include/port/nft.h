/* nftables through its own program, nft(8).
 *
 * Not through libnftables: that ends the process it is in when memory is short, and brings five more
 * libraries to every switch, of which few masquerade.  A program that fails is only a sentence.  It
 * is run at the start, when a file is followed and at the end, for some milliseconds; while the switch forwards
 * nobody waits for it. */
#ifndef PORT_NFT_H
#define PORT_NFT_H

#include <stddef.h>

enum {
	NFT_WHY = 256,
	NFT_PATIENCE = 5000, /* ms; then it is ended */
};

/* A run that is under way. */
struct nft;

/* Has nft begin to carry out @commands as one transaction, in the namespace of the calling thread.  0; or −errno (−ENOENT:
 * no such program) and a sentence in @why. */
int nft_start(struct nft **out, const char *commands, char why[NFT_WHY]);

/* Readable when it has ended; −1 where the kernel has no such descriptors (before 5.3). */
int nft_fd(const struct nft *nft);

/* Ends it, and what it has started, for it took too long; nobody waits for that either. */
void nft_stop(struct nft *nft);

/* Waits for its end, NFT_PATIENCE at most, and frees it.  What it answered goes to *@answer, to be
 * freed, unless that is NULL.  0; or −errno (−EPROTO: it refused, and nothing was done; −ETIMEDOUT: it was stopped,
 * and who knows) and a sentence in @why. */
int nft_end(struct nft *nft, char **answer, char why[NFT_WHY]);

/* Both in one, for whoever may wait. */
int nft_run(const char *commands, char **answer, char why[NFT_WHY]);

#endif
