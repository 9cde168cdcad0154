"""Adds to a sealed file what proves it later: validation information, and a time stamp over all.

Runs in the document child, which has no network: `questions` says what to ask of which authority,
the worker asks, and the answers come back here as foreign bytes.
"""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import tsp as asn1_tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError, ValidationError

from academy.kernel.documents import DocumentError
from certificates.adapters import keys
from certificates.adapters.added import read_added
from certificates.adapters.asking import Question, questions_about
from certificates.adapters.lasting_in_child import will_hold
from certificates.adapters.pinning import pinned_chains
from certificates.adapters.seal import ROOM_FOR_STAMP, KeepMetadata
from certificates.adapters.signature import chain_of, read_intact, token_in
from certificates.adapters.stamp_in_child import GRANTED, MOST_SKEW
from certificates.adapters.status_key import list_of_revoked
from certificates.adapters.token import (
    Stamp,
    read_token,
    require,
    take_token,
)
from certificates.adapters.verify import LARGEST_FILE

Chain = Sequence[bytes]
_TOLERANCE = timedelta(minutes=5)
_LABELS = {"nl": "Tijdstempel", "en": "Time stamp"}


class NoProofError(DocumentError):
    """What would prove a file later cannot be had; `kind` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "Het bewijs voor later is er nog niet. Het certificaat wacht.",
            sentence_en="The proof for later is not there yet. The certificate waits.",
            kind=f"NoProof:{code}",
        )


def questions(
    *, pdf: bytes, sample: list[bytes], authorities: list[bytes], keys_folder: str
) -> list[list[dict[str, Any]]]:
    """Return what one can ask about each certificate that the newest proof in a file rests on.

    Of each certificate one answer is enough; the best question comes first.

    `sample` is an imprint and an authority's answer over it: so the certificates are known of who
    will stamp the file, which the stamp itself comes too late for. Raises NoProofError when a
    certificate says nowhere whether it was revoked.
    """
    folder = Path(keys_folder)
    root = keys.root_certificate(folder)
    asked: dict[tuple[Question, ...], None] = {}
    for chain in _chains(pdf, sample, authorities=authorities, folder=folder):
        for choice in questions_about(chain) if chain[-1] != root else ():
            if not choice:
                raise NoProofError("no_source")
            asked[choice] = None
    return [[one.as_plain() for one in choice] for choice in asked]


def add_information(
    *,
    pdf: bytes,
    sample: list[bytes],
    ocsps: list[bytes],
    crls: list[bytes],
    authorities: list[bytes],
    keys_folder: str,
    passphrase: str,
    now: datetime,
) -> dict[str, Any]:
    """Return the file with one revision more: checked at level B-LT, with a `sample` room to stamp.

    With room comes where it is, and `imprint`, which the stamp must cover. Raises NoProofError when
    a certificate was revoked, when the answers do not say that it was not, or when the file will
    not hold by them: whatever can be known before a stamp is bought.
    """
    folder = Path(keys_folder)
    chains = _chains(pdf, sample, authorities=authorities, folder=folder)
    root = keys.root_certificate(folder)
    ours, others = [], []
    if any(chain[-1] == root for chain in chains):
        listed, signer = list_of_revoked(folder, passphrase, now=now)
        ours, others = [listed], [signer]
    paths, context = _validated(chains, others, ocsps=ocsps, crls=[*crls, *ours], now=now)

    def informed() -> tuple[PdfFileReader, Any]:
        return _informed(pdf, others, paths=paths, context=context)

    _reader, writer = informed()
    made = io.BytesIO()
    writer.write(made)
    if not sample:
        return _read_back(made.getvalue(), folder, now=now)
    as_given = PdfFileReader(io.BytesIO(pdf), strict=True)
    stamps = [stamp.chain for stamp in _stamps(pdf, as_given)]
    _require_lasting(made.getvalue(), _chain_of_seal(as_given, folder), stamps, now=now)
    reader, writer = informed()  # what was written once is not written on
    label = _LABELS.get(str(reader.root.get("/Lang", "nl"))[:2].lower(), _LABELS["nl"])
    return _with_room(writer, number=len(reader.embedded_signatures), label=label)


def _informed(
    pdf: bytes, others: list[bytes], *, paths: list[Any], context: ValidationContext
) -> tuple[PdfFileReader, Any]:
    """Return a file, and what writes it with its validation information behind it."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    writer: Any = KeepMetadata.from_reader(reader)
    writer.register_extension(ESIC_EXTENSION_1)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        bytes(reader.embedded_signatures[-1].pkcs7_content),
        certs=[asn1_x509.Certificate.load(one) for one in others],
        paths=paths,
        validation_context=context,
    )
    return reader, writer


def put_stamp(
    *,
    pdf: bytes,
    room: list[int],
    answer: bytes,
    nonce: int,
    authorities: list[bytes],
    keys_folder: str,
    now: datetime,
) -> dict[str, Any]:
    """Return the file with an authority's answer in its room, checked as a stranger would.

    `room` is where it begins and ends. Raises BadStampError when the answer is not the stamp that
    was asked for.
    """
    first, second = room
    imprint = hashlib.sha256(pdf[:first] + pdf[second:]).digest()
    found = _granted(answer, imprint=imprint, authorities=authorities)
    require(found.nonce == nonce, "nonce")
    require(abs(found.at - now) <= MOST_SKEW, "clock")
    digits = found.token.hex().upper().encode()
    length = second - first - 2
    require(len(digits) <= length, "too_large")
    stamped = pdf[: first + 1] + digits.ljust(length, b"0") + pdf[second - 1 :]
    return _read_back(stamped, Path(keys_folder), now=now)


