"""What one run works with: the case folder, the resources, what was asked for, where packets go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assembler import receivers
from assembler.model import Profile
from assembler.pipeline.options import Options, Progress
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """Everything the steps of a run share. The profile of the receiver is loaded once, here."""

    folder: Path  # of the case
    resources: Shelf
    workshop: Workshop
    options: Options
    profile: Profile
    target: Path  # each packet is a folder in it
    report_progress: Progress


def make_context(
    folder: Path,
    resources: Shelf,
    workshop: Workshop,
    options: Options,
    report_progress: Progress = lambda _step, _done, _total: None,
    out: Path | None = None,
) -> RunContext:
    """Return the context of a run. `out`: where packets go, the case's build/ if None.

    Raises CaseRejected for a profile that does not exist or is broken.
    """
    return RunContext(
        folder=folder,
        resources=resources,
        workshop=workshop,
        options=options,
        profile=receivers.load_profile(resources, options.profile, folder),
        target=out or folder / "build",
        report_progress=report_progress,
    )
