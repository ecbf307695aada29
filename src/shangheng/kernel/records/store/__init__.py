# SPDX-License-Identifier: Apache-2.0
"""Where records are read, kept and found again: DuckDB, Delta Lake, key index, archive."""
