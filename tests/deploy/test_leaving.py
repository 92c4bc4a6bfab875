"""A reply leaves byte for byte as it was written, however slowly it is read and in whatever pieces it is written."""

import random
import socket
import threading
import time

import pytest

from config.web.arriving import Room
from config.web.leaving import Line

_SIZE = 6_000_000


@pytest.mark.parametrize("piece", [1_000, 8_192, 16_383, 16_384, 65_536, 262_144])
def test_a_slow_reader_gets_what_was_written(piece: int) -> None:
    written = random.Random(piece).randbytes(_SIZE)
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
    line = Line(ours, Room(2 * _SIZE))
    half = threading.Event()
    received = bytearray()

    def read() -> None:
        while len(received) < _SIZE:
            if len(received) > _SIZE // 2:
                half.wait(30)
            came = theirs.recv(20_000)
            if not came:
                return
            received.extend(came)

    reader = threading.Thread(target=read)
    reader.start()
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for at in range(0, _SIZE, piece):
        line.sendall(written[at : at + piece])
    half.set()
    while not line.flush():
        time.sleep(0.001)
    line.close()
    reader.join(30)
    theirs.close()
    whole = (b"HTTP/1.1 200 OK\r\n\r\n" + written)[: len(received)]
    # Six megabytes that differ are nothing to be shown.
    same = whole == received
    assert same
