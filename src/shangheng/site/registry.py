# SPDX-License-Identifier: Apache-2.0
"""The house as it stands: every enabled service with what it brings."""

from importlib import import_module

from django.conf import settings

from shangheng.kernel.errors import NotFound
from shangheng.kernel.formulas.concept import Indicator
from shangheng.kernel.service import Registry, Service


def _service(name: str) -> Service:
    manifest = import_module(f"shangheng.services.{name}.manifest")
    service: Service = manifest.SERVICE
    return service


REGISTRY = Registry(tuple(_service(name) for name in settings.SERVICES))


def indicator_at(name: str) -> Indicator:
    """Return the indicator that an address names; without it there is nothing at the address."""
    if name not in REGISTRY.indicators:
        raise NotFound("indicator.unknown", indicator=name, known=sorted(REGISTRY.indicators))
    return REGISTRY.indicators[name]
