"""Word files saved as "Strict Open XML": the same document under other names of its namespaces."""

from __future__ import annotations

import io
import re
import zipfile

_STRICT = b"http://purl.oclc.org/ooxml/"
_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")


def transitional(docx: bytes) -> bytes:
    """Return the file in the common form that every engine reads; one that is in it already comes back as it is.

    Raises zipfile.BadZipFile.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if not any(_STRICT in data for name, data in parts.items() if name.endswith((".xml", ".rels"))):
        return docx
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name, data in parts.items():
            written = _renamed(data) if name.endswith((".xml", ".rels")) else data
            copy.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), written, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _renamed(part: bytes) -> bytes:
    common = _NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
    return common.replace(b"/2006/relationships/extendedProperties", b"/2006/relationships/extended-properties")
