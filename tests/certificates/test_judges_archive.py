"""Files with proof for later before judges that are not ours: they stay archive and readable."""

from __future__ import annotations

import subprocess

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.certificates.lasting import World
from tests.certificates.test_adapters_archive import KINDS, papers, present, proved, renewed, scene
from tests.judges import pdf as judges
from tests.judges import vera

pytestmark = [pytest.mark.slow, pytest.mark.pdf]
__all__ = ["papers", "present", "proved", "renewed", "scene"]


def test_they_stay_accessible_archive_documents(proved, renewed, tmp_path):
    files = []
    for name, data in (*((kind, proved[kind].pdf) for kind in KINDS), ("renewed", renewed[2])):
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(data)
    assert [one.broken for one in vera.judge(files) if not one.passed] == []
    assert all(judges.is_sound(file) for file in files)


@pytest.mark.parametrize("kind", KINDS)
def test_readers_accept_the_seal(scene, proved, kind, tmp_path):
    file = tmp_path / "proved.pdf"
    file.write_bytes(proved[kind].pdf)
    report = judges.signature_report(file)
    assert report.count("Signature #") == 2
    assert report.count("Signature is Valid.") == 1  # poppler checks no time stamp
    assert "Signature is Invalid" not in report
    root = tmp_path / "root.pem"
    sold = scene.world.pem("root")
    root.write_bytes(
        sold if kind == "sold" else (scene.settings.keys / "root.cert.pem").read_bytes()
    )
    assert judges.openssl_accepts(file, root, tmp_path)


def test_openssl_accepts_each_time_stamp(scene, renewed, tmp_path):
    assert [openssl_accepts_stamp(renewed[2], at, scene.world, tmp_path) for at in range(3)] == [
        True
    ] * 3


@pytest.mark.trust("T26", planted=True)
def test_openssl_sees_a_byte_that_was_changed(scene, renewed, tmp_path):
    changed = bytearray(renewed[2])
    changed[len(changed) // 3] ^= 1
    assert not openssl_accepts_stamp(bytes(changed), 0, scene.world, tmp_path)


def openssl_accepts_stamp(data: bytes, number: int, world: World, folder) -> bool:
    """Say whether `openssl ts -verify` accepts one of the stamps over the whole file."""
    file = folder / "stamped.pdf"
    file.write_bytes(data)
    with file.open("rb") as opened:
        signature = PdfFileReader(opened).embedded_timestamp_signatures[number]
        _zero, first, second, length = signature.byte_range
        token = cms.ContentInfo.load(bytes(signature.pkcs7_content))
    stamped_at = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    (folder / "token.der").write_bytes(token.dump())
    (folder / "covered").write_bytes(data[:first] + data[second : second + length])
    (folder / "world.pem").write_bytes(world.pem("root"))
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-data", str(folder / "covered"), "-token_in", "-in",
         str(folder / "token.der"), "-CAfile", str(folder / "world.pem"), "-attime",
         str(int(stamped_at.timestamp()))],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return done.returncode == 0 and "Verification: OK" in done.stdout
