"""Write zip files that do not depend on the clock."""

from __future__ import annotations

import zipfile
from typing import Any

FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # a zip file can hold no earlier one


class UndatedZipFile(zipfile.ZipFile):
    """A zip file whose entries written by name have the first date, whatever the clock says: a
    clock that a dead battery set back to 1970 cannot be written."""

    def writestr(
        self, zinfo_or_arcname: str | zipfile.ZipInfo, data: Any, *args: Any, **options: Any
    ) -> None:
        """Write an entry, as `zipfile.ZipFile` does."""
        entry = zinfo_or_arcname
        if isinstance(entry, str):
            entry = zipfile.ZipInfo(entry, FIRST_DATE)
            entry.compress_type = self.compression
        super().writestr(entry, data, *args, **options)
