# SPDX-License-Identifier: Apache-2.0
"""Figures that are published for good: sealed with what they were computed from.

A sealed figure says which question was asked of which version of an indicator, over which versions
of the ledger and at which checkpoint of the log. Whoever has the ledger can compute it again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from shangheng.kernel.errors import (
    Conflict,
    Invalid,
    NotFound,
    ShanghengError,
    Unavailable,
)
from shangheng.kernel.evidence import actions, entries
from shangheng.kernel.evidence.verifying import Verdict, bad, good
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.records import retained
from shangheng.kernel.records.store.home import write_durably
from shangheng.site import asking, clock, publication, sealing, wiring
from shangheng.site.places import region_name
from shangheng.site.registry import REGISTRY

PUBLISHED = "figure.published"
ID_HEX = 32
FACTS = ("indicator", "ledger", "log_size", "log_root")
"""What the log shows of a sealed figure for ever: never a value."""
ROWS_SHOWN = 40
"""Figures of up to so many rows stand on their cover, too."""


def publish(indicator: str, question: Question) -> str:
    """Seal a figure as everybody may see it, and return the id of its evidence."""
    sealing.publish()
    at = clock.now()
    content = computed(indicator, question, at)
    figure = figure_of(content)
    if publication.without_held(figure, publication.held(REGISTRY)) is not figure:
        raise Conflict("publication.embargo", indicator=indicator)
    return seal(content, at)


def computed(indicator: str, asked: Question, at: datetime) -> dict[str, Any]:
    """Return a figure as everybody may see it and what it was computed from, not sealed yet."""
    question = asked.settled(REGISTRY.indicator(indicator))
    figure = asking.public(indicator, question, at=at)
    facts: dict[str, str | int] = {"indicator": figure.indicator.name, "ledger": _versions(figure)}
    if published := sealing.the_log().published():
        tree = published[1].checkpoint
        facts |= {"log_size": tree.size, "log_root": tree.root.hex()}
    return {**plain(figure), **facts, "at": at.isoformat()}


def seal(content: Mapping[str, Any], at: datetime) -> str:
    """Seal what was computed, who publishes it and when, and keep it; return its id.

    A figure that a case releases names the case under ``release``.
    """
    published = {"publisher": wiring.place().zh, "published_at": at.isoformat()}
    written = entries.canonical({**content, **published})
    object_id = sha256(written).hexdigest()[:ID_HEX]
    write_durably(_folder() / f"{object_id}.json", written)
    facts = {name: content[name] for name in FACTS if name in content}
    with transaction.atomic():
        actions.seal(PUBLISHED, object_id, written, at=at, facts=facts)
    return object_id


def plain(figure: Figure) -> dict[str, Any]:
    """Return what of a figure is sealed: question, parameters and rows, numbers as exact texts."""
    names = [*figure.question.by, *(["currency"] if figure.indicator.per_currency else [])]
    return {
        "indicator": figure.indicator.name,
        "zh": figure.indicator.zh,
        "en": figure.indicator.en,
        "unit": figure.indicator.unit.name,
        "version": figure.indicator.version,
        "question": figure.question.to_dict(),
        "parameters": {name: str(value) for name, value in figure.parameters.items()},
        "rows": [
            {
                **{name: row[name] for name in names},
                "value": None if row["value"] is None else format(row["value"], "f"),
                "suppressed": bool(row.get("suppressed")),
            }
            for row in figure.rows
        ],
    }


def lines_of(content: bytes) -> tuple[tuple[str, str, str], ...]:
    """Return what the cover of a sealed figure says of it; older ones do not say who and when."""
    said = json.loads(content)
    asked, rows = said["question"], said["rows"]
    where = [f"{name}={value}" for name, value in asked["where"]]
    days = f"{asked['from'] or ''}–{asked['to'] or ''}" if asked["from"] or asked["to"] else ""
    question = " · ".join(filter(None, (*asked["by"], asked["level"] or "", *where, days)))
    values = [row["value"] for row in rows]
    value = f"{values[0]} {said['unit']}" if len(values) == 1 and values[0] else ""
    by_command = "无：以命令封存 none: sealed by command" if "publisher" in said else ""
    released = said.get("release", by_command)
    lines = (
        ("发布单位", "Published by", said.get("publisher", "")),
        ("发布时间", "Published at", said.get("published_at", "")),
        ("发布办件", "Released in case", released),
        ("指标", "Indicator", f"{said['zh']} {said['en']} ({said['indicator']})"),
        ("分组与范围", "Asked for", question),
        ("行数", "Rows", str(len(rows))),
        ("数值", "Value", value),
        *_shown(said),
        ("账本版本", "Versions of the ledger", said["ledger"]),
        ("计算时间", "Computed at", said["at"]),
    )
    return tuple(line for line in lines if line[2])


def _shown(said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give the values of a figure of a few rows: those of more stand in the content only."""
    rows, by = said["rows"], said["question"]["by"]
    if not by or len(rows) > ROWS_SHOWN:
        return
    for row in rows:
        names = (region_name(row[n]) if n.endswith("region") and row[n] else row[n] for n in by)
        unit = row.get("currency", said["unit"])
        exact = f"{Decimal(row['value']):,} {unit}" if row["value"] else "—"
        value = "已抑制 suppressed" if row["suppressed"] else exact
        codes = " ".join(str(row[name]) for name in by if row[name])
        label = " ".join(str(name) for name in names if name) or "未注明 not stated"
        yield label, codes if codes != label else "", value


