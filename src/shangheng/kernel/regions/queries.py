# SPDX-License-Identifier: Apache-2.0
"""What can be asked of the tree: by code, by year, by name, by address."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.regions import concept, store
from shangheng.kernel.regions.addresses import BELIEVED, AddressReader
from shangheng.kernel.regions.concept import AddressMatch, Region, Span

LATEST = 2023
_SAYING_NOTHING = {"郊区", "城区", "市区", "市郊区"}
_NO_LEVEL = re.compile(r"市辖区|(?<=^重庆市)县|(省|自治区)直辖县级行政区划")
_TWICE = re.compile(r"(\w{2,}?)市?\1市")
# Hainan left Guangdong in 1988, Chongqing left Sichuan in 1997.
_SPLIT_OFF_FROM = {"460000": "440000", "500000": "510000"}


def _known(code: str) -> str:
    """Return the canonical spelling of a code that some list has."""
    spelled = concept.canonical(code)
    if spelled is None or not _exists(spelled):
        raise NotFound("region.unknown", code=code)
    return spelled


def _exists(code: str) -> bool:
    if len(code) == 6:  # noqa: PLR2004 - province, city or county
        return code in store.atlas().spans
    return code in (store.townships() if len(code) == 9 else store.villages())  # noqa: PLR2004


def _validity(code: str) -> tuple[int | None, int | None]:
    spans = store.atlas().spans[code]
    return spans[0].since, spans[-1].until


def _alive(code: str, year: int) -> bool:
    since, until = _validity(code)
    return (since is None or since <= year) and (until is None or year <= until)


@lru_cache(maxsize=65_536)
def find(code: str, *, year: int | None = None) -> Region:
    """Return the region of a code of 2, 4, 6, 9 or 12 digits, under its name in that year.

    Without a year the newest name counts, also of a code that is no longer valid.
    """
    spelled = _known(code)
    above = store.parent_code(spelled, store.atlas().spans)
    level = concept.level_of(spelled)
    if len(spelled) > 6:  # noqa: PLR2004 - below the county only today's list is known
        names = store.townships() if level == "township" else store.villages()
        return Region(spelled, names[spelled], level, above)
    spans = store.atlas().spans[spelled]
    span = spans[-1] if year is None else _span_in(spans, year)
    if span is None:
        raise NotFound("region.not_valid_then", code=spelled, name=spans[-1].name, year=year)
    since, until = _validity(spelled)
    after = store.atlas().successions.get(spelled)
    codes = after.codes if after else ()
    return Region(spelled, span.name, level, above, since, until, codes)


def _span_in(spans: tuple[Span, ...], year: int) -> Span | None:
    return next((span for span in reversed(spans) if span.covers(year)), None)


def successors(code: str, year: int = LATEST) -> tuple[str, ...]:
    """Return every code that holds the place in that year, those of the main line first."""
    spelled = _known(code)
    if len(spelled) > 6 or _alive(spelled, year):  # noqa: PLR2004
        return (spelled,)
    after = store.atlas().successions.get(spelled)
    if after is None or after.year > year:
        return ()
    found: dict[str, None] = {}
    for successor in after.codes:
        found.update(dict.fromkeys(successors(successor, year)))
    return tuple(found)


@lru_cache(maxsize=65_536)
def successor(code: str, year: int = LATEST) -> str:
    """Return the code that a place has in a later year; refuse where no list or decision tells.

    Of several successors the main one is returned; where none is the main one, all are named in
    the refusal, and ``successors`` returns them.
    """
    spelled = _known(code)
    if len(spelled) > 6 or _alive(spelled, year):  # noqa: PLR2004
        return spelled
    name = store.atlas().spans[spelled][-1].name
    since, until = _validity(spelled)
    if since is not None and year < since:
        raise NotFound("region.not_valid_then", code=spelled, name=name, year=year)
    after = store.atlas().successions.get(spelled)
    if after is None:
        raise NotFound("region.no_successor", code=spelled, name=name, until=until)
    if after.main is not None:
        return successor(after.main, year)
    held_by = successors(spelled, year)
    if len(held_by) == 1:
        return held_by[0]
    raise Invalid("region.divided", code=spelled, name=name, candidates=list(held_by))


def _predecessors(code: str, year: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for before in store.atlas().predecessors.get(code, ()):
        if _alive(before, year):
            found[before] = None
        else:
            since, _ = _validity(before)
            if since is not None and since > year:
                found.update(dict.fromkeys(_predecessors(before, year)))
    return tuple(found)


@lru_cache(maxsize=65_536)
def as_of(code: str, year: int) -> str:
    """Return the code of the place by the borders of a given year, earlier or later.

    Refuses where the place was then several (姑苏区 before 2012) or is not known to have had a
    code: a figure cannot be divided by guessing.
    """
    spelled = _known(code)
    if len(spelled) > 6:  # noqa: PLR2004 - no older lists below the county
        raise NotFound("region.no_history", code=spelled)
    if _alive(spelled, year):
        return spelled
    since, _ = _validity(spelled)
    if since is None or year >= since:
        return successor(spelled, year)
    found = _predecessors(spelled, year)
    if len(found) == 1:
        return found[0]
    name = store.atlas().spans[spelled][-1].name
    if found:
        raise Invalid("region.divided", code=spelled, name=name, candidates=list(found))
    raise NotFound("region.no_predecessor", code=spelled, name=name, year=year)


@lru_cache(maxsize=64)
def border_map(year: int) -> dict[str, str]:
    """Return for every county code of any year the code to count it under in the given year.

    Where the county was then several, or its history is not known, the code is that of the city
    (or province) that surely held it, so that totals stay whole and nothing is guessed.
    """
    counties = (c for c in store.atlas().spans if concept.level_of(c) == "county")
    return {code: _county_or_above(code, year) for code in counties}


def _county_or_above(code: str, year: int) -> str:
    try:
        return as_of(code, year)
    except Invalid as refusal:
        above = {str(c)[:4] + "00" for c in refusal.facts["candidates"]}
    except NotFound:
        above = {code[:4] + "00"}
    city = above.pop()
    if not above and city in store.atlas().spans:
        try:
            return as_of(city, year)
        except (Invalid, NotFound):
            pass
    province = code[:2] + "0000"
    return province if _alive(province, year) else _SPLIT_OFF_FROM[province]


def children(code: str) -> tuple[Region, ...]:
    """Return today's regions directly below: an undivided city (东莞) has townships below it."""
    spelled = _known(code)
    below = store.atlas().children.get(spelled)
    if below is None and len(spelled) == 6:  # noqa: PLR2004
        below = store.townships_by_county().get(spelled, ())
    elif below is None:
        below = store.villages_by_township().get(spelled, ()) if len(spelled) == 9 else ()  # noqa: PLR2004
    return tuple(find(child) for child in below)


