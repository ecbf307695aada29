# SPDX-License-Identifier: Apache-2.0
"""The policies that ship, read once for all tests."""

from functools import cache

from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Library


@cache
def library() -> Library:
    """Return every jurisdiction that came with the program."""
    return policies.load(policies.shipped())
