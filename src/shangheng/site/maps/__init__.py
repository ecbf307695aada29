# SPDX-License-Identifier: Apache-2.0
"""Borders of cities and counties, projected and simplified, ready to be drawn as SVG."""
