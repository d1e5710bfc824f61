"""SM3 (GB/T 32905), the platform's hash."""

from cryptography.hazmat.primitives import hashes


def sm3(*parts: bytes) -> bytes:
    """The SM3 of the parts, one after another."""
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()
