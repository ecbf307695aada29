# SPDX-License-Identifier: Apache-2.0
"""Letters (文书): what a step puts on paper, as a declared text with slots.

A text is paragraphs with an empty line between them. A slot ``{terms}`` names a fact of the case
(``facts.names_of``); a paragraph one of whose slots is empty is left out, so that what is optional
needs no second text.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal

from shangheng.kernel.cases.concept.facts import Fact
from shangheng.kernel.evidence.entries import canonical


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter or decision that steps make (``Step(makes=…)``): its title and its words.

    ``shown`` tells whether whoever filed the case can read it with number and code.
    """

    name: str
    zh: str
    en: str
    text_zh: str
    text_en: str
    shown: bool = True

    def problems(self, known: frozenset[str]) -> Iterator[str]:
        """Yield what is wrong with the declaration; ``known`` are the facts of the kind."""
        for text in (self.text_zh, self.text_en):
            if not paragraphs_of(text):
                yield f"letter {self.name} has no words in one of its languages"
            if unknown := sorted(slots_of(text) - known):
                yield f"letter {self.name} names unknown facts {unknown}"


def slots_of(text: str) -> set[str]:
    """Return the facts that a text names."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs of a declared text, each on one line."""
    blocks = (" ".join(block.split()) for block in text.split("\n\n"))
    return [block for block in blocks if block]


def filled(text: str, facts: Mapping[str, Fact], language: Literal["zh", "en"]) -> list[str]:
    """Return the paragraphs of a text with its facts; without those that lack one."""
    words = {name: getattr(fact, language) for name, fact in facts.items()}
    return [
        block.format_map(words)
        for block in paragraphs_of(text)
        if all(words.get(name) for name in slots_of(block))
    ]


def content_of(letter: Letter, facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return what stands on the paper, in both languages, as plain values."""
    return {
        "title": {"zh": letter.zh, "en": letter.en},
        "number": facts["case_number"].value,
        "on": facts["case_on"].value,
        "region": facts["case_region"].value,
        "zh": filled(letter.text_zh, facts, "zh"),
        "en": filled(letter.text_en, facts, "en"),
    }


def sealed_content(code: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sealed of a letter: its words, and the code, which nobody can guess."""
    return {"code": code, **content}


def digest_of(code: str, content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what is sealed, which may be shown to everybody."""
    return hashlib.sha256(canonical(sealed_content(code, content))).hexdigest()
