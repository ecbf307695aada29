# SPDX-License-Identifier: Apache-2.0
"""Entitlements of all firms at once: what they are due, and the facts that the ledger holds."""
