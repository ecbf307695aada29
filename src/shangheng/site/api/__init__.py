# SPDX-License-Identifier: Apache-2.0
"""The interface for programs: batches in, receipts, rejects and figures out."""
