# SPDX-License-Identifier: Apache-2.0
"""Where documents stand in a drawing of what cites and what replaces what.

Documents of the library stand at the left, below each other; what else they cite stands at the
right, in the order in which it is met. A line is a citation, an arc at the left joins documents
of the library.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shangheng.kernel.policies.concept import Document

LEFT_X, BOX_W, BOX_H = 90, 330, 34
RIGHT_X, RIGHT_W, LINE_H = 560, 470, 26
TOP, MARGIN, CURVE = 28, 12, 26
SHOWN_SIGNS = 26


@dataclass(frozen=True)
class Node:
    """A document in the drawing; ``id`` where it is in the library."""

    zh: str
    en: str
    id: str
    x: int
    y: int
    width: int
    height: int

    @property
    def text_y(self) -> int:
        """Return the line on which its name is written."""
        return self.y + self.height // 2 + 5

    @property
    def short_zh(self) -> str:
        """Return as much of the name as there is room for."""
        return self.zh if len(self.zh) <= SHOWN_SIGNS else f"{self.zh[: SHOWN_SIGNS - 1]}…"

    @property
    def short_en(self) -> str:
        """Return as much of the English name as there is room for."""
        most = 2 * SHOWN_SIGNS
        return self.en if len(self.en) <= most else f"{self.en[: most - 1]}…"


@dataclass(frozen=True)
class Line:
    """A citation or, where ``replaces``, a supersession, as the path that is drawn."""

    path: str
    source: str
    target: str
    replaces: bool


@dataclass(frozen=True)
class Drawing:
    """The whole drawing: its size, its nodes and lines."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]


def drawn(documents: Iterable[Document]) -> Drawing:
    """Lay out the documents and what they cite."""
    own = {each.id: each for each in documents}
    cited = {
        each.zh: (each.en or each.zh)
        for document in own.values()
        for each in document.cites
        if each.document not in own
    }
    height = TOP + max(len(cited) * LINE_H, len(own) * 2 * BOX_H) + MARGIN
    left = _column(
        [(each.zh or each.en, each.en, name) for name, each in own.items()],
        LEFT_X, BOX_W, BOX_H, height,
    )  # fmt: skip
    right = _column(
        [(zh, en, "") for zh, en in cited.items()], RIGHT_X, RIGHT_W, LINE_H - 4, height
    )
    at = {each.id or each.zh: each for each in (*left, *right)}
    lines = [line for document in own.values() for line in _lines(document, at)]
    width = RIGHT_X + RIGHT_W + MARGIN
    return Drawing(width, height, (*left, *right), tuple(dict.fromkeys(lines)))


def _column(
    named: list[tuple[str, str, str]], x: int, width: int, box: int, height: int
) -> list[Node]:
    step = (height - TOP - MARGIN) / max(len(named), 1)
    return [
        Node(zh, en, name, x, round(TOP + step * at + (step - box) / 2), width, box)
        for at, (zh, en, name) in enumerate(named)
    ]


def _lines(document: Document, at: dict[str, Node]) -> list[Line]:
    here = at[document.id]
    found = []
    for each in document.cites:
        there = at[each.document if each.document in at else each.zh]
        found.append(Line(_path(here, there), document.id, there.id or there.zh, replaces=False))
    replaced = [name for name in document.supersedes if name in at]
    found += [Line(_path(here, at[name]), document.id, name, replaces=True) for name in replaced]
    return found


def _path(here: Node, there: Node) -> str:
    y1, y2 = here.y + here.height // 2, there.y + there.height // 2
    if here.x == there.x:
        bend = here.x - CURVE - abs(y2 - y1) // 8
        return f"M{here.x} {y1}C{bend} {y1} {bend} {y2} {there.x} {y2}"
    x1, x2 = here.x + here.width, there.x
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
