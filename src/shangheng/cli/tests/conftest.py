# SPDX-License-Identifier: Apache-2.0
"""The books balance after every test."""

from shangheng.kernel.accounts.tests.balanced import books_balance

__all__ = ["books_balance"]