def end_of_stamp(*, pdf: bytes) -> datetime | None:
    """Return until when the newest time stamp of an intact file carries; None without one."""
    stamps = _stamps(pdf, PdfFileReader(io.BytesIO(pdf), strict=True))
    return stamps[-1].until if stamps else None


def _granted(answer: bytes, *, imprint: bytes, authorities: list[bytes]) -> Stamp:
    response = asn1_tsp.TimeStampResp.load(answer, strict=True)
    require(response["status"]["status"].native in GRANTED, "refused")
    return take_token(response["time_stamp_token"], imprint=imprint, authorities=authorities)


def _chains(
    pdf: bytes, sample: list[bytes], *, authorities: list[bytes], folder: Path
) -> list[tuple[bytes, ...]]:
    """Return the chains that the newest proof in a file rests on, and those of the next stamp."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    stamps = _stamps(pdf, reader)
    if not stamps:
        raise NoProofError("no_stamp")
    found = [stamps[-1].chain]
    if "/DSS" not in reader.root:  # else what the seal rests on is in the file and stamped
        found.append(tuple(_chain_of_seal(reader, folder)))
    if sample:
        imprint, answer = sample
        found.append(_granted(answer, imprint=imprint, authorities=authorities).chain)
    return list(dict.fromkeys(found))


def _validated(
    chains: Sequence[Chain],
    others: list[bytes],
    *,
    ocsps: list[bytes],
    crls: list[bytes],
    now: datetime,
) -> tuple[list[Any], ValidationContext]:
    """Return the paths, each certificate of which was not revoked, with what says so."""
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(chain[-1]) for chain in chains],
        other_certs=[
            asn1_x509.Certificate.load(one) for chain in (*chains, others) for one in chain
        ],
        ocsps=[asn1_ocsp.OCSPResponse.load(one, strict=True) for one in ocsps],
        crls=[asn1_crl.CertificateList.load(one, strict=True) for one in crls],
        moment=now,
        allow_fetching=False,
        revocation_mode="require",
        time_tolerance=_TOLERANCE,
    )
    try:
        return [_path(chain[0], context) for chain in chains], context
    except RevokedError:
        raise NoProofError("revoked") from None
    except ValidationError as error:
        raise NoProofError(type(error).__name__) from None


def _path(leaf: bytes, context: ValidationContext) -> Any:
    certificate = asn1_x509.Certificate.load(leaf)
    validator: Any = CertificateValidator(certificate, validation_context=context)
    return asyncio.run(validator.async_validate_usage(key_usage=set()))


def _with_room(writer: Any, *, number: int, label: str) -> dict[str, Any]:
    name = f"Tijdstempel{number}"
    field = SigFieldSpec(
        sig_field_name=name,
        readable_field_name=f"{label} {number}",
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
    )
    steps = PdfCMSEmbedder(new_field_spec=field).write_cms(field_name=name, writer=writer)
    next(steps)
    stamp = DocumentTimestamp(bytes_reserved=ROOM_FOR_STAMP)  # type: ignore[no-untyped-call]
    steps.send(SigObjSetup(sig_placeholder=stamp))
    prepared, made = steps.send(SigIOSetup(md_algorithm="sha256", output=io.BytesIO()))
    _require_small(made.getvalue())
    room = [prepared.reserved_region_start, prepared.reserved_region_end]
    return {"pdf": made.getvalue(), "imprint": prepared.document_digest, "room": room}


def _stamps(pdf: bytes, reader: PdfFileReader) -> list[Stamp]:
    """Return the time stamps of a file: the one over the seal, and those over all of it."""
    signer = reader.embedded_signatures[0].signer_info
    token = token_in(signer)
    imprint = hashlib.sha256(signer["signature"].native).digest()
    beside = [read_token(token, imprint=imprint)] if token else []
    return [*beside, *(read_added(pdf, reader).stamps if "/DSS" in reader.root else ())]


def _chain_of_seal(reader: PdfFileReader, folder: Path) -> list[bytes]:
    seal = reader.embedded_signatures[0]
    return chain_of(
        seal.signer_cert.dump(),
        leaves=keys.trusted_leaves(folder),
        root=keys.root_certificate(folder),
        chains=pinned_chains(folder),
    )


def _require_lasting(pdf: bytes, seal: Chain, stamps: Sequence[Chain], *, now: datetime) -> None:
    """Refuse a file that will not hold once the key of its seal has ended."""
    ends = x509.load_der_x509_certificate(seal[0]).not_valid_after_utc
    is_new = ends > now  # later on, what the seal rests on lies under an earlier stamp
    if is_new and not will_hold(pdf, [seal, *stamps], at=ends + timedelta(days=1), now=now):
        raise NoProofError("not_lasting")


def _require_small(pdf: bytes) -> None:
    """Refuse what is too large, also before a stamp is asked for it: the room counts already."""
    if len(pdf) > LARGEST_FILE:
        raise NoProofError("too_large")


def _read_back(pdf: bytes, folder: Path, *, now: datetime) -> dict[str, Any]:
    reading = read_intact(
        pdf,
        leaves=keys.trusted_leaves(folder),
        root=keys.root_certificate(folder),
        chains=pinned_chains(folder),
    )
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    stamps = _stamps(pdf, reader)
    _require_small(pdf)
    require(stamps and reading["level"] in {"B-LT", "B-LTA"}, "level")
    chains = [stamp.chain for stamp in stamps]
    _require_lasting(pdf, _chain_of_seal(reader, folder), chains, now=now)
    return {
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "level": reading["level"],
        "stamp_until": stamps[-1].until,
    }
