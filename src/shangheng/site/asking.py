# SPDX-License-Identifier: Apache-2.0
"""Figures as everybody may see them: computed where this house computes, cells withheld."""

from datetime import datetime

from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.queries import House
from shangheng.site import publication, wiring
from shangheng.site.registry import REGISTRY


def house() -> House:
    """Return where figures are computed."""
    return House(
        engine=wiring.engine(),
        ledger=wiring.ledger(),
        kinds=REGISTRY.kinds,
        configuration=wiring.decisions(),
    )


def fit(whole: Figure, *, at: datetime) -> Figure:
    """Return a figure that knows its parties with the cells withheld that must be."""
    least = publication.minimum(wiring.decisions(), whole.question.until or at.date())
    return publication.publisher(REGISTRY)(whole, least)


def public(name: str, question: Question, *, at: datetime) -> Figure:
    """Return a figure as everybody may see it, whether or not it is under an embargo."""
    asked = (REGISTRY.indicator(name), question)
    return fit(formulas.answer(*asked, house=house(), at=at, parties=True), at=at)
