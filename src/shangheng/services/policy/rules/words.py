# SPDX-License-Identifier: Apache-2.0
"""How the clauses are searched: what weighs more, and where in a text a search found its words.

How Chinese is cut into tokens is told in ``kernel.search.concept``.
"""

import re
from collections.abc import Iterable

from shangheng.kernel.search.concept import LATIN, Phrase, folded, is_han, tokens


def says(text: str, parts: Iterable[str | None]) -> bool:
    """Return whether every word of a text stands somewhere in the parts."""
    wanted = folded(text).split()
    if not wanted:
        return True
    whole = folded("\n".join(part for part in parts if part))
    return all(word in whole for word in wanted)


def as_tsvector(said: str, beside: str) -> str:
    """Return two texts as a tsvector's literal; the first weighs more (A) than the second (C)."""
    placed = [(token, "A") for token in tokens(said)] + [(token, "C") for token in tokens(beside)]
    return " ".join(f"'{token}':{at}{weight}" for at, (token, weight) in enumerate(placed, 1))


def marked(text: str, wanted: Iterable[Phrase]) -> list[tuple[str, bool]]:
    """Return a text in parts, each with whether a search found it."""
    narrow, origin = "", [0]
    for at, sign in enumerate(text):
        piece = folded(sign)
        narrow += piece
        origin += [at + 1] * len(piece)
    hit = [False] * len(text)
    for each in wanted:
        pattern = re.escape(each.run)
        for found in re.finditer(
            pattern if is_han(each.run) else rf"(?<!{LATIN}){pattern}", narrow
        ):
            for at in range(origin[found.start() + 1] - 1, origin[found.end()]):
                hit[at] = True
    parts: list[tuple[str, bool]] = []
    for sign, is_hit in zip(text, hit, strict=True):
        if parts and parts[-1][1] == is_hit:
            parts[-1] = (parts[-1][0] + sign, is_hit)
        else:
            parts.append((sign, is_hit))
    return parts
