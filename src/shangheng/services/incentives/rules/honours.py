# SPDX-License-Identifier: Apache-2.0
"""Awards for a recognition: a brand product, a demonstration base, a demonstration enterprise."""

from datetime import date
from decimal import Decimal

from shangheng.kernel.money import cents
from shangheng.services.incentives.rules.facts import Honour
from shangheng.services.incentives.rules.provisions import Computed, Piece, Reason, Setting

KINDS = {
    "brand": ("名牌产品", "brand product"),
    "demonstration-base": ("示范基地", "demonstration base"),
    "demonstration-enterprise": ("示范企业", "demonstration enterprise"),
}
LEVELS = {
    "national": ("国家级", "national"), "provincial": ("省级", "provincial"),
    "city": ("市级", "municipal"), "county": ("县级", "county"),
}  # fmt: skip


def recognition(setting: Setting) -> Computed:
    """Return an award for each honour of the kinds and levels that ``terms`` print.

    Of one product or base only the highest counts, unless each level does by the reading; brands
    without a name are taken for different products, bases and enterprises for the same one.
    """
    if setting.facts.honours is None:
        return Computed(missing=("honours",))
    amounts = setting.provision.terms["levels"]
    pieces: list[Piece] = []
    missing: list[str] = []
    reasons: list[Reason] = []
    for place, honour in enumerate(setting.facts.honours):
        if honour.kind not in amounts:
            continue
        needed = {"level": honour.level, "date": honour.day}
        missing += [f"honours[{place}].{name}" for name, value in needed.items() if value is None]
        if honour.level is None or honour.day is None:
            continue
        told = {"zh": _words(honour)[0], "en": _words(honour)[1], "day": honour.day}
        award = amounts[honour.kind].get(honour.level)
        if award is None:
            reasons.append(setting.reason("level_without_award", **told))
        elif honour.day.year < setting.provision.first_year:
            reasons.append(setting.reason("before_document", day=honour.day))
        else:
            amount = cents(Decimal(award))
            reasons.append(setting.reason("recognised", **told, amount=amount))
            pieces.append(_piece(setting, place, honour, amount))
    return Computed(pieces=tuple(pieces), missing=tuple(missing), reasons=tuple(reasons))


def _words(honour: Honour) -> tuple[str, str]:
    (level_zh, level_en), (zh, en) = LEVELS[honour.level or "county"], KINDS[honour.kind]
    return level_zh + zh, f"{level_en} {en}"


def _piece(setting: Setting, place: int, honour: Honour, amount: Decimal) -> Piece:
    zh, en = _words(honour)
    day = honour.day or date.max
    own = str(place) if honour.kind == "brand" else ""
    level = honour.level if setting.readings.get("upgraded_honours") == "full" else ""
    return Piece(
        year=day.year,
        due_on=day,
        amount=amount,
        basis=f"{honour.kind} {honour.name or own} {level}".strip(),
        zh=f"{day} 新认定{zh}",
        en=f"{en} recognised on {day}",
    )
