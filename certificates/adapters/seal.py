"""The seal: PAdES B-B with ECDSA P-256, certifying with no change allowed, no visible widget.

Runs in the document child; importing it loads pyHanko.
"""

import io

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import (
    InvisSigSettings,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.adapters.keys import SealKey

FIELD = "Zegel"
# Certificate chain of two P-256 certificates and the attributes: about 2.4 kB, in hexadecimal.
_BYTES_RESERVED = 8192


def seal(pdf: bytes, key: SealKey, *, reason: str, field_label: str) -> bytes:
    """Return `pdf` with one certifying signature over the whole file and the file otherwise as is.

    `field_label` is the accessible name of the signature field. The field lies outside the page:
    a widget of no size is refused by one validator, a hidden one by the other
    (certificates.md, section 3).
    """
    writer = _KeepMetadata(io.BytesIO(pdf))
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = SigFieldSpec(
        sig_field_name=FIELD,
        readable_field_name=field_label,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
    )
    signer = signers.PdfSigner(metadata, _OpenedSigner(key), new_field_spec=field)
    sealed: io.BytesIO = signer.sign_pdf(writer, bytes_reserved=_BYTES_RESERVED)
    return sealed.getvalue()


class _KeepMetadata(IncrementalPdfFileWriter):
    """Leaves the XMP as the renderer made it: rewritten, one validator refuses it."""

    def _update_meta(self) -> None:
        return None


class _OpenedSigner(signers.Signer):
    """Signs with a key that is already open: pyHanko's own loads it again for each signature."""

    def __init__(self, key: SealKey) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1_x509.Certificate.load(key.root_certificate))
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(key.info.certificate), cert_registry=store
        )
        self._key = key.private_key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 (pyHanko's signature)
    ) -> bytes:
        """Return the ECDSA signature of `data`, DER."""
        if digest_algorithm != "sha256":
            raise ValueError(f"not our digest: {digest_algorithm}")
        if dry_run:
            return bytes(72)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
