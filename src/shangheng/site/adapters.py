# SPDX-License-Identifier: Apache-2.0
"""Where django-allauth asks this house: who may sign up, how secrets are kept, who signs in."""

import base64
import hashlib
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazy

from shangheng.site import words
from shangheng.site.metrics import SIGN_INS_FAILED

_said = lazy(words.either, str)


class SignInForm(LoginForm):  # type: ignore[misc]
    """The form of the sign-in; its fields are called what browsers and people expect."""

    def add_prefix(self, field_name: str) -> str:
        """Return the name of a field on the page."""
        return "username" if field_name == "login" else field_name


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """The form of a passkey, with the one label that the package leaves in English."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the package's own
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _said("给这把密钥起个名字", "A name for this key")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts: made by administrators, never by whoever comes along."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _said(
            "用户名或密码不对。请检查大小写后重新输入。",
            "The name or the password is wrong. Check capitals and try again.",
        ),
        "too_many_login_attempts": _said(
            "连续失败次数过多，已暂停登录。请十分钟后再试，或请权限管理员重置密码。",
            "Too many failures: signing in is paused. Try again in ten minutes, or ask your "
            "administrator of posts for a new password.",
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return that nobody signs up."""
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ARG002, ANN401
        """Count a wrong name or password."""
        SIGN_INS_FAILED.inc()


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: what an authenticator shares with us is kept encrypted."""

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept."""
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that was kept."""
        return _cipher().decrypt(encrypted_text.encode("ascii")).decode()


def _cipher() -> Fernet:
    """Return the cipher of second factors; its key follows from the key that signs sessions."""
    key = hashlib.sha256(b"second-factor|" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts that single sign-on brings: made on the first visit, without any post."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002, ANN401
        """Return whether a provider is set; who it knows may come in."""
        return bool(settings.OIDC_URL)
