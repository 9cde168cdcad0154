"""Sealing what other features print: a coaching log must not validate as a certificate."""

from __future__ import annotations

from academy.kernel import clock, documents
from academy.kernel.settings import current
from certificates.adapters.make import SealedDocument

__all__ = ["SealedDocument", "seal_coaching_log"]


def seal_coaching_log(pdf: bytes, *, reason: str, field_label: str) -> SealedDocument:
    """Return `pdf` sealed with the leaf for coaching documents, made in the document child.

    `reason` and `field_label` are words for who opens the seal. Raises DocumentError.
    """
    settings = current()
    answer = documents.call(
        "certificates.adapters.seal_in_child:seal_coaching_log",
        pdf=pdf,
        keys_folder=str(settings.keys),
        passphrase=settings.keys_passphrase,
        now=clock.real_now(),
        reason=reason,
        field_label=field_label,
    )
    return SealedDocument(**answer)
