# SPDX-License-Identifier: Apache-2.0
"""What a register is, how a form is read, who acts. Pure."""
