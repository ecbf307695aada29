# SPDX-License-Identifier: Apache-2.0
"""What a case is: its life cycle as a table, its clocks, the calendar that they count by. Pure."""
