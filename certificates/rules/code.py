"""The verification code: 20 characters of Crockford's base32, the secret part of a certificate."""

import hashlib
import re

LENGTH = 20
_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}", re.ASCII)
_READ_AS = str.maketrans("OIL", "011")


def find_code(typed: str) -> str | None:
    """Return the bare code that somebody typed, or None if it cannot be one.

    Groups, case and spaces do not matter; O reads as 0, I and L as 1, as Crockford prescribes.
    """
    bare = re.sub(r"[\s‐‑‒–—−-]+", "", typed[:60]).upper().translate(_READ_AS)
    return bare if _CODE.fullmatch(bare) else None


def group_code(code: str) -> str:
    """Return `code` in groups of four, as it is printed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def code_digest(code: str) -> str:
    """Return what the register keeps of a bare code: its SHA-256, hexadecimal."""
    return hashlib.sha256(code.encode("ascii")).hexdigest()
