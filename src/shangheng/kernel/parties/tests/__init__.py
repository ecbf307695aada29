# SPDX-License-Identifier: Apache-2.0
"""Tests of parties, their codes and their links."""
