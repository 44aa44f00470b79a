/* nftables through its own program, nft(8).
 *
 * Not through libnftables: that ends the process it is in when memory is short, and brings five more
 * libraries to every switch, of which few masquerade.  A program that fails is only a sentence.  It
 * is run at the start, when a file is followed and at the end, for some milliseconds. */
#ifndef PORT_NFT_H
#define PORT_NFT_H

#include <stddef.h>

enum {
	NFT_WHY = 256,
	NFT_PATIENCE = 5000, /* ms; then it is ended */
};

/* Has nft carry out @commands as one transaction, in the namespace of the calling thread.  What it answers
 * goes to *@answer, to be freed, unless that is NULL.  0; or −errno (−ENOENT: no such program; −EPROTO: it refused) and a
 * sentence in @why. */
int nft_run(const char *commands, char **answer, char why[NFT_WHY]);

#endif
