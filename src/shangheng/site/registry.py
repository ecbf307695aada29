# SPDX-License-Identifier: Apache-2.0
"""The house as it stands: every enabled service with what it brings."""

from importlib import import_module

from django.conf import settings

from shangheng.kernel.service import Registry, Service


def _service(name: str) -> Service:
    manifest = import_module(f"shangheng.services.{name}.manifest")
    service: Service = manifest.SERVICE
    return service


REGISTRY = Registry(tuple(_service(name) for name in settings.SERVICES))
