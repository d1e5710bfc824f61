"""What every test runs under."""

from django.conf import settings


def pytest_configure() -> None:
    """No hashed static files to collect, no deliberately slow password hash."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
