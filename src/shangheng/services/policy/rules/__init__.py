# SPDX-License-Identifier: Apache-2.0
"""What follows from documents and figures: words, standings, projections, alarms, the index."""
