# SPDX-License-Identifier: Apache-2.0
"""All settings, read once; the only place that looks at the environment.

| variable | meaning | default |
|---|---|---|
| ``SHANGHENG_HOME`` | folder of everything that is kept | ``./var`` |
| ``SHANGHENG_DATABASE_URL`` | rows: ``sqlite:///path``, ``postgresql://…`` | SQLite in the home |
| ``SHANGHENG_LEDGER`` | folder of the ledger | ``ledger`` in the home |
| ``SHANGHENG_SECRET_KEY`` | signs sessions | a key file in the home, from ``init`` |
| ``SHANGHENG_JURISDICTION`` | in ``jurisdictions/`` | what ``init`` was told, or ``jiangsu`` |
| ``SHANGHENG_LOG_KEY`` | signs the log: a key, or its PKCS#11 address | a file, from ``init`` |
| ``SHANGHENG_NATIONAL`` | ``1``: SM2 with SM3 signs the log and bundles too | no |
| ``SHANGHENG_TSA`` | RFC 3161 authority that stamps checkpoints | the embedded one |
| ``SHANGHENG_TSA_ROOTS`` | PEM file of that authority's roots | |
| ``SHANGHENG_WITNESSES`` | file of witnesses: a key and an address a line | none |
| ``SHANGHENG_WITNESSED`` | file with keys of other logs that this house cosigns | none |
| ``SHANGHENG_JURISDICTIONS`` | folder with policies of one's own | those that came with it |
| ``SHANGHENG_HOSTS`` | names under which the site is asked for, by comma | ``*`` |
| ``SHANGHENG_HTTPS`` | ``1``: only over HTTPS, cookies too | off |
| ``SHANGHENG_PROXY`` | address of the reverse proxy that is believed | none |
| ``SHANGHENG_OIDC_URL`` | provider of single sign-on (OpenID Connect) | none |
| ``SHANGHENG_OIDC_CLIENT`` | our name there | none |
| ``SHANGHENG_OIDC_SECRET`` | our key there | none |
| ``SHANGHENG_OIDC_NAME`` | what its button says | 统一认证 |
| ``SHANGHENG_ADDRESS`` | where this site is reached, for e-mails and letters | none |
| ``SHANGHENG_MAIL`` | ``smtp://user:password@host:587`` or ``smtps://…:465`` | no e-mail |
| ``SHANGHENG_MAIL_FROM`` | from whom e-mails come | ``shangheng@localhost`` |
| ``SHANGHENG_SCAN`` | virus scanner of attached files, such as ``clamdscan --fdpass`` | none |
| ``SHANGHENG_FONT`` | font file with Chinese in it, for PDF | one that the machine has |
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from shangheng.site import databases, sign_in

_environment = os.environ  # noqa: TID251 - this module is the one reader

HOME = Path(_environment.get("SHANGHENG_HOME", "var")).resolve()
LEDGER = Path(_environment.get("SHANGHENG_LEDGER", "") or HOME / "ledger").resolve()
JURISDICTION_FILE = HOME / "jurisdiction"
JURISDICTION = _environment.get("SHANGHENG_JURISDICTION") or (
    JURISDICTION_FILE.read_text(encoding="ascii").strip()
    if JURISDICTION_FILE.is_file()
    else "jiangsu"
)
_JURISDICTIONS = _environment.get("SHANGHENG_JURISDICTIONS")
LOG_KEY = _environment.get("SHANGHENG_LOG_KEY", "")
NATIONAL = _environment.get("SHANGHENG_NATIONAL", "") == "1"
TSA = _environment.get("SHANGHENG_TSA", "")
TSA_ROOTS = _environment.get("SHANGHENG_TSA_ROOTS", "")
WITNESSED = _environment.get("SHANGHENG_WITNESSED", "")
WITNESSES = _environment.get("SHANGHENG_WITNESSES", "")
FONT = _environment.get("SHANGHENG_FONT", "")
JURISDICTIONS = Path(_JURISDICTIONS).resolve() if _JURISDICTIONS else None
SERVICES = ("statistics", "consumer", "incentives", "policy", "filing", "express", "retention")

ADDRESS = _environment.get("SHANGHENG_ADDRESS", "").rstrip("/")
MAIL = _environment.get("SHANGHENG_MAIL", "")
DEFAULT_FROM_EMAIL = _environment.get("SHANGHENG_MAIL_FROM", "shangheng@localhost")
SCAN = _environment.get("SHANGHENG_SCAN", "")
_MAIL = urlsplit(MAIL)
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "localhost", _MAIL.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = _MAIL.scheme == "smtp" and bool(_MAIL.username)
EMAIL_TIMEOUT = 20

SECRET_KEY_FILE = HOME / "secret.key"


def _secret_key() -> str:
    """Return the key of the setting, else of the file, else one that lives with the process."""
    if given := _environment.get("SHANGHENG_SECRET_KEY"):
        return given
    if SECRET_KEY_FILE.is_file():
        return SECRET_KEY_FILE.read_text(encoding="ascii").strip()
    return secrets.token_urlsafe(48)


SECRET_KEY = _secret_key()
DATABASES: dict[str, dict[str, Any]] = {
    "default": databases.parse(_environment.get("SHANGHENG_DATABASE_URL", ""), home=HOME)
}

DEBUG = False
ALLOWED_HOSTS = _environment.get("SHANGHENG_HOSTS", "*").split(",")
HTTPS = _environment.get("SHANGHENG_HTTPS", "") == "1"
PROXY = _environment.get("SHANGHENG_PROXY", "")
ROOT_URLCONF = "shangheng.site.urls"
WSGI_APPLICATION = "shangheng.site.wsgi.application"
INSTALLED_APPS = [
    "shangheng.site",  # first: its templates stand before those of the packages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    *sign_in.APPS,
    "ninja",
    "shangheng.kernel",
    *(f"shangheng.services.{name}" for name in SERVICES),
]
MIDDLEWARE = [
    "shangheng.site.middleware.observed",
    "shangheng.site.middleware.hardened",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shangheng.site.middleware.bilingual",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shangheng.site.middleware.bounded",
    "shangheng.site.errors.answered",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "shangheng.site.context.frame",
            ],
            "builtins": [
                "django.templatetags.static",
                "shangheng.site.templatetags.words",
                "shangheng.site.templatetags.pictures",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = None

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
# Every address of a static file carries the digest of its content (``{% asset %}``).
WHITENOISE_MAX_AGE = 31_536_000

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = sign_in.PASSWORD_RULES
# Shared by all processes, on whatever machine: failed sign-ins are counted there.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shangheng_cache",
    }
}
OIDC_URL = _environment.get("SHANGHENG_OIDC_URL", "")
SOCIALACCOUNT_PROVIDERS = sign_in.providers(
    OIDC_URL,
    client=_environment.get("SHANGHENG_OIDC_CLIENT", ""),
    secret=_environment.get("SHANGHENG_OIDC_SECRET", ""),
    name=_environment.get("SHANGHENG_OIDC_NAME", "") or "统一认证 Single sign-on",
)
globals().update(sign_in.ALLAUTH)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A session lasts a working day at most, ends with the browser, and after an hour without a hand.
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_S = 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# An upload goes straight to disk, never through memory, and is then moved, not copied.
UPLOADS = HOME / "uploads"
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = str(UPLOADS) if UPLOADS.is_dir() else None
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

LOGGING_CONFIG = "shangheng.site.logs.configure"
LOGGING = {"level": "INFO"}
NINJA_PAGINATION_PER_PAGE = 50
SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # `site.middleware.hardened` and `encrypted` set the headers
    "security.W002",
    # Without HTTPS of its own the site stands behind a reverse proxy, or is tried out.
    *([] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]),
]
