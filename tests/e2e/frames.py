"""Ethernet frames as they are, of which an IP stack knows nothing.

frames.py send DEV HEX...       sends them
frames.py tagged SRC DST TAG... the hex of an IPv4 ethertype frame behind these tags (tpid:vid ...)
"""
import socket
import sys


def send(dev, *frames):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    for frame in frames:
        sock.send(bytes.fromhex(frame))


def tagged(source, destination, *tags):
    header = (destination + source).replace(":", "")
    for tag in tags:
        tpid, vid = tag.split(":")
        header += tpid + f"{int(vid):04x}"
    print(header + "88b6" + "5a" * 64)


{"send": send, "tagged": tagged}[sys.argv[1]](*sys.argv[2:])
