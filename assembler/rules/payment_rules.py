"""Check how the filing fee is paid: which payment forms, one for each request, from which bank.

No number of a card or an account is in a case, so none is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from assembler.model import (
    ELECTRONIC_PAYMENT_FORMS,
    PAYMENT_FORMS,
    FormFile,
    Payment,
    PaymentMethod,
    Severity,
)
from assembler.rules.rule_context import Hit, RuleContext

_WHERE = "/request/payment"
_CARD, _ON_PAPER = "g-1450", "g-1651"


def check_payment(context: RuleContext) -> Iterator[Hit]:
    """Check payment forms and method. A response to a notice has paid already."""
    case = context.case
    listed = [(n, form) for n, form in enumerate(case.forms) if form.form in PAYMENT_FORMS]
    if case.kind == "rfe-response" or case.request.fee != "pay":
        yield from _find_not_due(context, listed)
        return
    yield from _check_card_limit(context, listed)
    if case.request.filing == "online":
        yield from _check_online(context, listed)
        return
    yield from _find_mixed(context, listed)
    yield from _find_missing_payments(context, listed)
    yield from _find_shared(context, listed)
    if case.request.payment is None:
        if not listed:
            context.note_unchecked("how the filing fee is paid: request.payment does not say it")
        return
    yield from _check_method(context, case.request.payment, listed)
    yield from _check_bank(context, case.request.payment)


def _find_not_due(context: RuleContext, listed: Sequence[tuple[int, FormFile]]) -> Iterator[Hit]:
    """Find payments of a request that pays no fee."""
    for n, _ in listed:
        yield Hit(rule="PAYMENT.NOT_DUE", pointer=f"/forms/{n}")
    # the answer to a notice may keep how the request itself was paid
    if context.case.request.payment and context.case.kind != "rfe-response" and not listed:
        yield Hit(rule="PAYMENT.NOT_DUE", pointer=_WHERE)


def _check_online(context: RuleContext, listed: Sequence[tuple[int, FormFile]]) -> Iterator[Hit]:
    payment = context.case.request.payment
    for n, _ in listed:
        yield Hit(rule="PAYMENT.ONLINE", pointer=f"/forms/{n}")
    if payment and payment.method is PaymentMethod.EXEMPT and not listed:
        yield Hit(rule="PAYMENT.ONLINE", pointer=f"{_WHERE}/method")
    if payment and payment.account_in_us is False:
        context.note_unchecked(
            "whether the online payment takes a card or an account of a bank outside the United "
            "States"
        )


def _find_mixed(context: RuleContext, listed: Sequence[tuple[int, FormFile]]) -> Iterator[Hit]:
    """Find payment forms of several kinds: in one packet, or in packets that may be mailed
    together."""
    if len({form.form for _, form in listed}) < 2 or not context.use_fact("payment/one-kind"):
        return
    values = {"forms": " and ".join(sorted({form.form.upper() for _, form in listed}))}
    first = listed[0][1].form
    pointer = next(f"/forms/{n}" for n, form in listed if form.form != first)
    packets = _group_by_packet(context, [form for _, form in listed])
    in_one = any(len({form.form for form in forms}) > 1 for forms in packets.values())
    severity = None if in_one else Severity.WARNING
    yield Hit(rule="PAYMENT.MIXED", pointer=pointer, values=values, severity=severity)


def _find_missing_payments(
    context: RuleContext, listed: Sequence[tuple[int, FormFile]]
) -> Iterator[Hit]:
    """Find packets with fewer payment forms than requests, or with more: a fee that is split.

    A case that lists no payment form at all may have it on top of the printed packet.
    """
    electronic = [(n, form) for n, form in listed if form.form in ELECTRONIC_PAYMENT_FORMS]
    if not electronic or not context.use_fact("payment/one-each"):
        return
    requests = [form for form in context.case.forms if form.form == "i-131"]
    payments = _group_by_packet(context, [form for _, form in electronic])
    # the packets are in the order of the beneficiaries
    for number, (packet, copies) in enumerate(_group_by_packet(context, requests).items(), 1):
        needed, enclosed = max(1, len(copies)), len(payments[packet])
        if enclosed == needed:
            continue
        values = {"person": number, "requests": needed, "payments": enclosed}
        pointer = f"/forms/{electronic[0][0]}"
        severity = None if enclosed < needed else Severity.WARNING
        yield Hit(rule="PAYMENT.COUNT", pointer=pointer, values=values, severity=severity)


def _find_shared(context: RuleContext, listed: Sequence[tuple[int, FormFile]]) -> Iterator[Hit]:
    """Find completed payment forms that would pay for several beneficiaries. A blank is filled for
    each."""
    for n, form in listed:
        packets = [person for person in context.case.beneficiaries if _is_in(form, person.id)]
        if form.completed and form.form in ELECTRONIC_PAYMENT_FORMS and len(packets) > 1:
            yield Hit(
                rule="PAYMENT.SHARED", pointer=f"/forms/{n}", values={"requests": len(packets)}
            )


def _check_method(
    context: RuleContext, payment: Payment, listed: Sequence[tuple[int, FormFile]]
) -> Iterator[Hit]:
    fact = context.use_fact("payment/forms")
    wanted = fact["payment_forms"].get(payment.method) if fact else None
    if wanted is None:
        return
    values = {"wanted": wanted.upper(), "method": str(payment.method)}
    for n, form in listed:
        # several kinds are PAYMENT.MIXED already
        if form.form != wanted and len({form.form for _, form in listed}) == 1:
            yield Hit(rule="PAYMENT.METHOD", pointer=f"/forms/{n}", values=values)
    # Form G-1651 has no number of a card or an account, so it can be listed
    if wanted == _ON_PAPER and not listed:
        yield Hit(rule="PAYMENT.EXEMPTION", pointer=f"{_WHERE}/method")


def _check_bank(context: RuleContext, payment: Payment) -> Iterator[Hit]:
    if context.use_fact("payment/us-bank"):
        if payment.account_in_us is False:
            yield Hit(rule="PAYMENT.US_BANK", pointer=f"{_WHERE}/account_in_us")
        elif payment.account_in_us is None:
            context.note_unchecked(
                "whether the card or account is of a bank in the United States: "
                "request.payment.account_in_us does not say it"
            )
    block = context.use_fact("payment/debit-block") if payment.method == "bank-account" else None
    if block:
        values = {"code": block["company_code"], "lockbox": block["lockbox"]}
        yield Hit(rule="PAYMENT.DEBIT_BLOCK", pointer=f"{_WHERE}/method", values=values)


def _check_card_limit(
    context: RuleContext, listed: Sequence[tuple[int, FormFile]]
) -> Iterator[Hit]:
    """Check the sum of all beneficiaries' fees against what one card may pay in a day."""
    request = context.case.request
    by_card = [n for n, form in listed if form.form == _CARD]
    method = request.payment.method if request.payment else None
    if method is not PaymentMethod.CARD and (method or not by_card):
        return
    limit = context.use_fact("payment/card-limit")
    fee = context.use_fact("fees/i-131-parole") if context.case.kind == "parole" else None
    if limit is None or fee is None:
        return
    total = fee[f"{request.filing}_usd"] * len(context.case.beneficiaries)
    if total > Decimal(limit["daily_limit_usd"]):
        values = {"total": f"{total:,}", "limit": f"{Decimal(limit['daily_limit_usd']):,}"}
        pointer = f"{_WHERE}/method" if method else f"/forms/{by_card[0]}"
        yield Hit(rule="PAYMENT.CARD_LIMIT", pointer=pointer, values=values)


def _group_by_packet(
    context: RuleContext, forms: Sequence[FormFile]
) -> Mapping[str, list[FormFile]]:
    """Return the forms that go into the packet of each beneficiary, by the beneficiary's id."""
    return {
        person.id: [form for form in forms if _is_in(form, person.id)]
        for person in context.case.beneficiaries
    }


def _is_in(form: FormFile, beneficiary: str) -> bool:
    return not form.belongs_to or beneficiary in form.belongs_to
