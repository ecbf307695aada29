# SPDX-License-Identifier: Apache-2.0
"""What can be done with parties; each function is one transaction and one sealed act.

Dates are half-open: what ends on a day no longer holds on it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from operator import itemgetter
from uuid import UUID

from django.db import IntegrityError, transaction

from shangheng.kernel.errors import Conflict, Invalid, NotFound
from shangheng.kernel.parties import concept, store
from shangheng.kernel.parties.concept import Key, Learned, Merchant, Said
from shangheng.kernel.parties.models import PartyCodeRow, PartyRow
from shangheng.kernel.parties.sealing import Act, Ended, acting
from shangheng.kernel.parties.store import StoredId
from shangheng.kernel.periods import day_of
from shangheng.kernel.regions import queries as regions

_MERCHANTS_A_ROUND = 20_000


def learn(rows: Iterable[Merchant], *, reporter: str, at: datetime) -> Learned:
    """Take a roster: new shops and owners become parties, known ones are recognised by code.

    A shop is known by its number on its platform, an owner by credit code, organisation code or
    registration number, never by name. A shop whose owner changed gets a new link, the old one
    ends. Codes that point to different parties are counted as doubtful and never merged here.
    ``reporter`` is refused nothing: whom it may report about is decided where records come in.
    """
    total = Learned()
    try:
        with transaction.atomic():
            for part in _rounds(rows):
                with acting("party.learned", at) as act:
                    total = _sum(total, _Round(part, at).learned(act))
    except IntegrityError as clash:
        raise Conflict("party.learned_twice", reporter=reporter) from clash
    return total


def _rounds(rows: Iterable[Merchant]) -> Iterator[list[Merchant]]:
    remaining = iter(rows)
    while part := list(islice(remaining, _MERCHANTS_A_ROUND)):
        yield part


def _sum(one: Learned, other: Learned) -> Learned:
    more = asdict(other)
    return Learned(**{name: value + more[name] for name, value in asdict(one).items()})


class _Round:
    """One set of merchants: read what is known, decide in memory, write what is new."""

    def __init__(self, merchants: list[Merchant], at: datetime) -> None:
        self._merchants, self._today = merchants, day_of(at).isoformat()
        self._ids = store.new_ids(at)
        self._owners = [concept.owner_keys(merchant) for merchant in merchants]
        self._shops = [_shop_keys(merchant) for merchant in merchants]
        wanted: set[Key] = {("platform", merchant.platform.strip()) for merchant in merchants}
        for keys, _ in self._owners:
            wanted.update(keys)
        for shop in self._shops:
            wanted.update(shop)
        self._bearer = store.current_codes(wanted)
        self._was_known = frozenset(self._bearer.values())
        self._given = set(self._bearer)
        self._parties: list[tuple[StoredId, str, str, str, str]] = []
        self._codes: list[tuple[StoredId, str, str, str]] = []
        self._links: dict[tuple[StoredId, str], tuple[StoredId, str]] = {}
        self._said: dict[StoredId, tuple[str, str]] = {}
        self._counts = {"merchants": len(merchants), "unidentified": 0, "doubtful": 0}

    def learned(self, act: Act) -> Learned:
        """Go through the merchants, then write once."""
        for merchant, keys, (owner, wrong) in zip(
            self._merchants, self._shops, self._owners, strict=True
        ):
            self._counts["doubtful"] += wrong
            self._take(merchant, keys, owner)
        kinds = [row[1] for row in self._parties]
        ended, begun = self._changed_links()
        renamed = self._renamed()
        act.add_parties(self._parties)
        act.add_codes(sorted(self._codes, key=itemgetter(1, 2)))  # in the order of the index
        act.end_links(ended, self._today)
        act.add_links(begun)
        act.rename(renamed)
        shops, platforms = kinds.count("shop"), kinds.count("platform")
        return Learned(
            **self._counts,
            shops_new=shops,
            platforms_new=platforms,
            owners_new=len(kinds) - shops - platforms,
            codes_new=len(self._codes),
            links_new=len(begun),
            links_ended=len(ended),
            renamed=len(renamed),
        )

    def _take(self, merchant: Merchant, keys: tuple[Key, ...], owner: tuple[Key, ...]) -> None:
        opened = merchant.opened_on
        since = min(opened.isoformat(), self._today) if opened else self._today
        code = merchant.platform.strip()
        platform = self._party((("platform", code),), "platform", code, "", self._today)
        shop = self._bearer.get(keys[0])
        if shop is None:
            shop = self._new("shop", merchant.shop_name or merchant.shop, merchant.region, since)
        elif merchant.shop_name:
            self._said[shop] = (merchant.shop_name, merchant.region)
        self._bear(shop, keys, since)
        self._links[shop, "on_platform"] = (platform, since)
        if not owner:
            self._counts["unidentified"] += 1
            return
        kind, name = concept.kind_of_owner(owner), merchant.owner_name
        run_by = self._party(owner, kind, name, merchant.region, self._today)
        self._links[shop, "operated_by"] = (run_by, since)

    def _party(
        self, keys: tuple[Key, ...], kind: str, name: str, region: str, since: str
    ) -> StoredId:
        """Return the party that bears one of the codes; without any, a new one bears them all."""
        party = next((self._bearer[key] for key in keys if key in self._bearer), None)
        if party is None:
            party = self._new(kind, name, region, since)
        self._bear(party, keys, since)
        return party

    def _new(self, kind: str, name: str, region: str, since: str) -> StoredId:
        party = next(self._ids)
        self._parties.append((party, kind, name[:200], region, since))
        return party

    def _bear(self, party: StoredId, keys: tuple[Key, ...], since: str) -> None:
        for key in keys:
            bearer = self._bearer.setdefault(key, party)
            if bearer != party:
                self._counts["doubtful"] += 1
            elif key not in self._given:
                self._given.add(key)
                self._codes.append((party, *key, since))

    def _changed_links(self) -> tuple[list[Ended], list[tuple[StoredId, str, StoredId, str]]]:
        known = [shop for shop, _ in self._links if shop in self._was_known]
        current = store.current_links(dict.fromkeys(known))
        ended: list[Ended] = []
        begun: list[tuple[StoredId, str, StoredId, str]] = []
        for (shop, relation), (target, since) in self._links.items():
            row, before = current.get((shop, relation), (None, None))
            if before == target:
                continue
            if row is not None:
                ended.append((shop, relation, row))
            begun.append((shop, relation, target, self._today if row is not None else since))
        return ended, begun

    def _renamed(self) -> list[tuple[str, str, StoredId]]:
        before = store.names([party for party in self._said if party in self._was_known])
        changed = []
        for party, was in before.items():
            name, region = self._said[party]
            now = (name[:200], region or was[1])
            if now != was:
                changed.append((*now, party))
        return changed


def _shop_keys(merchant: Merchant) -> tuple[Key, ...]:
    number = ("platform_shop", concept.shop_number(merchant.platform, merchant.shop))
    url = concept.normalised("shop_url", merchant.shop_url) if merchant.shop_url else ""
    return (number, ("shop_url", url)) if url else (number,)


def register(
    kind: str, name: str, codes: Mapping[str, str], *, region: str = "", at: datetime
) -> UUID:
    """Put a party on file under its codes; one that bears a code already is refused as known."""
    if kind not in concept.KINDS:
        raise Invalid("party.kind_unknown", kind=kind)
    keys = {scheme: concept.checked(scheme, value) for scheme, value in codes.items()}
    complete = concept.with_organisation_code(keys)
    place = regions.find(region).code if region else ""
    with acting("party.registered", at) as act:
        for key, bearer in store.current_codes(complete.items()).items():
            raise Conflict("party.code_taken", scheme=key[0], value=key[1], party=str(bearer))
        party, today = next(store.new_ids(at)), day_of(at).isoformat()
        act.add_parties([(party, kind, name, place, today)])
        act.add_codes([(party, *key, today) for key in complete.items()])
    return party if isinstance(party, UUID) else UUID(party)


def link(source: UUID, relation: str, target: UUID, *, at: datetime) -> None:
    """Link two parties from today; a link of the same relation to another party ends."""
    if relation not in concept.RELATIONS:
        raise Invalid("party.relation_unknown", relation=relation)
    begin, end, today = _stored(source), _stored(target), day_of(at).isoformat()
    with acting("party.linked", at) as act:
        row, before = store.current_links([begin]).get((begin, relation), (None, None))
        if before == end:
            return
        if row is not None:
            act.end_links([(begin, relation, row)], today)
        act.add_links([(begin, relation, end, today)])


def end_link(source: UUID, relation: str, *, at: datetime, said: Said | None = None) -> None:
    """End a party's current link of a relation."""
    begin = _stored(source)
    row = store.current_links([begin]).get((begin, relation))
    if row is None:
        raise NotFound("party.link_unknown", party=str(source), relation=relation)
    with acting("party.link_ended", at, source, said) as act:
        act.end_links([(begin, relation, row[0])], day_of(at).isoformat())


