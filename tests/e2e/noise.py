"""What a hostile peer may send: noise.py TARGET ADDRESS ADDRESS

From both addresses, to the VXLAN port of the target: datagrams of every short length, random bytes with
and without a sound header, and frames from five hundred MACs that move from one address to the other until
each of them is frozen.  Not faster than a peer of modest means.
"""
import random
import socket
import struct
import sys
import time

PORT = 4789
VNI = 100


def vxlan(frame):
    return struct.pack("!II", 0x08000000, VNI << 8) + frame


def frame(source, destination=b"\xff" * 6):
    return destination + source + b"\x88\xb5" + bytes(50)


def noise(generator):
    for length in range(100):
        yield 0, generator.randbytes(length)
    for _ in range(5000):
        yield generator.randrange(2), generator.randbytes(generator.randrange(200))
    for _ in range(5000):
        yield generator.randrange(2), vxlan(generator.randbytes(generator.randrange(200)))
    for _ in range(12):
        for i in range(500):
            yield 0, vxlan(frame(struct.pack("!BBI", 2, 1, i)))
        for i in range(500):
            yield 1, vxlan(frame(struct.pack("!BBI", 2, 1, i)))


def main():
    target, *addresses = sys.argv[1:]
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    sockets = []
    for address in addresses:
        sockets.append(socket.socket(family, socket.SOCK_DGRAM))
        sockets[-1].bind((address, 0))
    for count, (which, datagram) in enumerate(noise(random.Random(1))):
        sockets[which].sendto(datagram, (target, PORT))
        if count % 100 == 0:
            time.sleep(0.005)


main()
