"""Check the request: length, dates, expediting, the answer to a notice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from assembler.model import Case, Rfe
from assembler.model.case_texts import FILL_IN, list_citing_texts
from assembler.rules.people_rules import NO_RECEIPT
from assembler.rules.rule_context import Hit, RuleContext, list_cited_exhibits


def check_request(context: RuleContext) -> Iterator[Hit]:
    """Check the request itself."""
    yield from _find_placeholders(context.case)
    yield from _check_request(context)
    if context.case.request.expedite_reason:
        yield from _check_expedite(context)
    if context.case.rfe:
        yield from _check_response(context, context.case.rfe)


def _find_placeholders(case: Case) -> Iterator[Hit]:
    """Find texts that `init` left for a person to write."""
    names = {"/petitioner/name": case.petitioner.name.full} | {
        f"/beneficiaries/{n}/name": person.name.full for n, person in enumerate(case.beneficiaries)
    }
    titles = {f"/exhibits/{n}/title": exhibit.title for n, exhibit in enumerate(case.exhibits)}
    points = {
        f"/rfe/points/{n}/asked": point.asked
        for n, point in enumerate(case.rfe.points if case.rfe else ())
    }
    topics = {
        f"/exhibits/{n}/topics/{place}/{name}": text
        for n, exhibit in enumerate(case.exhibits)
        for place, topic in enumerate(exhibit.topics)
        for name, text in (("topic", topic.topic), ("note", topic.note))
    }
    prose = ((text.pointer, "\n".join(text.paragraphs)) for text in list_citing_texts(case))
    for where, text in chain(names.items(), titles.items(), topics.items(), points.items(), prose):
        if FILL_IN in text:
            yield Hit(rule="CASE.PLACEHOLDER", pointer=where)
    if case.rfe and case.rfe.receipt_number == NO_RECEIPT:
        yield Hit(rule="CASE.PLACEHOLDER", pointer="/rfe/receipt_number")


def _check_request(context: RuleContext) -> Iterator[Hit]:
    request, usual = context.case.request, context.use_fact("deadlines/length")
    if usual and request.length_months > usual["usual_months"]:
        yield Hit(
            rule="REQUEST.LENGTH",
            pointer="/request/length_months",
            values={"months": usual["usual_months"]},
        )
    if (
        context.case.kind == "parole"
        and request.arrival_date
        and request.arrival_date < context.as_of
    ):
        yield Hit(rule="DATE.ARRIVAL_PAST", pointer="/request/arrival_date")


def _check_expedite(context: RuleContext) -> Iterator[Hit]:
    case, where = context.case, "/request/expedite_reason"
    if not list_cited_exhibits([case.request.expedite_reason]):
        yield Hit(rule="EXPEDITE.EVIDENCE", pointer=where)
    if not (case.attorney and case.attorney.phone) and not case.petitioner.phone:
        yield Hit(rule="EXPEDITE.CONTACT", pointer=where)
    mark = context.use_fact("expedite/mark")
    if mark and case.request.filing == "paper":
        yield Hit(
            rule="EXPEDITE.MARK",
            pointer=where,
            values={"mark": mark["text"], "place": mark["where"]},
        )


def _check_response(context: RuleContext, rfe: Rfe) -> Iterator[Hit]:
    if context.case.kind != "rfe-response":
        yield Hit(rule="RFE.UNEXPECTED", pointer="/rfe")
        return
    yield from _check_due_date(context, rfe)
    for n, point in enumerate(rfe.points):
        if not any(paragraph.strip() for paragraph in point.answer):
            yield Hit(rule="RFE.POINT_UNANSWERED", pointer=f"/rfe/points/{n}/answer")
        elif not point.exhibits and not list_cited_exhibits(point.answer):
            yield Hit(rule="RFE.POINT_UNPROVED", pointer=f"/rfe/points/{n}")
    yield from _check_notice(context, rfe)
    if rfe.address is None and context.case.request.filing == "paper":
        yield Hit(rule="RFE.ADDRESS", pointer="/rfe")


def _check_notice(context: RuleContext, rfe: Rfe) -> Iterator[Hit]:
    everyone = {person.id for person in context.case.beneficiaries}
    for where, exhibit in context.iterate_exhibits():
        if exhibit.id != rfe.notice_exhibit:
            continue
        if exhibit.category != "rfe-notice":
            yield Hit(rule="RFE.NOTICE_CATEGORY", pointer=f"{where}/category", exhibit=exhibit.id)
        if exhibit.belongs_to and everyone - set(exhibit.belongs_to):
            yield Hit(rule="RFE.NOTICE_BELONGS", pointer=f"{where}/belongs_to", exhibit=exhibit.id)


def _check_due_date(context: RuleContext, rfe: Rfe) -> Iterator[Hit]:
    limits, where = context.use_fact("deadlines/rfe"), "/rfe/due_date"
    if rfe.notice_date > min(context.as_of, rfe.due_date):
        yield Hit(rule="RFE.DATES", pointer="/rfe/notice_date")
    days_left = (rfe.due_date - context.as_of).days
    if days_left < 0:
        yield Hit(rule="RFE.DUE", pointer=where)
    elif limits and days_left <= limits["soon_days"]:
        yield Hit(rule="RFE.DUE_SOON", pointer=where, values={"days": limits["soon_days"]})
    longest = limits["max_days"] + limits["mail_days"] if limits else None
    if longest and (rfe.due_date - rfe.notice_date).days > longest:
        yield Hit(rule="RFE.WINDOW", pointer=where, values={"days": longest})
