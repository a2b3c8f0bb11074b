"""`assembler cache`: measure and empty the caches. They contain client pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from assembler.cli.console import Framed, print_result
from assembler.cli.shared_options import FOLDER, json_option, verbose_option


@click.group(cls=Framed)
def cache() -> None:
    """Measure or empty the caches of prepared evidence. They contain client pages."""


@cache.command()
@click.argument("folders", type=FOLDER, nargs=-1, required=True)
@json_option
@verbose_option
def show(folders: tuple[Path, ...], as_json: bool) -> None:
    """Print the number of entries and the size of the cache of a case, of every case below a
    folder, or of a shared cache."""
    from assembler.runtime.cache_upkeep import measure_cache

    rows = [(str(folder), measure_cache(root)) for folder, root in _find_caches(folders)]
    if as_json:
        print_result(
            json.dumps(
                [
                    {"folder": folder, "entries": cache_size.entries, "size": cache_size.size}
                    for folder, cache_size in rows
                ],
                indent=1,
            )
        )
        return
    for folder, cache_size in rows:
        print_result(f"{folder}: {cache_size.entries} entries, {cache_size.size / 1e6:.1f} MB")
    total = sum(cache_size.size for _, cache_size in rows)
    print_result(f"together {total / 1e6:.1f} MB in {len(rows)} caches")


@cache.command()
@click.argument("folders", type=FOLDER, nargs=-1, required=True)
@json_option
@verbose_option
def purge(folders: tuple[Path, ...], as_json: bool) -> None:
    """Empty the cache of a case, of every case below a folder, or a shared cache. The next build
    takes longer, the desk cannot undo earlier changes, and the record of a crash is gone; nothing
    else is lost."""
    from assembler.runtime.cache_upkeep import purge_cache, purge_history

    freed = {str(folder): purge_cache(root) for folder, root in _find_caches(folders)}
    for home in _find_homes(folders):
        freed[str(home.parent)] = freed.get(str(home.parent), 0) + purge_history(home)
    if as_json:
        print_result(json.dumps(freed, indent=1))
    else:
        print_result(f"{sum(freed.values()) / 1e6:.1f} MB freed in {len(freed)} caches")


def _find_caches(folders: tuple[Path, ...]) -> Iterator[tuple[Path, Path]]:
    """Return each case or shared cache at or below the folders, with the folder of its cache."""
    from assembler.pipeline.batch import discover
    from assembler.runtime.cache_upkeep import is_shared_cache

    for folder in folders:
        if is_shared_cache(folder):
            yield folder, folder
        for case in discover([folder]):
            if (case / ".assembler/cache").is_dir():
                yield case, case / ".assembler/cache"


def _find_homes(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Return the work folder of each case at or below the folders."""
    from assembler.pipeline.batch import discover

    for folder in folders:
        for case in discover([folder]):
            if (case / ".assembler").is_dir():
                yield case / ".assembler"
