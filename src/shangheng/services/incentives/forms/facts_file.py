# SPDX-License-Identifier: Apache-2.0
"""From a facts file to facts: what may be stated, what must go together, what is refused."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from shangheng.services.incentives.forms.places import Place
from shangheng.services.incentives.forms.values import (
    MONTHS_MAX,
    SPELLED,
    YEARS,
    Reader,
    area,
    day,
    not_small,
    number,
    one_of,
    region,
    signed,
    stated,
    truth,
    whole,
    words,
)
from shangheng.services.incentives.rules.facts import (
    FINDINGS,
    HONOUR_LEVELS,
    HONOURS,
    MODES,
    UTILITIES,
    Award,
    Bill,
    Cost,
    Facts,
    Fibre,
    Finding,
    Hire,
    Honour,
    IncomeTax,
    Lease,
    Research,
    Sale,
)

SALES_SMALL, RENT_SMALL = 100_000, 1_000
"""Yuan a year below which one asks whether 万 was meant; ``confirm_small`` answers."""

PARTY_KINDS = (
    "enterprise", "sole_trader", "cooperative", "shop", "platform", "department", "person",
)  # fmt: skip
REGIONS = ("registered_region", "headquarters_region", "operations_region", "settlement_region")
TRUTHS = (
    "ecommerce",
    "above_scale",
    "key_industry",
    "agricultural",
    "western_development",
    "advanced_service",
)
YEAR = whole(*YEARS)
COUNT_MAX = 1_000_000


@dataclass(frozen=True)
class Known:
    """What a jurisdiction lets a file name: provisions, and the facts that conditions ask for."""

    provisions: frozenset[str]
    facts: frozenset[str] = frozenset()

    def of(self, group: str) -> frozenset[str]:
        """Return the facts of a group, such as those of the firm itself, without its name."""
        return frozenset(
            name.removeprefix(f"{group}.") for name in self.facts if name.startswith(f"{group}.")
        )

    @property
    def groups(self) -> frozenset[str]:
        """Return the further groups of facts that the file may have."""
        beside = {"party", "awards", "costs"}
        return frozenset(name.partition(".")[0] for name in self.facts) - beside


@dataclass(frozen=True)
class Section:
    """A list of the file: what its entries become, and each field with its name and reader."""

    entry: Callable[..., Any]
    fields: Mapping[str, tuple[str, Reader]]
    needed: tuple[str, ...] = ()


def facts_from(root: Place, known: Known, *, confirm_small: bool = False) -> Facts:
    """Return the facts of a mapping that was read."""
    sections = _sections(known, confirm_small=confirm_small)
    groups = sorted(known.groups - sections.keys())
    given = _only(root, ("party", *sections, *groups))
    found: dict[str, Any] = {"stated": {}}
    for name, place in given.items():
        if name in groups and place.value is not None:
            found["stated"] |= _stated(name, place, known)
        elif name != "party" and place.value is not None:
            found[name] = tuple(_entry(each, sections[name]) for each in place.entries())
            if name in _CHECKS:
                _CHECKS[name](place.entries(), found[name])
    if "party" in given and given["party"].value is not None:
        found["party"] = _party(given["party"], known)
    return Facts(**found)


def _stated(group: str, place: Place, known: Known) -> dict[str, bool | int | date]:
    """Return further facts by their full names: true or false, a whole number, or a day."""
    if group in known.facts:
        return {group: truth(place)}
    return {
        f"{group}.{name}": stated(each)
        for name, each in _only(place, sorted(known.of(group))).items()
        if each.value is not None
    }


def _sections(known: Known, *, confirm_small: bool) -> dict[str, Section]:
    sales = number if confirm_small else not_small(SALES_SMALL)
    rent = number if confirm_small else not_small(RENT_SMALL)
    awarded = one_of(sorted(known.provisions))
    return {
        "sales": Section(
            Sale,
            {"year": ("year", YEAR), "mode": ("mode", one_of(MODES)), "amount": ("amount", sales)},
            ("year", "mode"),
        ),
        "leases": Section(Lease, {
            "area_m2": ("area_m2", area), "annual_rent": ("annual_rent", rent),
            "from": ("since", day), "to": ("until", day), "use": ("use", words),
            "place": ("place", words), "used_otherwise_from": ("used_otherwise_from", day),
        }),
        "fibre": Section(Fibre, {
            "from": ("since", day), "first_year_rent": ("first_year_rent", rent),
            "new": ("new", truth),
        }),
        "honours": Section(Honour, {
            "kind": ("kind", one_of((*HONOURS, *sorted(known.of("honours"))))),
            "level": ("level", one_of(HONOUR_LEVELS, SPELLED)),
            "date": ("day", day), "name": ("name", words),
        }, ("kind",)),
        "findings": Section(
            Finding, {"kind": ("kind", one_of(FINDINGS)), "year": ("year", YEAR)}, ("kind", "year")
        ),
        "awards": Section(Award, {
            "provision": ("provision", awarded), "date": ("day", day),
            "amount": ("amount", signed),
        }, ("provision", "date", "amount")),
        "rnd": Section(Research, {
            "year": ("year", YEAR), "expensed": ("expensed", rent),
            "capitalised": ("capitalised", rent), "life_years": ("life_years", whole(1, 100)),
        }, ("year",)),
        "income_tax": Section(
            IncomeTax, {"year": ("year", YEAR), "amount": ("amount", rent)}, ("year", "amount")
        ),
        **_of_people_and_costs(known),
    }  # fmt: skip


def _of_people_and_costs(known: Known) -> dict[str, Section]:
    return {
        "costs": Section(Cost, {
            "kind": ("kind", one_of(sorted(known.of("costs")))), "from": ("since", day),
            "to": ("until", day), "amount": ("amount", number), "monthly": ("monthly", number),
            "count": ("count", whole(0, COUNT_MAX)), "area_m2": ("area_m2", area),
            "principal": ("principal", number), "certified": ("certified", day),
            "name": ("name", words),
        }, ("kind",)),
        "bills": Section(Bill, {
            "kind": ("kind", one_of(UTILITIES)), "from": ("since", day), "to": ("until", day),
            **{name: (name, number) for name in ("quantity", "amount", "peak", "flat", "valley")},
        }, ("kind",)),
        "hires": Section(Hire, {
            "graduate": ("graduate", truth), "contract_signed": ("signed", day),
            "contract_months": ("months", whole(0, MONTHS_MAX)), "training_from": ("trained", day),
            "trainer": ("trainer", one_of(("own", "recognised", "other"))),
            "still_employed": ("stayed", truth),
        }),
    }  # fmt: skip


def _only(place: Place, known: Iterable[str]) -> dict[str, Place]:
    """Return the fields of a mapping; refuse one that has no meaning here."""
    fields, listed = place.fields(), list(known)
    for name, each in fields.items():
        if name not in listed:
            raise each.refused("facts.unknown_field", field=name, known=listed)
    return fields


def _entry(place: Place, section: Section) -> Any:  # noqa: ANN401 - as the section says
    given = _only(place, section.fields)
    found = {
        section.fields[name][0]: section.fields[name][1](each)
        for name, each in given.items()
        if each.value is not None
    }
    for name in section.needed:
        if section.fields[name][0] not in found:
            raise place.refused("facts.field_needed", field=name)
    return section.entry(**found)


def _party(place: Place, known: Known) -> dict[str, str | bool]:
    if isinstance(place.value, list):
        raise place.refused("facts.two_places", count=len(place.value))
    readers = _party_readers(known)
    given = _only(place, readers)
    return {
        name: readers[name](each)
        for name, each in given.items()
        if each.value is not None or name in REGIONS
    }


def _party_readers(known: Known) -> dict[str, Reader]:
    truths = {*TRUTHS, *known.of("party")} - {*REGIONS, "kind", "here", "registered_here"}
    spelled = {each.replace("_", "-"): each for each in PARTY_KINDS}
    return {
        "kind": one_of(PARTY_KINDS, spelled),
        **dict.fromkeys(REGIONS, region),
        **dict.fromkeys(sorted(truths), truth),
    }


def json_schema(known: Known) -> dict[str, Any]:
    """Return the JSON Schema of a facts file: every part may be absent, which means unknown."""
    sections = _sections(known, confirm_small=True)
    groups = sorted(known.groups - sections.keys())
    party = {name: reader.schema for name, reader in _party_readers(known).items()}
    properties: dict[str, Any] = {"party": _object(party)}
    for name, section in sections.items():
        entry = {key: reader.schema for key, (_, reader) in section.fields.items()}
        properties[name] = {"type": "array", "items": _object(entry, section.needed)}
    for name in groups:
        inner = dict.fromkeys(sorted(known.of(name)), stated.schema)
        properties[name] = _object(inner) if inner else truth.schema
    return {"title": "企业情况 facts of a firm", **_object(properties)}


def _object(properties: Mapping[str, Any], needed: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "type": "object", "properties": dict(properties), "required": list(needed),
        "additionalProperties": False,
    }  # fmt: skip


def _once(places: list[Place], found: tuple[Any, ...]) -> None:
    """Refuse the same year, or the same year and mode, stated twice."""
    seen: dict[tuple[Any, ...], Place] = {}
    for place, each in zip(places, found, strict=True):
        key = (each.year, getattr(each, "mode", ""))
        if key in seen:
            raise place.refused(
                "facts.year_twice", year=each.year, mode=key[1], first=seen[key].line
            )
        seen[key] = place


def _not_twice(places: list[Place], found: tuple[Award, ...]) -> None:
    """Refuse a payment that is stated twice."""
    seen: dict[Award, Place] = {}
    for place, each in zip(places, found, strict=True):
        if each in seen:
            raise place.refused(
                "facts.award_twice", provision=each.provision, day=each.day, first=seen[each].line
            )
        seen[each] = place


def _spans(places: list[Place], found: tuple[Any, ...]) -> None:
    """Refuse what ends, or is certified, before it begins."""
    for place, each in zip(places, found, strict=True):
        for field, name in (("to", "until"), ("certified", "certified")):
            until = getattr(each, name, None)
            if each.since is not None and until is not None and until < each.since:
                raise place.refused(
                    "facts.ends_before_begins", field=field, since=each.since, until=until
                )


def _in_order(places: list[Place], found: tuple[Lease, ...]) -> None:
    """Refuse a lease that ends before it begins, and two of one place at the same time."""
    for place, each in zip(places, found, strict=True):
        for name, until in (("to", each.until), ("used_otherwise_from", each.used_otherwise_from)):
            if each.since is not None and until is not None and until < each.since:
                raise place.refused(
                    "facts.ends_before_begins", field=name, since=each.since, until=until
                )
    named = [pair for pair in zip(found, places, strict=True) if pair[0].place and pair[0].since]
    named.sort(key=lambda pair: (pair[0].place or "", pair[0].since or date.min))
    for (before, first), (after, second) in pairwise(named):
        begins, ends = after.since or date.min, before.until or date.max
        if before.place == after.place and begins <= ends:
            raise second.refused("facts.leases_overlap", where=after.place, first=first.line)


_CHECKS: dict[str, Callable[[list[Place], Any], None]] = {
    "sales": _once, "rnd": _once, "income_tax": _once, "awards": _not_twice, "leases": _in_order,
    "costs": _spans, "bills": _spans,
}  # fmt: skip
