"""`assembler export`: the facts of cases as a sheet, which `import` reads back."""

from __future__ import annotations

from pathlib import Path

import click

from assembler.cli.console import print_result, say
from assembler.cli.shared_options import shelf_option, verbose_option

_SHOWN = 20


@click.command()
@click.argument("cases", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write: clients.xlsx or clients.csv.",
)
@click.option("--force", is_flag=True, help="Replace a file of this name.")
@shelf_option
@verbose_option
def export(cases: tuple[Path, ...], out: Path, force: bool, shelf_dir: Path | None) -> None:
    """Write the facts of cases into a sheet, one row a case. It holds clients' facts; be careful
    where you send it.

    CASES are case folders, folders above them, or case.json files.
    """
    from assembler.pipeline import batch, export_facts
    from assembler.runtime.resources import Shelf

    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise click.BadParameter("the name must end with .xlsx or .csv", param_hint="--out")
    folders = batch.find_cases([path.parent if path.is_file() else path for path in cases])
    report = export_facts.export_cases(folders, out, Shelf.default(shelf_dir), force=force)
    for name in report.left_out[:_SHOWN]:
        say(f"not exported: {name}")
    if len(report.left_out) > _SHOWN:
        say(f"not exported: {len(report.left_out) - _SHOWN} more")
    count = f"{report.cases} case{'s' if report.cases != 1 else ''}"
    print_result(f"{out}: {count}, {report.columns} columns")
