# SPDX-License-Identifier: Apache-2.0
"""Assembly: settings, sign-in, pages, API, look; the only place where the parts meet."""
