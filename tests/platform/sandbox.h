/* A network namespace that ends with the program: made by root, or by anybody with user namespaces.
 * Set-up is left to ip(8), as this is a test. */
#ifndef PLATFORM_SANDBOX_H
#define PLATFORM_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/* Moves the program into a fresh namespace with the loopback up; false (errno) when it may not. */
bool sandbox_enter(void);

/* An fd of the namespace the program is in, and moving into the one an fd stands for.  Both abort
 * when the kernel refuses. */
int sandbox_here(void);
void sandbox_move(int fd);

/* A second namespace, loopback up; the program stays where it is.  −1 (errno) when it may not. */
int sandbox_another(void);

/* Runs "ip <command>", words parted by single spaces, and tells whether it succeeded. */
bool sandbox_ip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A TAP with a 10-byte virtio header, down and without address; −1 (errno) when there is none. */
int sandbox_tap(const char *name);

/* A UDP socket bound to @address (IPv4, 0 for any) and @port, or an abort. */
int sandbox_udp(uint32_t address, uint16_t port);

/* Waits up to a second for @fd to become readable. */
bool sandbox_readable(int fd);

#endif