def ancestors(code: str) -> tuple[Region, ...]:
    """Return the regions above, the province first."""
    chain: list[Region] = []
    above = find(code).parent
    while above:
        chain.append(find(above))
        above = chain[-1].parent
    return tuple(reversed(chain))


@lru_cache(maxsize=2)
def known_codes(*, villages: bool = False) -> frozenset[str]:
    """Return every code that was valid at any time: 6 digits, townships, and villages if asked."""
    codes = frozenset(store.atlas().spans) | frozenset(store.townships())
    return codes | frozenset(store.villages()) if villages else codes


@lru_cache(maxsize=1)
def _all_names() -> dict[str, tuple[str, ...]]:
    """Return every name, short form and path with today's codes that it may mean."""
    found: dict[str, dict[str, None]] = {}
    for code, name in _today().items():
        for form in (name, *concept.short_names(name), *_paths(code)):
            found.setdefault(form, {})[code] = None
    settled = {name: _preferred(name, tuple(codes)) for name, codes in found.items()}
    for name, code in _former():
        settled.setdefault(name, ())
        if not found.get(name) and code not in settled[name]:
            settled[name] = (*settled[name], code)
    return settled


def _today() -> dict[str, str]:
    spans = store.atlas().spans
    return {code: known[-1].name for code, known in spans.items() if known[-1].until is None}


def _paths(code: str) -> Iterator[str]:
    chain = [r for r in (*ancestors(code), find(code)) if not concept.is_grouping(r.code)]
    names = list(dict.fromkeys(region.name for region in chain))
    for start in range(len(names) - 1):
        yield from concept.path_names(names[start:])
    if len(names) == 3:  # noqa: PLR2004 - province and county without the city
        yield from concept.path_names([names[0], names[2]])


def _former() -> Iterator[tuple[str, str]]:
    """Yield the former names of counties and cities with each code of today that holds them."""
    for code, spans in store.atlas().spans.items():
        ended = spans[-1].until is not None
        for span in spans if ended else spans[:-1]:
            if span.name not in _SAYING_NOTHING:
                yield from ((span.name, now) for now in successors(code))


