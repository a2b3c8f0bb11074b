"""`assembler cache`: how large the caches are, and emptying them. They hold pages of clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from assembler.cli.console import Framed, result
from assembler.cli.shared_options import FOLDER, json_option, verbose_option


@click.group(cls=Framed)
def cache() -> None:
    """Prepared evidence that is kept: how much there is, and emptying it. It holds pages of
    clients."""


@cache.command()
@click.argument("folders", type=FOLDER, nargs=-1, required=True)
@json_option
@verbose_option
def show(folders: tuple[Path, ...], as_json: bool) -> None:
    """Entries and size of the cache of a case, of every case below a folder, or of a shared
    cache."""
    from assembler.runtime.cache_upkeep import measure_cache

    rows = [(str(place), measure_cache(root)) for place, root in _caches(folders)]
    if as_json:
        result(
            json.dumps(
                [
                    {"folder": place, "entries": one.entries, "size": one.size}
                    for place, one in rows
                ],
                indent=1,
            )
        )
        return
    for place, one in rows:
        result(f"{place}: {one.entries} entries, {one.size / 1e6:.1f} MB")
    result(f"together {sum(one.size for _, one in rows) / 1e6:.1f} MB in {len(rows)} caches")


@cache.command()
@click.argument("folders", type=FOLDER, nargs=-1, required=True)
@json_option
@verbose_option
def purge(folders: tuple[Path, ...], as_json: bool) -> None:
    """Empty the cache of a case, of every case below a folder, or a shared cache; it costs time
    only."""
    from assembler.runtime.cache_upkeep import purge_cache as empty

    freed = {str(place): empty(root) for place, root in _caches(folders)}
    if as_json:
        result(json.dumps(freed, indent=1))
    else:
        result(f"{sum(freed.values()) / 1e6:.1f} MB freed in {len(freed)} caches")


def _caches(folders: tuple[Path, ...]) -> Iterator[tuple[Path, Path]]:
    """Each folder a person would name, and its cache."""
    from assembler.pipeline.batch import discover
    from assembler.runtime.cache_upkeep import is_shared_cache

    for folder in folders:
        if is_shared_cache(folder):
            yield folder, folder
        for case in discover([folder]):
            if (case / ".assembler/cache").is_dir():
                yield case, case / ".assembler/cache"
