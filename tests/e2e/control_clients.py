"""Clients that nobody should wait for: control_clients.py SOCKET COUNT.

COUNT of them connect, one after the other, and then, more slowly, again and again, until the program
is ended or a minute is over: some say nothing, some half a line, some ask for everything and read nothing, some
listen and do not read, some speak nonsense.  Says "crowded" when there were COUNT."""

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
    path, count = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 64, count + 64))
    clients = [None] * count
    made, end = 0, time.monotonic() + 60
    while time.monotonic() < end:
        clients[made % count] = connect(path, WORDS[made % len(WORDS)])
        made += 1
        if made == count:
            print("crowded", flush=True)
        time.sleep(0.001 if made < count else 0.05)


main()