def _preferred(name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Settle usual usage: a full name before a short one, the outer place before its own part."""
    if len(codes) == 1:
        return codes
    today = _today()
    choices: tuple[Callable[[str], bool], ...] = (
        lambda c: today[c] == name,
        lambda c: c.endswith("0000"),
        lambda c: c.endswith("0100"),  # a capital of a province: 西安, 长沙
    )
    for wanted in choices:
        picked = tuple(code for code in codes if wanted(code))
        if picked:
            codes = picked
        if len(codes) == 1:
            return codes
    outer = min(codes, key=lambda c: (not c.endswith("0000"), not c.endswith("00")))
    kin = outer.rstrip("0") if len(outer.rstrip("0")) > 1 else outer[:2]
    return (outer,) if all(code.startswith(kin) for code in codes) else codes


def _codes_named(name: str) -> tuple[str, ...]:
    """Return what a name may mean; a level that says nothing or the same again is passed over.

    Addresses are written in three levels also where there are two: 北京市市辖区朝阳区,
    北京北京市朝阳区, 广东省东莞市东莞市, 海南省省直辖县级行政区划琼海市.
    """
    known = _all_names()
    return known.get(name) or known.get(_TWICE.sub(r"\1市", _NO_LEVEL.sub("", name)), ())


@lru_cache(maxsize=1 << 16)
def code_named(text: str) -> str | None:
    """Return the 6-digit code of an unambiguous name, short form or path (江苏 苏州 昆山)."""
    codes = _codes_named("".join(text.split()))
    return codes[0] if len(codes) == 1 else None


def lookup(text: str, *, within: str | None = None) -> Region:
    """Return the region of a code, a full name, a usual short form or a path of names.

    ``within`` limits the search to one province, city or county. A name that several places bear
    is refused with all of them, never settled by guessing.
    """
    wanted = "".join(text.split())
    spelled = concept.canonical(wanted)
    if spelled is not None:
        return find(spelled)
    codes = _codes_named(wanted)
    if within is not None:
        codes = _within(wanted, within)
    if not codes:
        raise NotFound("region.unknown_name", name=text)
    if len(codes) > 1:
        raise Invalid("region.ambiguous", name=text, candidates=_described(codes))
    return find(codes[0])


def _within(name: str, within: str) -> tuple[str, ...]:
    """Return the codes below a region that bear the name, townships of a county included."""
    outer = _known(within)
    prefix = outer[:2] if outer.endswith("0000") else outer[:4] if outer.endswith("00") else outer
    codes = (c for c, n in _today().items() if name in (n, *concept.short_names(n)))
    below = tuple(code for code in codes if code.startswith(prefix))
    towns = (c for c in store.townships_by_county().get(outer, ()) if store.townships()[c] == name)
    exact = tuple(code for code in below if _today()[code] == name)
    return exact or below or tuple(towns)


def _described(codes: tuple[str, ...]) -> list[str]:
    return [f"{code} {full_name(code)}" for code in codes]


def name_or_code(code: str) -> str:
    """Return the full name of a division, or its code where no list knows it."""
    try:
        return full_name(code)
    except (Invalid, NotFound):
        return code


def full_name(code: str) -> str:
    """Return the names from the province down, each once: 江苏省苏州市昆山市."""
    chain = [r for r in (*ancestors(code), find(code)) if not concept.is_grouping(r.code)]
    return "".join(dict.fromkeys(region.name for region in chain))


@lru_cache(maxsize=1)
def _reader() -> AddressReader:
    def townships_of(county: str) -> Iterator[tuple[str, str]]:
        names_of = store.townships()
        return ((c, names_of[c]) for c in store.townships_by_county().get(county, ()))

    return AddressReader(_today(), _former(), townships_of)


def from_address(text: str) -> AddressMatch:
    """Return the place that a free-text address names, with a stated confidence.

    The region is a county or township where the address says so, else the city or province; it is
    ``None``, with the alternatives listed, where the confidence stays below ``BELIEVED``.
    """
    reading = _reader().read(text)
    others = tuple(find(code) for code in reading.alternatives)
    if reading.code is None:
        return AddressMatch(None, reading.confidence, reading.matched, others)
    place = find(reading.code)
    if reading.confidence < BELIEVED:
        return AddressMatch(None, reading.confidence, reading.matched, (place, *others))
    return AddressMatch(place, reading.confidence, reading.matched, others)
