# SPDX-License-Identifier: Apache-2.0
"""What a web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault(  # noqa: TID251 - Django itself asks for its settings module there
    "DJANGO_SETTINGS_MODULE", "shangheng.site.settings"
)
application = get_wsgi_application()
