# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: complaints, guarantee deposits, subscriptions to warnings."""
