"""Files damaged in random ways."""

from __future__ import annotations

import random


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The data with a few bytes changed, left out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(changed)) if changed else 0
        match chance.randrange(4):
            case 0:
                changed[place : place + 1] = bytes((chance.randrange(256),))
            case 1:
                del changed[place : place + chance.choice((1, 10, 300, 5000))]
            case 2:
                changed[place:place] = changed[max(0, place - chance.randrange(1, 400)) : place]
            case _:
                changed[place:place] = chance.choice(
                    (b"\0", b"\n\n", b"--", b"<", b"=?utf-8?b?=?=", b"\xff\xfe", b";charset=hex")
                )
    return bytes(changed)
