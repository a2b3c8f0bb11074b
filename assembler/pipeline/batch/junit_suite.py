"""What became of the cases, as the XML that build servers read."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from assembler.pipeline.batch.case_list import Outcome


def junit(outcomes: Sequence[Outcome]) -> bytes:
    """One test case for each case: passed, skipped, failed (its findings as text) or,
    quarantined, an error."""
    failed = sum(one.state != "quarantined" for one in outcomes if one.code)
    suite = etree.Element(
        "testsuite",
        name="assembler",
        tests=str(len(outcomes)),
        failures=str(failed),
        errors=str(sum(one.state == "quarantined" for one in outcomes)),
        skipped=str(sum(one.state == "skipped" for one in outcomes)),
        time=f"{sum(one.seconds for one in outcomes):.2f}",
    )
    for one in outcomes:
        _add(suite, one)
    return bytes(etree.tostring(suite, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(suite: etree._Element, one: Outcome) -> None:
    case = etree.SubElement(
        suite, "testcase", classname="case", name=_plain(one.case), time=f"{one.seconds:.2f}"
    )
    if one.code:
        what = etree.SubElement(case, "error" if one.state == "quarantined" else "failure")
        what.set("message", _plain(one.summary))
        what.set("type", f"exit {int(one.code)}")
        what.text = _plain("\n".join(str(finding) for finding in one.findings)) or None
    elif one.state == "skipped":
        etree.SubElement(case, "skipped").set("message", _plain(one.summary))


def _plain(text: str) -> str:
    """Without the characters XML cannot hold, which a file name may."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
