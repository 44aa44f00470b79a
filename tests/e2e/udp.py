"""UDP datagrams of many sizes, one by one and as superframes (UDP_SEGMENT), both ways, compared in order.

udp.py serve ADDRESS    receives, then sends
udp.py call ADDRESS     sends, then receives

Both sides know what is sent.  The next datagram that comes must be the next one that was sent: so shows
what was changed, lost, doubled or overtaken.  At most two bursts are under way, fewer than any queue
holds, so that a clean link loses none.  Two such conversations go on at the same time.
"""
import concurrent.futures
import errno
import hashlib
import random
import socket
import sys

PORTS = (5002, 5004)
UDP_SEGMENT = 103
IP_MTU, IPV6_MTU = 14, 24
UNDER_WAY = 2
HELLO = b"hello"


def superframes(largest):
    """(sizes of the datagrams, segment size): equal ones, and a last one that may be shorter."""
    for size in (1, 7, 500, 1000, largest):
        most = min(64, 40000 // size)
        for tail in sorted({1, size - 1, size} - {0}):
            yield [size] * (most - 1) + [tail], size
        yield [size] * 2, size
        yield [size], size


def trains(largest):
    """Datagrams sent one by one, which nobody may put together wrongly."""
    yield list(range(64))
    for size in (1, 100, 1000, largest):
        yield [size] * 20
    yield [1000] * 5 + [1] + [1000] * 5 + [1001] + [1000] * 5 + [0] + [1000] * 5
    yield [500, 501] * 10


def alone(largest):
    """What goes while nothing else is under way, as (sizes, segment size).  Fragments are another flow than
    the datagrams of their connection, and may overtake them; the last one is the longest there is."""
    for size in (largest + 1, 2000, 9000, 60000):
        yield [size], 0
    yield [largest] * (65507 // largest), largest


def bursts(sock, seed):
    """What is sent: (datagrams, segment size or 0 where they leave one by one, does it go alone?)."""
    rng, largest = random.Random(seed), largest_datagram(sock)
    for sizes in trains(largest):
        yield [rng.randbytes(size) for size in sizes], 0, False
    for sizes, segment in alone(largest):
        yield [rng.randbytes(size) for size in sizes], segment, True
    for sizes, segment in superframes(largest):
        yield [rng.randbytes(size) for size in sizes], segment, False


def largest_datagram(sock):
    if sock.family == socket.AF_INET6:
        return sock.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU) - 48
    return sock.getsockopt(socket.IPPROTO_IP, IP_MTU) - 28


def send_burst(sock, datagrams, segment):
    try:
        sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, segment)
        for data in [b"".join(datagrams)] if segment else datagrams:
            sock.send(data)
    except OSError as error:
        # Before Linux 6.11 a device that sums nothing up takes no superframes from a socket.
        if not segment or error.errno != errno.EIO:
            raise
        send_burst(sock, datagrams, 0)


def receipt(number):
    return f"burst {number} is here".encode()


def await_receipt(sock, number):
    data = sock.recv(65535)
    while data == HELLO:  # an answer to a greeting that was repeated
        data = sock.recv(65535)
    if data != receipt(number):
        sys.exit(f"{data[:40]} came instead of the receipt for burst {number}")


def send(sock, seed):
    sent = confirmed = 0

    def await_receipts(under_way):
        nonlocal confirmed
        while sent - confirmed > under_way:
            confirmed += 1
            await_receipt(sock, confirmed)

    for datagrams, segment, goes_alone in bursts(sock, seed):
        await_receipts(0 if goes_alone else UNDER_WAY - 1)
        send_burst(sock, datagrams, segment)
        sent += 1
        await_receipts(0 if goes_alone else UNDER_WAY)
    await_receipts(0)


def receive_one(sock, greeted):
    data = sock.recv(65535)
    while greeted and data == HELLO:
        sock.send(HELLO)
        data = sock.recv(65535)
    return data


def receive(sock, seed, greeted=False):
    """`greeted`: the other side may still say hello."""
    count, digest = 0, hashlib.sha256()
    for number, (datagrams, segment, _) in enumerate(bursts(sock, seed), 1):
        for index, expected in enumerate(datagrams):
            where = f"burst {number} (segments of {segment}), datagram {index} of {len(datagrams)}"
            try:
                data = receive_one(sock, greeted)
            except TimeoutError:
                sys.exit(f"{where} did not come")
            if data != expected:
                sys.exit(f"{where}: {len(data)} bytes came that are not the {len(expected)} sent")
            greeted = False
            digest.update(data)
        count += len(datagrams)
        sock.send(receipt(number))
    print(f"{count} datagrams in order, sha256 {digest.hexdigest()}")


def open_socket(address):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    sock.settimeout(20)
    return sock


def serve(address, port):
    sock = open_socket(address)
    sock.bind((address, port))
    sock.connect(sock.recvfrom(65535)[1])
    sock.send(HELLO)
    receive(sock, f"to {port}", greeted=True)
    send(sock, f"from {port}")


def greet(sock):
    """The other side may not listen yet."""
    sock.settimeout(0.1)
    for _ in range(100):
        try:
            sock.send(HELLO)
            if sock.recv(65535) == HELLO:
                break
        except (ConnectionRefusedError, TimeoutError):
            pass
    else:
        sys.exit("nobody answers")
    sock.settimeout(20)


def call(address, port):
    sock = open_socket(address)
    sock.connect((address, port))
    greet(sock)
    send(sock, f"to {port}")
    receive(sock, f"from {port}")


def main(role, address):
    converse = {"serve": serve, "call": call}[role]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        talks = [pool.submit(converse, address, port) for port in PORTS]
    for talk in talks:
        talk.result()


main(*sys.argv[1:])
