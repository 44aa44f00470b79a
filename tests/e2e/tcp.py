"""TCP connections, two at a time, that carry the same number of bytes both ways, compared by hash.

tcp.py serve ADDRESS BYTES    waits for one caller
tcp.py call ADDRESS BYTES     calls, sends, receives
"""
import concurrent.futures
import hashlib
import itertools
import random
import socket
import sys
import time

PORTS = (5001, 5003)


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


def listen(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as server:
        server.settimeout(30)
        return server.accept()[0]


def connect(address, port):
    for _ in range(100):
        try:
            return socket.create_connection((address, port), timeout=20)
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit(f"nobody listens on {address}")


def converse(role, address, port, total):
    sock = listen(address, port) if role == "serve" else connect(address, port)
    sock.settimeout(20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if role == "serve":
        receive(sock, f"to {port}", total)
        send(sock, f"from {port}", total)
    else:
        send(sock, f"to {port}", total)
        receive(sock, f"from {port}", total)
    sock.shutdown(socket.SHUT_WR)
    sock.recv(1)


def main(role, address, total):
    share = int(total) // len(PORTS)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        talks = [pool.submit(converse, role, address, port, share) for port in PORTS]
    for talk in talks:
        talk.result()


main(*sys.argv[1:])
