"""Two requests of Kafka's protocol, because Kafka's own tools take two seconds to ask anything.

Request:  int32 size, int16 api key, int16 version, int32 correlation id, string client id, body.
Response: int32 size, int32 correlation id, body. A string is int16 length and bytes, -1 for null.
"""

import socket
import struct

API_VERSIONS = 18
METADATA = 3


def _ask(port: int, api: int, version: int, body: bytes, seconds: float) -> bytes:
    client = b"script-cluster"
    head = struct.pack(">hhih", api, version, 1, len(client)) + client
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        (size,) = struct.unpack(">i", _read(connection, 4))
        return _read(connection, size)[4:]


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("closed by the broker")
        data += part
    return data


def answers(port: int, seconds: float = 1.0) -> bool:
    """True when the broker answers ApiVersions without an error."""
    try:
        reply = _ask(port, API_VERSIONS, 0, b"", seconds)
    except OSError:
        return False
    return struct.unpack_from(">h", reply)[0] == 0


def known_brokers(port: int, seconds: float = 1.0) -> set[int]:
    """The living brokers as this one knows them; empty when it doesn't answer."""
    try:
        reply = _ask(port, METADATA, 1, struct.pack(">i", 0), seconds)  # of no topic
    except OSError:
        return set()
    (count,) = struct.unpack_from(">i", reply)
    at, brokers = 4, set()
    for _ in range(count):
        node, length = struct.unpack_from(">ih", reply, at)
        at += 6 + length + 4  # id, host, port
        (rack,) = struct.unpack_from(">h", reply, at)
        at += 2 + max(rack, 0)
        brokers.add(node)
    return brokers
