# SPDX-License-Identifier: Apache-2.0
"""Pages that follow from declarations: indicators, kinds, receipts, reporters, uploads, help."""
