# SPDX-License-Identifier: Apache-2.0
"""The subsidy for graduates who are trained before the job."""

from datetime import date
from decimal import Decimal

from shangheng.kernel.money import cents
from shangheng.kernel.periods import months_later
from shangheng.services.incentives.rules.facts import Hire
from shangheng.services.incentives.rules.provisions import ZERO, Computed, Piece, Setting

TRAINERS = ("own", "recognised")


def training(setting: Setting) -> Computed:
    """Return the subsidy for graduates trained before the job, per head as decided.

    The contract runs for at least ``contract_months_min`` and the training begins within
    ``training_months_max`` of its signing, at the firm's own or a recognised body.
    """
    if setting.facts.hires is None:
        return Computed(missing=("hires",))
    missing = [
        f"hires[{place}].{name}"
        for place, hire in enumerate(setting.facts.hires)
        for name in _unknown(hire)
    ]
    fit = [hire for hire in setting.facts.hires if not _unknown(hire) and _fits(hire, setting)]
    per_head = setting.number("training_subsidy_per_person")
    if fit and per_head is None:
        missing.append("reading.training_subsidy_per_person")
    pieces = [_trained(hire, i, per_head or ZERO) for i, hire in enumerate(fit)]
    reasons = (setting.reason("trained", count=len(fit), hires=len(setting.facts.hires)),)
    return Computed(pieces=tuple(pieces), missing=tuple(missing), reasons=reasons)


def _unknown(hire: Hire) -> list[str]:
    if hire.graduate is False or hire.stayed is False:
        return []
    names = ("graduate", "signed", "months", "trained", "trainer", "stayed")
    return [name for name in names if getattr(hire, name) is None]


def _fits(hire: Hire, setting: Setting) -> bool:
    terms = setting.provision.terms
    if not hire.graduate or not hire.stayed or hire.signed is None or hire.trained is None:
        return False
    latest = months_later(hire.signed, int(terms["training_months_max"]))
    long_enough = (hire.months or 0) >= int(terms["contract_months_min"])
    return long_enough and hire.signed <= hire.trained <= latest and hire.trainer in TRAINERS


def _trained(hire: Hire, place: int, per_head: Decimal) -> Piece:
    day = hire.trained or date.max
    return Piece(
        year=day.year,
        due_on=day,
        amount=cents(per_head),
        basis=f"training {place}",
        zh=f"{day} 开展岗前培训的毕业生一名",
        en=f"a graduate trained before the job from {day}",
    )
