"""The seal: PAdES B-B, certifying with no change allowed, no visible widget.

ECDSA P-256 with our own key; with a seal from elsewhere what that has.

Runs in the document child; importing it loads pyHanko.
"""

import io

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import (
    InvisSigSettings,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.adapters.signer import Signer

FIELD = "Zegel"
# Room for the container, in hexadecimal digits. Two P-256 certificates and the attributes: 2.4 kB.
_LEAST_ROOM = 8192
_BESIDE_CERTIFICATES = 2048
ROOM_FOR_STAMP = 24_576
"""Digits for a time stamp with its certificates: twelve kilobytes."""


def room_for(signer: Signer, *, with_stamp: bool = False) -> int:
    """Return how many digits the container of a signer's seal needs in the file."""
    certificates = sum(map(len, (signer.info.certificate, *signer.others)))
    room = max(_LEAST_ROOM, 2 * (certificates + _BESIDE_CERTIFICATES))
    return room + (ROOM_FOR_STAMP if with_stamp else 0)


def seal(
    pdf: bytes, key: Signer, *, reason: str, field_label: str, with_stamp: bool = False
) -> bytes:
    """Return `pdf` with one certifying signature over the whole file and the file otherwise as is.

    `with_stamp` leaves room for a time stamp, which `stamp_in_child.stamp` puts in. `field_label`
    is the accessible name of the signature field. The field lies outside the page: a widget of no
    size is refused by one validator, a hidden one by the other.
    """
    writer = KeepMetadata(io.BytesIO(pdf))
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
    sealed: io.BytesIO = signer.sign_pdf(
        writer, bytes_reserved=room_for(key, with_stamp=with_stamp)
    )
    return sealed.getvalue()


class KeepMetadata(IncrementalPdfFileWriter):
    """Leaves the XMP as the renderer made it: rewritten, one validator refuses it."""

    def _update_meta(self) -> None:
        return None


class _OpenedSigner(signers.Signer):
    """Signs with a key that is already open: pyHanko's own loads it again for each signature."""

    def __init__(self, key: Signer) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        for other in key.others:
            store.register(asn1_x509.Certificate.load(other))
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(key.info.certificate), cert_registry=store
        )
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 (pyHanko's signature)
    ) -> bytes:
        """Return the signature of `data`."""
        if digest_algorithm != "sha256":
            raise ValueError(f"not our digest: {digest_algorithm}")
        if dry_run:
            return bytes(512)
        return self._key.sign(data)
