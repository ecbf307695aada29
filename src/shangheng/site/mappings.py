# SPDX-License-Identifier: Apache-2.0
"""Mappings that this installation keeps by name, and those that come as text with an upload."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from shangheng.kernel.errors import Invalid, NotFound

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class _Words(yaml.SafeLoader):
    """Reads on, off, yes and no as the words that they are: ``on`` is one of a mapping's own."""


_TRUTH = "tag:yaml.org,2002:bool"
_Words.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != _TRUTH]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Words.add_implicit_resolver(_TRUTH, re.compile("true|false", re.IGNORECASE), list("tTfF"))


def find(name: str) -> object:
    """Return the mapping ``mappings/<name>.yaml`` of the home."""
    path = Path(settings.HOME) / "mappings" / f"{name}.yaml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("mapping.unknown", mapping=name)
    return read(path.read_text(encoding="utf-8"))


def read(text: str) -> object:
    """Return what a YAML text declares, as plain values; intake says whether it is a mapping."""
    try:
        return yaml.load(text, Loader=_Words)  # noqa: S506 - safe, but for its words
    except yaml.YAMLError as error:
        raise Invalid("mapping.unreadable", why=str(error)) from error
