# SPDX-License-Identifier: Apache-2.0
"""What can be asked of accounts, now or as at any moment; nothing here writes.

Each answer comes from one statement, or from rows that never change, so that it is of one moment
even while others post.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from shangheng.kernel.accounts import store
from shangheng.kernel.accounts.concept import bank_files, matching, sums
from shangheng.kernel.accounts.concept.matching import Line, Reconciliation
from shangheng.kernel.accounts.concept.statements import Statement, StatementLine
from shangheng.kernel.accounts.concept.transfers import Account, Balance, Entry
from shangheng.kernel.accounts.concept.units import Unit, written
from shangheng.kernel.accounts.models import AccountRow, TransferRow, UnitRow
from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound, Refusal
from shangheng.kernel.parties.models import PartyRow
from shangheng.kernel.periods import day_of

MOVING = ("posted", "post")
"""Phases that change posted balances; the others hold or release."""
_AMOUNTS = ("amount", "room", "posted", "held")


def unit(code: str) -> Unit:
    """Return a unit by its code."""
    row = UnitRow.objects.filter(pk=code).first()
    if row is None:
        raise NotFound("unit.unknown", unit=code)
    return Unit(row.code, row.zh, row.en, row.decimals)


def account(code: str) -> Account:
    """Return an account as it was opened."""
    return _account(_row(code))


def accounts_of(owner: UUID) -> tuple[Account, ...]:
    """Return the accounts of a party and of the duplicates that were merged into it."""
    owners = PartyRow.objects.filter(Q(pk=owner) | Q(merged_into=owner))
    rows = AccountRow.objects.filter(owner__in=owners).select_related("parent").order_by("code")
    return tuple(map(_account, rows))


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in a list: whose, of which kind, how it stands."""

    code: str
    kind: str
    owner: str
    balance: Balance


def listed(*, text: str = "", limit: int | None = None, offset: int = 0) -> list[Listed]:
    """Return accounts by code; ``text`` is looked for in code, kind and the owner's name."""
    rows = AccountRow.objects.select_related("unit", "owner").order_by("code")
    for word in text.split():
        rows = rows.filter(
            Q(code__icontains=word) | Q(kind__icontains=word) | Q(owner__name__icontains=word)
        )
    page = rows[offset : None if limit is None else offset + limit]
    return [Listed(row.code, row.kind, row.owner.name, _balance(row, None)) for row in page]


def entry(key: str) -> Entry:
    """Return what is booked under a key."""
    found = store.entries([key])
    if key not in found:
        raise NotFound("transfer.unknown", key=key)
    return found[key]


def balance(code: str, *, at: datetime | None = None) -> Balance:
    """Return how an account stands, or stood once everything booked until `at` counted.

    A hold counts until it is posted, voided or past its time.
    """
    return _balance(_row(code), at)


def total(code: str, *, at: datetime | None = None) -> Balance:
    """Return an account's balance together with all below it: a city's fund with its counties'."""
    level = [_row(code)]
    found: list[Balance] = []
    while level:
        found += [_balance(row, at) for row in level]
        level = list(AccountRow.objects.filter(parent__in=level).select_related("unit"))
    return reduce(add, found)


def statement(code: str, *, since: datetime, until: datetime) -> Statement:
    """Return what happened on an account from `since` until before `until`."""
    if until < since:
        raise Invalid("statement.period_backwards", since=since, until=until)
    row = _row(code)
    rows = TransferRow.objects.filter(Q(source=row) | Q(target=row), at__gte=since, at__lt=until)
    lines = tuple(_lines(row, rows.select_related("source", "target").order_by("at", "id")))
    opening = _last(row, Q(at__lt=since))
    closing = lines[-1].after if lines else opening
    if opening + sum(line.change for line in lines) != closing:
        raise EvidenceBroken("statement.does_not_add_up", account=code, opening=opening)
    return Statement(code, unit(row.unit_id), since, until, opening, closing, lines)


def is_genuine(code: str, *, since: datetime, until: datetime, verification: str) -> bool:
    """Tell whether a statement's verification code is that of the book."""
    told = statement(code, since=since, until=until).code
    return told == verification.strip().upper()


def lines_of(told: Statement, *, reference: str = "") -> tuple[Line, ...]:
    """Return a statement's movements as lines to reconcile with a bank's.

    The reference is the fact of that name where the transfer has one, else its key.
    """
    moved = [line for line in told.lines if line.change]
    rows = TransferRow.objects.filter(key__in=[each.key for each in moved] if reference else [])
    facts = dict(rows.values_list("key", "facts"))
    return tuple(
        Line(n, facts.get(each.key, {}).get(reference) or each.key, day_of(each.at), each.change)
        for n, each in enumerate(moved, start=1)
    )


def spelled(refusal: Refusal) -> Refusal:
    """Return a refusal with its amounts as the unit of its account writes them."""
    facts = refusal.facts
    if row := AccountRow.objects.filter(code=facts.get("account")).first():
        told = {name: facts[name] for name in _AMOUNTS if isinstance(facts.get(name), int)}
        facts |= {name: written(each, unit(row.unit_id)) for name, each in told.items()}
    return refusal


@dataclass(frozen=True)
class Reconciled:
    """A bank's file against an account: the outcome, and each line of both sides as a row."""

    unit: Unit
    result: Reconciliation
    rows: tuple[dict[str, Any], ...]


def reconciled(told: Statement, bank: str, *, days: int, reference: str = "") -> Reconciled:
    """Match the text of a bank's file with a statement; money may be so many days on its way."""
    rules = matching.usual_rules(days)
    theirs = bank_files.lines_in(bank, told.unit)
    result = matching.reconcile(lines_of(told, reference=reference), theirs, rules)
    return Reconciled(told.unit, result, tuple(bank_files.to_rows(result, rules, told.unit)))


