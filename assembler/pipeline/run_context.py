"""Define the context of a run: case folder, resources, options, target folder."""

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
    """Everything the steps of a run share."""

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
    """Return the context of a run, with the profile of its receiver.

    Args:
        out: folder for the packets, by default build/ of the case.

    Raises:
        CaseRejected: the profile does not exist or is broken.
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
