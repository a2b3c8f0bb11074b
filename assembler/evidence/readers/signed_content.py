"""Read what a signed S/MIME envelope holds (CMS, RFC 5652). The signature is not checked."""

from __future__ import annotations

_SEQUENCE, _OBJECT_ID, _OCTETS, _CONTEXT_0, _OCTETS_IN_PARTS = 0x30, 0x06, 0x04, 0xA0, 0x24
_SIGNED = bytes.fromhex("2a864886f70d010702")
_MAX_PARTS = 100_000  # of a content that is stored in parts


class _NotReadable(ValueError):
    """Bytes that are no BER, or not the expected value."""


def read_signed_content(data: bytes) -> bytes | None:
    """Return the content of a signed envelope; None if it is another one, or damaged."""
    try:
        envelope = _Reader(data).enter(_SEQUENCE)
        if envelope.take(_OBJECT_ID) != _SIGNED:
            return None
        signed = envelope.enter(_CONTEXT_0).enter(_SEQUENCE)
        signed.skip()  # version
        signed.skip()  # digest algorithms
        content = signed.enter(_SEQUENCE)
        content.skip()  # type of the content
        return content.enter(_CONTEXT_0).read_octets()
    except (_NotReadable, IndexError):
        return None


class _Reader:
    """Reads values of BER (X.690) one after the other."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data, self._place = data, start
        self._end = len(data) if end is None else end

    def enter(self, tag: int) -> _Reader:
        """Return a reader of the values within the next one."""
        start, end = self._open(tag)
        return _Reader(self._data, start, end)

    def take(self, tag: int) -> bytes:
        """Return the bytes of the next value."""
        start, end = self._open(tag)
        if end is None:
            raise _NotReadable
        self._place = end
        return self._data[start:end]

    def skip(self) -> None:
        """Pass over the next value, which must say its length."""
        self.take(self._data[self._place])

    def read_octets(self) -> bytes:
        """Return a string that is stored at once or in parts."""
        if self._data[self._place] == _OCTETS:
            return self.take(_OCTETS)
        inner = self.enter(_OCTETS_IN_PARTS)
        pieces: list[bytes] = []
        while inner._place < inner._end and inner._data[inner._place] == _OCTETS:
            pieces.append(inner.take(_OCTETS))
            if len(pieces) > _MAX_PARTS:
                raise _NotReadable
        return b"".join(pieces)

    def _open(self, tag: int) -> tuple[int, int | None]:
        """Return where the next value starts and ends; None for one that ends with a mark."""
        if self._place >= self._end or self._data[self._place] != tag:
            raise _NotReadable
        length, start = self._data[self._place + 1], self._place + 2
        if length == 0x80:
            return start, None
        if length > 0x80:
            count = length - 0x80
            length = int.from_bytes(self._data[start : start + count], "big")
            start += count
        if start + length > len(self._data):
            raise _NotReadable
        return start, start + length
