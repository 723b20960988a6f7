#!/usr/bin/env python3
"""resolve.py SERVER NAME: exits with 0 when SERVER knows an address of NAME."""
import socket
import struct
import sys

server, name = sys.argv[1:]
question = b"".join(
    bytes([len(label)]) + label.encode() for label in name.split("."))
query = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + question + struct.pack(
    ">BHH", 0, 1, 1)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
    channel.settimeout(1)
    channel.sendto(query, (server, 53))
    _, flags, _, answers, _, _ = struct.unpack(">6H", channel.recv(512)[:12])
sys.exit(0 if flags & 0xF == 0 and answers > 0 else 1)
