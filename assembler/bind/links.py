"""Links of ours, which leave the Word engine as ordinary hyperlinks to a reserved host, become page destinations."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Pdf

from assembler.arrange import HOST, target
from assembler.errors import TemplateBroken
from assembler.model import Layout


def connect(book: Pdf, layout: Layout) -> None:
    """Point every link to the reserved host at its page. Raises TemplateBroken for one that leads nowhere."""
    for leaf in layout.leaves:
        page = book.pages[leaf.number - 1]
        for annotation in page.get(Name.Annots, ()):
            action = annotation.get(Name.A)
            if not isinstance(action, Dictionary) or not str(action.get(Name.URI, "")).startswith(HOST):
                continue
            number = target(layout, str(action.URI))
            if number is None:
                raise TemplateBroken(
                    "a link leads to a page that is not in the bundle", where=leaf.part,
                    remedy="check the citations and links of its template",
                )
            del annotation[Name.A]
            annotation.Dest = Array([book.pages[number - 1].obj, Name.XYZ, None, None, None])
            annotation.Border = Array([0, 0, 0])
