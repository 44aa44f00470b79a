"""Ethernet frames as they are, of which an IP stack knows nothing.

frames.py send DEV HEX...       sends them
frames.py storm DEV N HEX       sends it N times as fast as it can; says how many the device took
frames.py tagged SRC DST TAG... the hex of an IPv4 ethertype frame behind these tags (tpid:vid ...)
"""
import socket
import sys


def send(dev, *frames):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    for frame in frames:
        sock.send(bytes.fromhex(frame))


def storm(dev, count, frame):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    data = bytes.fromhex(frame)
    taken = 0
    for _ in range(int(count)):
        try:
            sock.send(data)
            taken += 1
        except OSError:
            pass  # its queue is full
    print(taken)


def tagged(source, destination, *tags):
    header = (destination + source).replace(":", "")
    for tag in tags:
        tpid, vid = tag.split(":")
        header += tpid + f"{int(vid):04x}"
    print(header + "88b6" + "5a" * 64)


{"send": send, "storm": storm, "tagged": tagged}[sys.argv[1]](*sys.argv[2:])
