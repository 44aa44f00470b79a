"""Clients that nobody should wait for: control_clients.py SOCKET SECONDS COUNT.

COUNT of them connect, one after the other and again and again until SECONDS are over: some say
nothing, some half a line, some ask for everything and read nothing, some listen and do not read,
some speak nonsense.  Prints how many there were."""

import resource
import socket
import sys
import time

SHOW = b'{"v":1,"do":"fdb show"}\n'
WORDS = [
    b"",
    b'{"v":1,"do":"fdb sh',
    SHOW * 2000,
    b'{"v":1,"do":"monitor"}\n',
    b"x" * 70000,
    b"\n" * 60000,
]


def connect(path, words):
    s = socket.socket(socket.AF_UNIX)
    s.setblocking(False)
    try:
        s.connect(path)
        s.send(words)
    except OSError:
        pass  # its queue is full, or it has had enough of us
    return s


def main():
    path, seconds, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 64, count + 64))
    clients = [None] * count
    made, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        clients[made % count] = connect(path, WORDS[made % len(WORDS)])
        made += 1
        time.sleep(0.001)
    print(made)


main()
