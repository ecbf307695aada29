# SPDX-License-Identifier: Apache-2.0
"""What may be published: cells with too few parties are withheld, and what would betray them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure


@dataclass(frozen=True)
class Reason:
    """Why a cell is withheld."""

    code: str
    zh: str
    en: str


TOO_FEW = Reason("too_few", "报送主体过少", "too few reporting parties")
COMPLEMENT = Reason("complement", "防止由合计倒推", "would betray another cell by subtraction")


def withheld(cells: Sequence[tuple[int, Decimal | None]], minimum: int) -> dict[int, Reason]:
    """Return which cells of one row of a table to withhold, by their place, and why.

    ``cells`` are parties and value. A cell of fewer parties than ``minimum`` is withheld. If it
    could be told by taking the others from the printed total, the next smallest goes as well:
    one withheld cell alone never is, nor several that together have too few parties.
    """
    reasons = {i: TOO_FEW for i, (parties, _) in enumerate(cells) if 0 < parties < minimum}
    if not reasons:
        return {}
    others = [i for i, (parties, _) in enumerate(cells) if i not in reasons and parties > 0]
    others.sort(key=lambda i: (cells[i][0], cells[i][1] or Decimal(0)))
    for other in others:
        together = sum(cells[i][0] for i in reasons)
        if len(reasons) > 1 and together >= minimum:
            break
        reasons[other] = COMPLEMENT
    return reasons


def fit_to_publish(figure: Figure, minimum: int) -> Figure:
    """Return the figure with the cells withheld that must be; it must know its parties.

    A table of one dimension, or one dimension by periods, is protected against its own totals:
    each period (and currency) is a row of cells that may be added up. A figure split by more
    is withheld cell by cell only if it is no sum, and refused otherwise.
    """
    if any("parties" not in row for row in figure.rows):
        raise Invalid("publication.parties_unknown", indicator=figure.indicator.name)
    indicator, by = figure.indicator, figure.question.by
    times = [name for name in by if indicator.dimension(name).form == "time"]
    if len(by) - len(times) > 1:
        raise Invalid("publication.too_many_dimensions", indicator=indicator.name, by=list(by))
    row_of_cells = [*times, "currency"] if len(by) > len(times) else ["currency"]
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(figure.rows):
        groups[tuple(row.get(name) for name in row_of_cells)].append(place)
    reasons: dict[int, Reason] = {}
    for places in groups.values():
        cells = [(figure.rows[i]["parties"] or 0, figure.rows[i]["value"]) for i in places]
        reasons |= {places[i]: reason for i, reason in withheld(cells, minimum).items()}
    rows = tuple(_published(row, reasons.get(i)) for i, row in enumerate(figure.rows))
    return replace(figure, rows=rows)


def _published(row: Mapping[str, Any], reason: Reason | None) -> dict[str, Any]:
    """Return what the public sees of a row: no counts of a cell that is withheld."""
    if reason is None:
        return {**row, "suppressed": False}
    return {**row, "value": None, "records": 0, "parties": None, "suppressed": True,
            "why": reason.code}  # fmt: skip