def content_of(object_id: str) -> bytes:
    """Return the content of a sealed figure."""
    path = _folder() / f"{object_id}.json"
    if not object_id.isalnum() or not path.exists():
        raise NotFound("evidence.object_without_content", what=PUBLISHED, object=object_id)
    return path.read_bytes()


def sealed() -> Iterator[str]:
    """Give the ids of all sealed figures."""
    yield from sorted(path.stem for path in _folder().glob("*.json"))


def judged(files: Mapping[str, bytes], *, is_asked: bool) -> Iterator[Verdict]:
    """Compute the figure of a bundle again: in the house that published it, or where it is asked.

    Elsewhere there is no ledger to compute it from, which is said.
    """
    try:
        is_figure = entries.parse(files.get("entry.json", b"")).what == PUBLISHED
    except Invalid:  # the verdict on the content says so
        is_figure = False
    if is_asked or (is_figure and _is_ours(files.get("checkpoint", b""))):
        try:
            yield computed_again(files.get("content.json", b""))
        except Invalid as refusal:
            yield bad("figure", refusal.code, refusal.facts)
    elif is_figure:
        yield good("figure", "evidence.figure_elsewhere", {})


def _is_ours(checkpoint: bytes) -> bool:
    """Tell whether the log of this house signed a checkpoint; there may be no house here."""
    try:
        return checkpoint.startswith(f"{sealing.the_log().origin}\n".encode())
    except Unavailable:
        return False


def computed_again(content: bytes) -> Verdict:
    """Compute a sealed figure from the ledger's versions that it cites, and say if it is the same.

    What the authority decides may have changed since: parameters that differ are named.
    """
    try:
        said = json.loads(content)
        question, rows = question_of(said["question"]), said["rows"]
        indicator, ledger = str(said["indicator"]), str(said["ledger"])
        parameters, at = dict(said["parameters"]), datetime.fromisoformat(said["at"])
        versions = versions_of(ledger)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("evidence.document_malformed", part="figure") from error
    facts: dict[str, Any] = {"indicator": indicator, "ledger": ledger}
    try:
        again = plain(_asked_again(indicator, question, versions, at))
    except ShanghengError as refusal:
        reads = REGISTRY.indicators[indicator].reads if indicator in REGISTRY.indicators else ()
        if gone := retained.disposals_within(reads, question.since, question.until):
            return good("figure", "evidence.figure_disposed", {**facts, "disposals": gone})
        return bad("figure", refusal.code, refusal.facts)
    if again["rows"] == rows:
        return good("figure", "evidence.figure_same", facts)
    names = sorted({*parameters, *again["parameters"], "version"})
    before, now = {**said, **parameters}, {**again, **again["parameters"]}
    facts["changed"] = [name for name in names if before.get(name) != now.get(name)]
    return bad("figure", "evidence.figure_differs", facts)


def _asked_again(
    indicator: str, question: Question, versions: Mapping[str, int], at: datetime
) -> Figure:
    """Return a figure as it was published at a moment, computed from the ledger of then."""
    asked, house = (REGISTRY.indicator(indicator), question), house_of(versions, at)
    return asking.fit(formulas.computed_again(*asked, house=house, at=at, parties=True), at=at)


def house_of(versions: Mapping[str, int], at: datetime) -> House:
    """Return where a figure was computed that cites versions: the ledger and decisions of then."""
    known = wiring.decisions(known_at=at)
    return replace(asking.house(), versions=versions, configuration=known)


def figure_of(content: Mapping[str, Any]) -> Figure:
    """Return the figure that was sealed, to be shown; how many records it had is not kept."""
    return Figure(
        indicator=REGISTRY.indicator(content["indicator"]),
        question=question_of(content["question"]),
        rows=tuple(
            {**row, "value": Decimal(row["value"]) if row["value"] else None, "records": 0}
            for row in content["rows"]
        ),
        ledger=versions_of(content["ledger"]),
        parameters=content["parameters"],
        computed_at=datetime.fromisoformat(content["at"]),
    )


def versions_of(ledger: str) -> dict[str, int]:
    """Return the versions of the ledger's kinds that a sealed figure cites."""
    told = (each.partition("@") for each in ledger.split(", "))
    return {name: int(version) for name, _, version in told}


def question_of(plain_: Mapping[str, Any]) -> Question:
    """Return the question that a sealed figure answers."""
    since, until = plain_["from"], plain_["to"]
    return Question(
        by=tuple(plain_["by"]),
        level=plain_["level"],
        where=tuple((name, value) for name, value in plain_["where"]),
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        borders_year=plain_["borders_year"],
    )


def _versions(figure: Figure) -> str:
    return ", ".join(f"{kind}@{version}" for kind, version in sorted(figure.ledger.items()))


def _folder() -> Path:
    return Path(settings.HOME) / "figures"
