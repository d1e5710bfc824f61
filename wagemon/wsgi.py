"""The WSGI application that waitress serves (wagemon.web)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemon.settings")
application = get_wsgi_application()