def end_code(scheme: str, value: str, *, at: datetime, said: Said | None = None) -> None:
    """Withdraw a code; from today another party may bear it."""
    row = PartyCodeRow.objects.filter(
        scheme=scheme, value=concept.normalised(scheme, value), valid_until__isnull=True
    ).first()
    if row is None:
        raise NotFound("party.unknown", scheme=scheme, value=value)
    with acting("party.code_ended", at, row.party_id, said) as act:
        act.end_code(row, day_of(at))


def merge(duplicate: UUID, into: UUID, *, at: datetime, said: Said | None = None) -> None:
    """Declare a party a duplicate of another; its codes and shops are found under the other.

    Nothing is moved, so ``unmerge`` restores both as they were.
    """
    row, right = _row(duplicate), _row(into)
    if duplicate == into or right.merged_into_id or row.merged_into_id or row.duplicates.exists():
        raise Conflict("party.cannot_merge", duplicate=str(duplicate), into=str(into))
    with acting("party.merged", at, duplicate, said) as act:
        act.merge(row, right)


def unmerge(duplicate: UUID, *, at: datetime, said: Said | None = None) -> None:
    """Take back a merge."""
    row = _row(duplicate)
    if row.merged_into_id is None:
        raise Conflict("party.not_merged", party=str(duplicate))
    with acting("party.unmerged", at, duplicate, said) as act:
        act.merge(row, None)


def _stored(party: UUID) -> StoredId:
    """Return the stored id of a party that exists, or of the one it was merged into."""
    row = _row(party)
    return store.stored(row.merged_into_id or row.pk)


def _row(party: UUID) -> PartyRow:
    row = PartyRow.objects.filter(pk=party).first()
    if row is None:
        raise NotFound("party.unknown_id", party=str(party))
    return row
