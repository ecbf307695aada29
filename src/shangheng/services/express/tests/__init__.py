# SPDX-License-Identifier: Apache-2.0
"""Tests of express permits and outlets."""
