"""The signature of a webhook."""

import hashlib
import hmac


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of ``<stamp>.<body>`` in hexadecimal."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
