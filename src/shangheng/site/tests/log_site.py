# SPDX-License-Identifier: Apache-2.0
"""The site's addresses with those of the log."""

from shangheng.site import log_urls, urls

urlpatterns = [*log_urls.urlpatterns, *urls.urlpatterns]
