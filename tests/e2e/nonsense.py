"""What nobody asked for, until it is ended; then says how much it was.

  nonsense.py datagrams ADDRESS PORT RATE [VNI]   VXLAN with some of its bytes changed, and plain noise;
                                                  VNI: the header stays as it is
  nonsense.py frames DEVICE RATE                  Ethernet frames from random stations to random others
"""

import random
import signal
import socket
import sys
import time

BURST = 32


def ended(signum, frame):
    raise SystemExit


def frame(rng):
    to = b"\xff" * 6 if rng.random() < 0.1 else b"\x02" + rng.randbytes(5)
    payload = b"\x45\0\0\x2e" + rng.randbytes(42)
    return to + b"\x02" + rng.randbytes(5) + rng.choice((b"\x08\0", b"\x86\xdd", b"\x08\x06", b"\x81\0")) + payload


def datagram(rng, vni):
    if vni is None and rng.random() < 0.1:
        return rng.randbytes(rng.randrange(200))
    header = b"\x08\0\0\0" + (100 if vni is None else vni).to_bytes(3, "big") + b"\0"
    data = bytearray(header + frame(rng))
    for _ in range(rng.randrange(4)):
        data[rng.randrange(8 if vni is not None else 0, len(data))] = rng.randrange(256)
    if rng.random() < 0.2:
        del data[rng.randrange(8, len(data)):]
    return bytes(data)


def main(kind, *words):
    rng = random.Random(1)
    if kind == "datagrams":
        address, port, rate = words[0], int(words[1]), int(words[2])
        vni = int(words[3]) if len(words) > 3 else None
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        out = socket.socket(family, socket.SOCK_DGRAM)
        make = lambda: out.sendto(datagram(rng, vni), (address, port))
    else:
        rate = int(words[1])
        out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        out.bind((words[0], 0))
        make = lambda: out.send(frame(rng))
    sent = 0
    try:
        while True:
            for _ in range(BURST):
                try:
                    make()
                    sent += 1
                except OSError:
                    pass  # the link is down, the peer is dead: so it goes on
            time.sleep(BURST / rate)
    except SystemExit:
        print(sent)


signal.signal(signal.SIGTERM, ended)
main(*sys.argv[1:])
