"""UDP datagrams of many sizes, and superframes of them (UDP_SEGMENT), echoed and compared.

udp.py serve ADDRESS    echoes until the word "done"
udp.py call ADDRESS     one question in flight at a time, so that no queue can lose anything
"""
import random
import socket
import sys

PORT = 5002
UDP_SEGMENT = 103
SIZES = list(range(1, 64)) + [100, 511, 512, 1000, 1300, 1350, 1400, 1401, 1402, 1421, 1422, 2000, 9000, 60000]
SUPERFRAMES = [(1000, 1), (1000, 2), (1000, 7), (1300, 30), (400, 40), (1, 50)]


def open_socket(address):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    return sock


def serve(address):
    sock = open_socket(address)
    sock.bind((address, PORT))
    sock.settimeout(30)
    while True:
        data, caller = sock.recvfrom(65535)
        sock.sendto(data, caller)
        if data == b"done":
            return


def greet(sock):
    """The other side may not listen yet, and the first packet of a flow waits for ARP."""
    sock.settimeout(0.1)
    for _ in range(100):
        try:
            sock.send(b"hello")
            if sock.recv(65535) == b"hello":
                break
        except (ConnectionRefusedError, TimeoutError):
            pass
    else:
        sys.exit("nobody echoes")
    try:
        while True:  # echoes of greetings that came late
            sock.recv(65535)
    except TimeoutError:
        pass
    sock.settimeout(5)


def ask(sock, question, segment):
    sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, segment)
    sock.send(question)
    size = segment or len(question)
    sent = [question[at:at + size] for at in range(0, len(question), size)]
    got = [sock.recv(65535) for _ in sent]
    if sorted(got) != sorted(sent):
        sys.exit(f"{len(sent)} datagrams of {size} bytes came back changed")


def call(address):
    sock, rng = open_socket(address), random.Random(4789)
    sock.connect((address, PORT))
    greet(sock)
    for size in SIZES:
        ask(sock, rng.randbytes(size), 0)
    for size, count in SUPERFRAMES:
        ask(sock, rng.randbytes(size * count - size // 3), size)
    ask(sock, b"done", 0)
    print(f"{len(SIZES)} datagrams and {len(SUPERFRAMES)} superframes came back as they were")


{"serve": serve, "call": call}[sys.argv[1]](sys.argv[2])
