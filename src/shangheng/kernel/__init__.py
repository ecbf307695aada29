# SPDX-License-Identifier: Apache-2.0
"""The nouns of the house; see ARCHITECTURE.md."""
