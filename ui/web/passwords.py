"""Hash and check the password of `jawab chat --auth` with scrypt; it is never stored itself."""

import base64
import hashlib
import hmac
import secrets

# RFC 7914's interactive parameters, doubled: about 0.1 s and 32 MiB per check.
_N, _R, _P = 2**15, 8, 1
_MEMORY = 64 * 1024 * 1024


def compute_hash(password: str) -> str:
    """Return a password's salted hash as one line of text."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_encode(salt)}${_encode(_digest(password, salt))}"


def verify_password(password: str, stored: str) -> bool:
    """Tell whether a password has this hash; a malformed hash matches nothing."""
    kind, _, rest = stored.strip().partition("$")
    salt, _, digest = rest.partition("$")
    if kind != "scrypt" or not salt or not digest:
        return False
    try:
        expected = base64.b64decode(digest, validate=True)
        return hmac.compare_digest(_digest(password, base64.b64decode(salt)), expected)
    except ValueError:
        return False


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
