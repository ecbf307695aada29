# SPDX-License-Identifier: Apache-2.0
"""Where parcels come from and go to: the ledger, files, the wire."""
