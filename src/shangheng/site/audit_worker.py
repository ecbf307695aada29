# SPDX-License-Identifier: Apache-2.0
"""How a process of its own is equipped to share in an audit.

Django must be set up before anything that holds rows is imported; so nothing here is.
"""

from importlib import import_module

import django


def begin() -> None:
    """Set this process up, and equip it to check the objects of this house."""
    django.setup()
    wiring = import_module("shangheng.site.wiring")
    auditing = import_module("shangheng.site.auditing")
    findings = import_module("shangheng.kernel.evidence.findings")
    findings.equip(auditing.objects(wiring.ledger()))
