# SPDX-License-Identifier: Apache-2.0
"""Tests of the filing of platforms' rules."""
