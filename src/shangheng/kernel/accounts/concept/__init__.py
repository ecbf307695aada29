# SPDX-License-Identifier: Apache-2.0
"""The pure part of accounts: units, transfers, the book that decides, what is computed from it."""
