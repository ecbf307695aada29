# SPDX-License-Identifier: Apache-2.0
"""What can be asked about filed rules: how versions differ, where practice departs from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shangheng.kernel.errors import NotFound
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.concept.wording import Passage, compared, departures
from shangheng.kernel.registers.queries import EntryView, Sought, VersionView
from shangheng.services.filing.registers import RULE_CAPTURE, TRADING_RULE


@dataclass(frozen=True)
class Alarm:
    """A page of a platform that says something else than what was filed, or was never filed."""

    why: str
    capture: EntryView
    rule: EntryView | None
    passages: tuple[Passage, ...]


WHY = {
    "departs": ("与备案文本不一致", "departs from what was filed"),
    "unfiled": ("没有备案", "was never filed"),
}


def filed(platform: str, title: str) -> str:
    """Return the number under which a platform's rule is on file, if it is."""
    where = (("platform", platform), ("title", title))
    found = registers.listed(TRADING_RULE, Sought(where=where), actor=NOBODY, today=date.max)
    return found[0].number if found else ""


def versions(number: str) -> tuple[VersionView, ...]:
    """Return the versions of a rule that everybody may read."""
    return registers.history(TRADING_RULE, number, actor=NOBODY)


def differences(number: str, before: int, after: int) -> tuple[Passage, ...]:
    """Return two versions of a rule side by side, sentence by sentence."""
    texts = {each.number: str(each.values["text"]) for each in versions(number)}
    if before not in texts or after not in texts:
        raise NotFound("filing.no_such_version", number=number, known=sorted(texts))
    return compared(texts[before], texts[after])


def alarms(today: date, *, platform: str = "") -> Iterator[Alarm]:
    """Yield where the newest capture of a page departs from the rule as it was in force then."""
    where = (("platform", platform),) if platform else ()
    sought = Sought(where=where, limit=None)
    rules = {
        (str(each.values["platform"]), str(each.values["title"])): each
        for each in registers.listed(TRADING_RULE, sought, actor=NOBODY, today=today)
    }
    newest: dict[tuple[str, str], EntryView] = {}
    for each in registers.listed(RULE_CAPTURE, sought, actor=NOBODY, today=today):
        key = (str(each.values["platform"]), str(each.values["title"]))
        if key not in newest or newest[key].values["captured_on"] < each.values["captured_on"]:
            newest[key] = each
    for key, capture in sorted(newest.items()):
        if alarm := _alarm(capture, rules.get(key)):
            yield alarm


def _alarm(capture: EntryView, rule: EntryView | None) -> Alarm | None:
    if rule is None:
        return Alarm("unfiled", capture, None, ())
    on = date.fromisoformat(str(capture.values["captured_on"]))
    try:
        then = registers.as_at(TRADING_RULE, rule.number, on=on, actor=NOBODY)
    except NotFound:  # the page said it before the rule was in force
        return Alarm("unfiled", capture, rule, ())
    found = departures(str(then.values["text"]), str(capture.values["text"]))
    return Alarm("departs", capture, then, found) if found else None
