# SPDX-License-Identifier: Apache-2.0
"""What an agreement, a partner and a parcel are; pure."""
