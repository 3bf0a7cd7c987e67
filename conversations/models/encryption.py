"""Secrets that the site must be able to read again, such as tokens of other servers, encrypted in the database.

The key is derived from SECRET_KEY; what was encrypted under one of SECRET_KEY_FALLBACKS can still be read.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class SecretLost(Exception):
    """A secret was encrypted under a key that is no longer known."""


def encrypt(secret: str) -> str:
    """Return the secret as it is stored; an empty one stays empty."""
    return get_cipher().encrypt(secret.encode()).decode() if secret else ""


def decrypt(stored: str) -> str:
    """Return the secret. Raises SecretLost."""
    try:
        return get_cipher().decrypt(stored.encode()).decode() if stored else ""
    except InvalidToken:
        raise SecretLost from None


def get_cipher() -> MultiFernet:
    """Encrypts with the first key, decrypts with any."""
    return MultiFernet([Fernet(derive_key(secret)) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def derive_key(secret: str) -> bytes:
    digest = salted_hmac("conversations.models.encryption", "", secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest)
