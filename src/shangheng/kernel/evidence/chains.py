# SPDX-License-Identifier: Apache-2.0
"""A case as one chain: every step sealed over the one before, attachments by their digests.

A bundle of a case proves its last step; that step's seal leads back through all others, and what
was attached is named in them. Attached files lie in a bundle as ``attached-<SHA-256>``.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.entries import canonical

CHAIN = "chain.json"
ATTACHED = "attached-"


def written(kind: str, steps: list[dict[str, Any]]) -> bytes:
    """Return the chain of a case: what was sealed of each step, in order, without its seal."""
    return canonical({"kind": kind, "steps": steps})


def followed(chain: bytes, content: bytes) -> int:
    """Return how many steps lead to the last one's content, or refuse."""
    try:
        told, last = json.loads(chain), json.loads(content)
        steps, seal = list(told["steps"]), last.pop("seal")
        at = _link({"kind": told["kind"]}, "")
        for step in steps:
            at = _link(step, at)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("evidence.document_malformed", part=CHAIN) from error
    if at != seal or not steps or steps[-1] != last:
        raise Invalid("evidence.chain_broken", steps=len(steps))
    return len(steps)


def _link(entry: Mapping[str, Any], before: str) -> str:
    return sha256(canonical({**entry, "before": before})).hexdigest()


def attachments(chain: bytes) -> Iterator[str]:
    """Give the SHA-256 of every file that the steps of a chain name."""
    inside: list[Any] = [json.loads(chain)]
    while inside:
        value = inside.pop()
        if isinstance(value, dict):
            digest = value.get("digest")
            if isinstance(digest, str) and "media" in value:
                yield digest
            inside += value.values()
        elif isinstance(value, list):
            inside += value


def check_attached(chain: bytes, files: Mapping[str, bytes]) -> int:
    """Return how many files are attached; refuse one that is missing, altered or not named."""
    named = set(attachments(chain))
    there = {name.removeprefix(ATTACHED) for name in files if name.startswith(ATTACHED)}
    altered = {
        digest for digest in there if sha256(files[ATTACHED + digest]).hexdigest() != digest
    }
    if wrong := sorted(altered | (named ^ there)):
        raise Invalid("evidence.attachment_differs", digests=wrong)
    return len(named)
