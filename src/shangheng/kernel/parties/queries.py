# SPDX-License-Identifier: Apache-2.0
"""What can be asked of parties; a merged duplicate answers as the party it went into."""

from datetime import date
from uuid import UUID

from django.db.models import Q

from shangheng.kernel.errors import NotFound
from shangheng.kernel.parties import concept
from shangheng.kernel.parties.concept import Code, Event, Party
from shangheng.kernel.parties.models import PartyCodeRow, PartyLinkRow, PartyRow


def _holds(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_until__isnull=True) | Q(valid_until__gt=on))


def _with_duplicates(party: UUID) -> list[UUID]:
    duplicates = PartyRow.objects.filter(merged_into_id=party).values_list("pk", flat=True)
    return [party, *duplicates]


def _party(row: PartyRow, on: date) -> Party:
    whole = row.merged_into or row
    codes = PartyCodeRow.objects.filter(_holds(on), party__in=_with_duplicates(whole.pk))
    return Party(
        whole.uuid,
        whole.kind,
        whole.name,
        whole.region,
        whole.first_seen,
        tuple(
            Code(code.scheme, code.value, code.valid_from, code.valid_until)
            for code in codes.order_by("scheme", "valid_from", "value")
        ),
    )


def find(scheme: str, value: str, *, on: date) -> Party:
    """Return the party that bore a code on a day."""
    text = concept.normalised(scheme, value)
    rows = PartyCodeRow.objects.filter(scheme=scheme, value=text, valid_from__lte=on)
    rows = rows.select_related("party__merged_into").order_by("-valid_from")
    # Asked one after the other, each is answered by its own index.
    current = rows.filter(valid_until__isnull=True).first()
    code = current or rows.filter(valid_until__isnull=False, valid_until__gt=on).first()
    if code is None:
        raise NotFound("party.unknown", scheme=scheme, value=value)
    return _party(code.party, on)


def get(party: UUID, *, on: date) -> Party:
    """Return a party by its id, with its codes of the day."""
    row = PartyRow.objects.select_related("merged_into").filter(pk=party).first()
    if row is None:
        raise NotFound("party.unknown_id", party=str(party))
    return _party(row, on)


def search(text: str, *, on: date, limit: int = 20) -> tuple[Party, ...]:
    """Return parties whose code is the text or whose name holds it, exact ones first."""
    wanted = text.strip()
    spellings = {concept.normalised(scheme, wanted) for scheme in concept.SCHEMES}
    by_code = Q(
        codes__scheme__in=list(concept.SCHEMES),
        codes__value__in=spellings,
        codes__valid_until__isnull=True,
    )
    found: dict[UUID, PartyRow] = {}
    for question in (by_code, Q(name=wanted), Q(name__contains=wanted)):
        rows = PartyRow.objects.filter(question).select_related("merged_into").order_by("name")
        for row in rows.distinct()[:limit]:
            whole = row.merged_into or row
            found.setdefault(whole.pk, whole)
        if len(found) >= limit:
            break
    return tuple(_party(row, on) for row in list(found.values())[:limit])


def duplicates_of(party: UUID) -> dict[UUID, str]:
    """Return the names of the duplicates that were merged into a party, by their ids."""
    return dict(PartyRow.objects.filter(merged_into_id=party).values_list("pk", "name"))


def shops_of(party: UUID, *, on: date) -> tuple[Party, ...]:
    """Return the shops that a company operated, or a platform hosted, on a day."""
    links = PartyLinkRow.objects.filter(
        _holds(on),
        relation__in=("operated_by", "on_platform"),
        target__in=_with_duplicates(party),
    )
    rows = PartyRow.objects.filter(pk__in=links.values("source_id"), kind="shop")
    return tuple(_party(row, on) for row in rows.order_by("name", "pk"))


def _links_from(own: list[UUID]) -> list[PartyLinkRow]:
    """Return the links that parties have or had; each half is answered by its own index."""
    rows = PartyLinkRow.objects.filter(source__in=own)
    rows = rows.select_related("source", "target__merged_into")
    halves = (rows.filter(valid_until__isnull=True), rows.filter(valid_until__isnull=False))
    return [link for half in halves for link in half]


def linked(party: UUID, relation: str, *, on: date) -> Party | None:
    """Return whom a party was linked to on a day: who operates a shop, where it stands."""
    links = [
        link
        for link in _links_from(_with_duplicates(party))
        if link.relation == relation
        and link.valid_from <= on
        and (link.valid_until is None or link.valid_until > on)
    ]
    newest = max(links, key=lambda link: (link.valid_from, link.pk), default=None)
    return _party(newest.target, on) if newest else None


def history(party: UUID) -> tuple[Event, ...]:
    """Return everything dated about a party, oldest first: codes and links begun and ended."""
    own = _with_duplicates(party)
    events: list[Event] = []
    for code in PartyCodeRow.objects.filter(party__in=own):
        events += _begun_and_ended("code", code, code.scheme, code.value, None)
    for link in _links_from(own):
        events += _begun_and_ended("link", link, link.relation, link.target.name, link.target_id)
    for link in PartyLinkRow.objects.filter(target__in=own).select_related("source"):
        events += _begun_and_ended("link", link, link.relation, link.source.name, link.source_id)
    return tuple(
        sorted(events, key=lambda event: (event.on, event.what, event.scheme, event.value))
    )


def _begun_and_ended(
    what: str, row: PartyCodeRow | PartyLinkRow, scheme: str, value: str, other: UUID | None
) -> list[Event]:
    begun = [Event(row.valid_from, f"{what}_begun", scheme, value, other)]
    if row.valid_until is None:
        return begun
    return [*begun, Event(row.valid_until, f"{what}_ended", scheme, value, other)]
