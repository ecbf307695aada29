# SPDX-License-Identifier: Apache-2.0
"""What is given once: for a person and course, for an asset; refused with the first one's number.

The number of a case is drawn before its guards, so that of two openings at once the second sees
the first. A resident number is kept as a keyed pseudonym only.
"""

import hmac
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from shangheng.kernel.cases import across as cases
from shangheng.kernel.cases.concept.guards import Taking
from shangheng.kernel.codes import is_resident_id
from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY, listed
from shangheng.services.incentives.cases import APPLICATION
from shangheng.services.incentives.jobs.deciding import asked, checked, opened
from shangheng.services.incentives.registers import COURSE
from shangheng.services.incentives.rules.facts import Facts
from shangheng.services.incentives.rules.provisions import Provision

GIVEN_UP = ("refused", "withdrawn", "released", "returned")
PSEUDONYM_LETTERS = 32


def opened_once(taking: Taking) -> Mapping[str, Any]:
    """Refuse what was claimed before; keep whom and what it is claimed for, so that it is seen.

    Nobody's number is kept where the provision does not ask for it.
    """
    opened(taking)
    provision, _ = asked(taking)
    if provision.once_for == "trainee":
        found = list(_trainees(taking))
        _refuse_twice("trainees", found)
        return {"trainees": found}
    if provision.once_for == "asset":
        told = unicodedata.normalize("NFKC", str(taking.values.get("asset") or ""))
        asset = "".join(told.split()).upper()
        if not asset:
            raise Invalid("incentive.asset_needed", provision=provision.id)
        _refuse_twice("asset", [asset])
        return {"asset": asset, "trainees": None}
    return {"trainees": None}


def _trainees(taking: Taking) -> Iterator[str]:
    """Yield each person as a pseudonym with the course, accredited on the day of the training."""
    words = listed(taking.values.get("trainees"))
    people = [each.upper() for each in words[::3]]
    if not words or len(words) % 3 or not all(map(is_resident_id, people)):
        raise Invalid("incentive.trainees_unclear", words=len(words))
    for person, course, day in zip(people, words[1::3], words[2::3], strict=True):
        on = _day(day, taking.today)
        found = registers.in_force(COURSE, course.upper(), actor=NOBODY, today=on)
        keyed = hmac.new(taking.secret.encode(), f"trainee\n{person}".encode(), "sha256")
        yield f"{keyed.hexdigest()[:PSEUDONYM_LETTERS]}/{found.number}"


def _day(text: str, today: date) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error
    if on > today:
        raise Invalid("incentive.not_yet_trained", day=text)
    return on


def _refuse_twice(name: str, claimed: list[str]) -> None:
    for each in claimed:
        standing = [case.number for case in cases.having(APPLICATION, name, each)
                    if case.state not in GIVEN_UP]  # fmt: skip
        if standing or claimed.count(each) > 1:
            number = standing[0] if standing else "—"
            raise Conflict("incentive.claimed_before", number=number, what=each.rpartition("/")[2])


def checked_once(taking: Taking) -> Mapping[str, Any]:
    """Refuse to check more trainees than are named, or an asset that nobody went to see."""
    provision, facts = asked(taking)
    seen = taking.given.get("visited_on") and taking.given.get("visit")
    if provision.once_for == "asset" and not seen:
        raise Invalid("incentive.not_visited", asset=taking.values["asset"])
    named = len(taking.values.get("trainees") or ())
    if provision.once_for == "trainee" and (people := _people(provision, facts)) > named:
        raise Conflict("incentive.trainees_fewer", named=named, people=people)
    return checked(taking)


def _people(provision: Provision, facts: Facts) -> int:
    """Return for how many persons the facts ask for a subsidy."""
    kinds = provision.counts.get("costs", {})
    counted = sum(each.count or 0 for each in facts.costs or () if each.kind in kinds)
    return counted if kinds else len(facts.hires or ())


ONCE_GUARDS = {f"{APPLICATION.name}.open": opened_once, f"{APPLICATION.name}.check": checked_once}
