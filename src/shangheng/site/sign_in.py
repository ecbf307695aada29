# SPDX-License-Identifier: Apache-2.0
"""Signing in: which packages do it, by which rules. Read by ``settings``; nothing is decided here.

Passwords, codes of an authenticator, passkeys, recovery codes and single sign-on are those of
django-allauth. Nobody signs up: an administrator makes an account, or single sign-on brings one,
which opens nothing until it is given a post.
"""

from typing import Any
from urllib.parse import urlsplit

from shangheng.kernel.errors import Invalid

APPS = (
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
)
PASSWORD_RULES = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email"), "max_similarity": 0.9},
    },
]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
RATES = {"login_failed": "30/10m/ip,5/10m/key"}
"""How often a sign-in may fail, per address and per name."""
ALLAUTH: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "shangheng.site.adapters.Accounts",
    "ACCOUNT_FORMS": {"login": "shangheng.site.adapters.SignInForm"},
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_UNIQUE_EMAIL": False,
    "ACCOUNT_SESSION_REMEMBER": False,
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_RATE_LIMITS": RATES,
    "MFA_FORMS": {"add_webauthn": "shangheng.site.adapters.PasskeyForm"},
    "MFA_ADAPTER": "shangheng.site.adapters.SecondFactors",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_TOTP_ISSUER": "商衡 Shangheng",
    "MFA_TOTP_TOLERANCE": 1,
    "SOCIALACCOUNT_ADAPTER": "shangheng.site.adapters.SingleSignOn",
    "SOCIALACCOUNT_AUTO_SIGNUP": True,
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,  # an address alone never opens an account
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX": "sso",
    "SOCIALACCOUNT_ONLY": False,
}


def providers(url: str, *, client: str, secret: str, name: str) -> dict[str, Any]:
    """Return the provider of single sign-on, if the setting names one.

    Its tokens come straight from it, so that encryption on the wire vouches for them in place of
    their signature (OpenID Connect Core 1.0, 3.1.3.7 item 6): only over HTTPS, or on this machine.
    """
    parts = urlsplit(url)
    if url and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Invalid("settings.oidc_not_https", url=url)
    app = {
        "provider_id": "sso",
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app] if url else []}}
