"""Text at rest that is worth more than the rest: encrypted with keys outside the database.

What coaches write, and the secrets of authenticator apps. The newest key comes first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, MultiFernet

from academy.kernel import settings


class Encrypted(sa.types.TypeDecorator[str]):
    """A text that is stored as Fernet tokens. Empty stays empty: there is nothing to hide.

    Reading with a key that is gone raises `cryptography.fernet.InvalidToken`.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Encrypt with the newest key."""
        if not value:
            return value
        return _cipher(settings.current().notes_key).encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Decrypt with whichever key it was written with."""
        if not value:
            return value
        return _cipher(settings.current().notes_key).decrypt(value.encode()).decode()


class LockedFile(sa.types.TypeDecorator[bytes]):
    """A file that its feature locks and opens itself, as a Fernet token of the same keys.

    Reading does not open it; a new key is put in use for it as for every encrypted text.
    """

    impl = sa.LargeBinary
    cache_ok = True


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
