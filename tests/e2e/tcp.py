"""A TCP connection that carries the same number of bytes both ways, compared by hash.

tcp.py serve ADDRESS BYTES    waits for one caller
tcp.py call ADDRESS BYTES     calls, sends, receives
"""
import hashlib
import itertools
import random
import socket
import sys
import time

PORT = 5001


def stream(seed, total):
    """Bytes that both sides can compute: what went in is known to who compares what came out.  The first
    parts are small, and nobody waits to fill segments: there are segments of many sizes."""
    chunk, at = random.Random(seed).randbytes(1 << 20), 0
    for size in itertools.chain(range(1, 100), itertools.repeat(1 << 20)):
        part = chunk[at:at + min(size, total)]
        total -= len(part)
        at = (at + len(part)) % len(chunk)
        yield part
        if total == 0:
            return


def send(sock, seed, total):
    for part in stream(seed, total):
        sock.sendall(part)


def receive(sock, seed, total):
    expected, got, left = hashlib.sha256(), hashlib.sha256(), total
    for part in stream(seed, total):
        expected.update(part)
    while left:
        part = sock.recv(min(left, 1 << 20))
        if not part:
            sys.exit(f"the connection ended {left} bytes early")
        got.update(part)
        left -= len(part)
    if got.digest() != expected.digest():
        sys.exit(f"{total} bytes came, and they are not those that were sent")
    print(f"{total} bytes, sha256 {got.hexdigest()}")


def listen(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, PORT), family=family) as server:
        server.settimeout(30)
        return server.accept()[0]


def connect(address):
    for _ in range(100):
        try:
            return socket.create_connection((address, PORT), timeout=20)
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit(f"nobody listens on {address}")


def main(role, address, total):
    sock = listen(address) if role == "serve" else connect(address)
    sock.settimeout(20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if role == "serve":
        receive(sock, 1, int(total))
        send(sock, 2, int(total))
    else:
        send(sock, 1, int(total))
        receive(sock, 2, int(total))
    sock.shutdown(socket.SHUT_WR)
    sock.recv(1)


main(*sys.argv[1:])
