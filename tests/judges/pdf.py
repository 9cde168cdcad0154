"""Judges of PDF files that are not ours: poppler, qpdf, OpenSSL and zxing."""

import io
import re
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def signature_report(file: Path) -> str:
    """Return what poppler's pdfsig says, without looking at the chain."""
    return _run("pdfsig", "-nocert", str(file)).stdout


def has_valid_signature(file: Path) -> bool:
    """Say whether pdfsig finds exactly one signature, valid, over the total document."""
    report = signature_report(file)
    return (
        report.count("Signature is Valid.") == 1
        and report.count("Signature #") == 1
        and "Total document signed" in report
    )


def openssl_accepts(file: Path, root_pem: Path, folder: Path) -> bool:
    """Say whether `openssl cms -verify -cades` accepts the signature under `root_pem`."""
    data = file.read_bytes()
    match = _RANGE.search(data)
    if match is None:
        return False
    start, length, end, rest = (int(number) for number in match.groups())
    container = bytes.fromhex(data[start + length + 1 : end - 1].decode())
    (folder / "signature.der").write_bytes(container)
    (folder / "content").write_bytes(data[start : start + length] + data[end : end + rest])
    done = _run(
        *("openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER"),
        *("-in", str(folder / "signature.der"), "-content", str(folder / "content")),
        *("-CAfile", str(root_pem), "-purpose", "any", "-out", "/dev/null"),
    )
    return done.returncode == 0 and "Verification successful" in done.stderr


def is_sound(file: Path) -> bool:
    """Say whether `qpdf --check` finds neither an error nor a warning."""
    return _run("qpdf", "--check", str(file)).returncode == 0


def fonts(file: Path) -> list[tuple[str, bool, bool]]:
    """Return per font its name, whether it is embedded and whether it maps to Unicode."""
    lines = _run("pdffonts", str(file)).stdout.splitlines()[2:]
    found = []
    for line in lines:
        embedded, _subset, unicode_map = line.split()[-5:-2]
        found.append((line.split()[0], embedded == "yes", unicode_map == "yes"))
    return found


def text(file: Path) -> str:
    """Return the text as poppler reads it, with single spaces."""
    return " ".join(_run("pdftotext", "-layout", str(file), "-").stdout.split())


def attachment(file: Path, name: str) -> bytes:
    """Return what poppler detaches from a file under `name`."""
    out = file.with_suffix(".attached")
    done = _run("pdfdetach", "-savefile", name, "-o", str(out), str(file))
    if done.returncode != 0:
        raise RuntimeError(f"pdfdetach found no {name}: {done.stderr}")
    return out.read_bytes()


def codes(file: Path, *, dots_per_inch: int = 150) -> list[str]:
    """Return the QR codes that a scanner reads from a raster of the first page."""
    command = ["pdftoppm", "-r", str(dots_per_inch), "-png", "-f", "1", "-l", "1", str(file)]
    raster = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    with Image.open(io.BytesIO(raster)) as image:
        return [found.text for found in zxingcpp.read_barcodes(image)]


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, timeout=60
    )
