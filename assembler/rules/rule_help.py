"""Every rule and checklist line as a program that shows findings describes it. Pure."""

from __future__ import annotations

from assembler.model import RuleHelp
from assembler.rules.library import LEVELS, Library


def helps(library: Library) -> tuple[RuleHelp, ...]:
    """Title, help and source of every rule of the catalogue and every line of the checklists, by id."""
    made = [
        RuleHelp(id=rule.id, severity=rule.severity, title=rule.title, help=rule.remedy, source=rule.provenance.source)
        for rule in library.rules.values()
    ]
    made += [
        RuleHelp(id=line.id, severity=LEVELS[line.level], title=line.text, help=line.text, source=line.provenance.source)
        for line in library.lines.values()
    ]
    return tuple(sorted(made, key=lambda one: one.id))
