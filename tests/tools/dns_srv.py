#!/usr/bin/env python3
"""dns_srv.py PORT: a name server on 127.0.0.1:53 that knows one name, the SRV
records of _http._tcp.vault.test: one of priority 2 at port 1, and one of priority
1 at PORT, both of localhost. Brings the loopback device up first, which a new
network namespace has down. Each question is a line of the file `questions`."""
import fcntl, socket, struct, sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
UP, SIOCGIFFLAGS, SIOCSIFFLAGS = 1, 0x8913, 0x8914
name = b"lo".ljust(16, b"\0")
flags = struct.unpack("16sh", fcntl.ioctl(s, SIOCGIFFLAGS, name + b"\0" * 16)[:18])[1]
fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | UP))


def words(name):
    return b"".join(bytes([len(w)]) + w for w in name.encode().split(b".")) + b"\0"


def record(priority, port):
    data = struct.pack(">HHH", priority, 1, port) + words("localhost")
    return b"\xc0\x0c" + struct.pack(">HHIH", 33, 1, 60, len(data)) + data


KNOWN = words("_http._tcp.vault.test")
s.bind(("127.0.0.1", 53))
while True:
    q, who = s.recvfrom(512)
    end = q.index(b"\0", 12) + 5
    kind = struct.unpack(">H", q[end - 4:end - 2])[0]
    found = q[12:end - 4] == KNOWN and kind == 33
    with open("questions", "a") as f:
        f.write("%d %s\n" % (kind, q[12:end - 5]))
    answers = record(2, 1) + record(1, int(sys.argv[1])) if found else b""
    head = q[:2] + struct.pack(">HHHHH", 0x8180 if found else 0x8183, 1, 2 if found else 0, 0, 0)
    s.sendto(head + q[12:end] + answers, who)
