# SPDX-License-Identifier: Apache-2.0
"""Notices (通知): who is still to be told, by which way, and who has been told.

Whoever changes something puts its notices into the same transaction (the outbox): either both are
there or neither. A notice for a person or a post lies in their inbox at once; one that leaves the
house (e-mail, a webhook, a record for the ledger) is carried out afterwards, at least once. It has
a key, so that the same notice put twice is one, and whoever receives it twice can tell.

``actions.put([Notice(key="TS-2026-000001/3", channel="inbox", to="anna", zh="…")], at=now)``
inside a transaction; ``actions.deliver(carriers, now=clock)`` from a job that runs now and then.
"""