def sum_tree(unit_code: str, *, at: datetime, secret: bytes) -> sums.SumTree:
    """Return the Merkle sum tree of all balances of a unit as at a moment, closed accounts too.

    Its root is to be sealed in the log; ``tree.proof(account)`` is for the account's owner.
    """
    rows = _with_sums(AccountRow.objects.filter(unit=unit_code, opened_at__lte=at), Q(at__gt=at))
    then = rows.annotate(then=F("posted") - F("came") + F("went")).order_by("code")
    return sums.tree(unit_code, then.values_list("code", "then"), secret)


@dataclass(frozen=True, slots=True)
class Audit:
    """What is wrong with the books: nothing, if all is well. Each part names what it found."""

    unbalanced_units: tuple[str, ...]
    differing_accounts: tuple[str, ...]
    broken_limits: tuple[str, ...]
    differing_holds: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Return whether every promise of the books holds."""
        return self == Audit((), (), (), ())


def audit() -> Audit:
    """Recount: units sum to zero, balances are what entries say, limits and holds are kept."""
    units = AccountRow.objects.values("unit").annotate(sum=Sum("posted")).exclude(sum=0)
    rows = _with_sums(AccountRow.objects.all(), Q()).exclude(posted=F("came") - F("went"))
    beyond = Q(posted__lt=F("floor") + F("held_out")) | Q(posted__gt=F("ceiling") - F("held_in"))
    out = _held("source_id").filter(source=OuterRef("pk"))
    into = _held("target_id").filter(target=OuterRef("pk"))
    holds = AccountRow.objects.annotate(out=_or_zero(out), into=_or_zero(into)).exclude(
        held_out=F("out"), held_in=F("into")
    )
    return Audit(
        tuple(units.order_by("unit").values_list("unit", flat=True)),
        tuple(rows.order_by("code").values_list("code", flat=True)),
        tuple(AccountRow.objects.filter(beyond).order_by("code").values_list("code", flat=True)),
        tuple(holds.order_by("code").values_list("code", flat=True)),
    )


def _row(code: str) -> AccountRow:
    row = AccountRow.objects.select_related("unit", "parent").filter(code=code).first()
    if row is None:
        raise NotFound("account.unknown", account=code)
    return row


def _account(row: AccountRow) -> Account:
    return Account(
        code=row.code, kind=row.kind, owner=row.owner_id, unit=row.unit_id, floor=row.floor,
        ceiling=row.ceiling, parent=row.parent.code if row.parent else "",
    )  # fmt: skip


def _balance(row: AccountRow, at: datetime | None) -> Balance:
    counted = Unit(row.unit.code, row.unit.zh, row.unit.en, row.unit.decimals)
    if at is None:
        return Balance(counted, row.posted, row.held_out, row.held_in)
    ended = TransferRow.objects.filter(pending__isnull=False, at__lte=at).values("pending")
    holds = TransferRow.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=at), phase="pending", at__lte=at
    )
    still = holds.exclude(key__in=ended)
    return Balance(
        counted,
        _last(row, Q(at__lte=at)),
        still.filter(source=row).aggregate(sum=Sum("amount", default=0))["sum"],
        still.filter(target=row).aggregate(sum=Sum("amount", default=0))["sum"],
    )


def _last(row: AccountRow, until: Q) -> int:
    """Return the balance after the last entry that a condition on its time lets in."""
    newest = ("-at", "-id")
    ends = [
        TransferRow.objects.filter(until, source=row).order_by(*newest).first(),
        TransferRow.objects.filter(until, target=row).order_by(*newest).first(),
    ]
    last = max((end for end in ends if end), key=lambda end: (end.at, end.pk), default=None)
    if last is None:
        return 0
    return last.source_after if last.source_id == row.pk else last.target_after


def _lines(row: AccountRow, rows: Iterable[TransferRow]) -> Iterator[StatementLine]:
    for each in rows:
        gives = each.source_id == row.pk
        change = 0 if each.phase not in MOVING else -each.amount if gives else each.amount
        yield StatementLine(
            at=each.at,
            key=each.key,
            phase=each.phase,  # type: ignore[arg-type]
            kind=each.kind,
            other=each.target.code if gives else each.source.code,
            amount=each.amount,
            change=change,
            after=each.source_after if gives else each.target_after,
        )


def _with_sums(rows: QuerySet[AccountRow], when: Q) -> QuerySet[AccountRow]:
    """Add to each account what came and what went at the times asked for."""
    moved = TransferRow.objects.filter(when, phase__in=MOVING)
    return rows.annotate(
        came=_or_zero(_summed(moved.filter(target=OuterRef("pk")), "target_id")),
        went=_or_zero(_summed(moved.filter(source=OuterRef("pk")), "source_id")),
    )


def _summed(rows: QuerySet[TransferRow], by: str) -> QuerySet[TransferRow, Any]:
    return rows.order_by().values(by).annotate(sum=Sum("amount")).values("sum")  # type: ignore[no-any-return]


def _held(by: str) -> QuerySet[TransferRow, Any]:
    return _summed(TransferRow.objects.filter(hold__isnull=False), by)


def _or_zero(rows: QuerySet[TransferRow, Any]) -> Coalesce:
    return Coalesce(Subquery(rows, output_field=BigIntegerField()), 0)


def balances(codes: Sequence[str]) -> dict[str, int]:
    """Return the posted balances of accounts, all of one moment."""
    return dict(AccountRow.objects.filter(code__in=codes).values_list("code", "posted"))
