# SPDX-License-Identifier: Apache-2.0
"""What a record kind is: fields, checks, mappings, receipts; pure."""
