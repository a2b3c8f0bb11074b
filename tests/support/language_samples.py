"""Paragraphs in three languages."""

from __future__ import annotations

_ENGLISH = (
    "The patient was seen by the doctor of the clinic, and she has to rest for two weeks; "
    "it is from her teacher. "
)
_SPANISH = (
    "El suscrito médico certifica que la niña fue atendida en este hospital y que necesita una "
    "operación del corazón, la cual no "
    "se puede realizar en nuestro país porque no hay los equipos necesarios para hacerla; por eso "
    "la familia ha pedido ayuda. "
)
_UKRAINIAN = (
    "Довідка видана про те, що дитина перебувала на лікуванні у міській лікарні та потребує "
    "операції на серці, яку в нашій "
    "країні зробити неможливо через відсутність обладнання, тому родина просить про допомогу за "
    "кордоном."
)
