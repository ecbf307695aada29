# SPDX-License-Identifier: Apache-2.0
"""Tests of the records noun: the front door, the ledger, and what must never happen to either."""
