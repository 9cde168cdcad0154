"""Certificates as they leave the house, judged by validators that are not ours."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters import badge_keys, credential, keys
from certificates.adapters.design import DESIGNS
from certificates.adapters.make import make_certificate
from certificates.rules.printed import Signatory
from tests.certificates.papers import (
    CODE_URL,
    FONTS,
    NAMES,
    NOW,
    NUMBER,
    PASSPHRASE,
    make_facts,
    make_printed,
)
from tests.judges import pdf as judges
from tests.judges import vera
from tests.judges.inside import look_inside

LOG = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Logboek</title>
<meta name="dcterms.created" content="2026-11-23T09:00:00Z">
<meta name="dcterms.modified" content="2026-11-23T09:00:00Z"></head>
<body><h1>Logboek begeleiding</h1>
<table><tr><th scope="row">Voor</th><td>Samira</td></tr></table>
<img src="asset:chart.svg" alt="Energie: twee keer laag">
<p>Łukasz was er. نعيمة ook, met דוד לוי en מִרְיָם.</p>
</body></html>"""
CHART = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealing") / "keys"
    # The seal's own time is the real clock, so the keys are made in real time too.
    keys.init_keys(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    return folder


@pytest.fixture(scope="module")
def make(keys_folder):
    def make(design="residents", language="nl", **changes):
        return make_certificate(
            make_printed(design, language, **changes),
            design,
            credential=make_facts(design, language),
            keys_folder=keys_folder,
            passphrase=PASSPHRASE,
            now=datetime.now(UTC),
            fonts_folder=FONTS,
        )

    yield make
    documents.close()


@pytest.fixture(scope="module")
def coaching_log(keys_folder):
    """Return a log as coaching makes it: rendered in one call, sealed in the next."""
    pdf = documents.call(
        "academy.kernel.pdf.render:render_document",
        html=LOG,
        css="@page{size:A4}img{width:30mm}",
        assets={"chart.svg": CHART},
        fonts_folder=str(FONTS),
    )
    return documents.call(
        "certificates.adapters.seal_in_child:seal_coaching_log",
        pdf=pdf,
        keys_folder=str(keys_folder),
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        reason="Logboek gemaakt",
        field_label="Zegel van de academie",
    )["pdf"]


@pytest.fixture(scope="module")
def papers(make, tmp_path_factory):
    """Every design in both languages with every kind of name: file by (design, language, name)."""
    folder = tmp_path_factory.mktemp("papers")
    made = {}
    for design in DESIGNS:
        for language in ("nl", "en"):
            for number, name in enumerate(NAMES):
                file = folder / f"{design}-{language}-{number}.pdf"
                file.write_bytes(make(design, language, printed_name=name).pdf)
                made[design, language, name] = file
    return made


def render(**changes):
    return documents.call(
        "certificates.adapters.render:render_certificate",
        design="residents",
        values=make_printed(**changes).as_plain(),
        fonts_folder=str(FONTS),
    )


@pytest.mark.trust("T37")
@pytest.mark.pdf
@pytest.mark.slow
def test_every_paper_is_pdf_a_and_pdf_ua(papers, coaching_log, tmp_path):
    log = tmp_path / "log.pdf"
    log.write_bytes(coaching_log)
    found = vera.judge([*papers.values(), log])
    assert len(found) == 2 * (len(papers) + 1)
    assert [(j.file.name, j.flavour, j.broken) for j in found if not j.passed] == []
    assert min(j.assertions for j in found) > 300


@pytest.mark.trust("T37")
@pytest.mark.pdf
@pytest.mark.slow
def test_every_paper_is_sound_sealed_small_and_embeds_its_fonts(papers):
    for file in papers.values():
        assert judges.is_sound(file), file.name
        assert judges.has_valid_signature(file), file.name
        assert file.stat().st_size <= 120_000
        assert all(embedded and mapped for _, embedded, mapped in judges.fonts(file)), file.name


@pytest.mark.pdf
@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_scanner_reads_the_code_and_a_reader_the_text(papers, design, language):
    file = papers[design, language, "Łukasz Żółkiewski"]
    assert judges.codes(file) == [CODE_URL]
    text = judges.text(file)
    for said in ("Łukasz Żółkiewski", NUMBER, "VGWJ CH4E 31QQ RNMD MAQM", "Waterdam"):
        assert said in text
    assert ("Controleer dit papier op" if language == "nl" else "Check this paper at") in text


@pytest.mark.pdf
def test_openssl_accepts_the_seal_under_our_root_only(papers, keys_folder, tmp_path):
    file = papers["residents", "nl", NAMES[0]]
    assert judges.openssl_accepts(file, keys_folder / "root.cert.pem", tmp_path)
    keys.init_keys(tmp_path / "other", PASSPHRASE, now=datetime.now(UTC))
    assert not judges.openssl_accepts(file, tmp_path / "other" / "root.cert.pem", tmp_path)


@pytest.mark.trust("T37", planted=True)
@pytest.mark.pdf
@pytest.mark.slow
def test_the_judges_see_planted_errors(papers, keys_folder, tmp_path):
    good = papers["residents", "nl", NAMES[0]].read_bytes()

    def planted(name, data):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(data)
        return file

    flipped = bytearray(good)
    flipped[good.index(b"stream") + 40] ^= 1
    changed = planted("changed", bytes(flipped))
    assert not judges.has_valid_signature(changed)
    assert not judges.openssl_accepts(changed, keys_folder / "root.cert.pem", tmp_path)
    assert not judges.has_valid_signature(planted("longer", good + b"\n% more\n"))
    assert not judges.is_sound(planted("shorter", good[:-400]))

    no_ua = planted("no-ua", good.replace(b'pdfuaid:part="1"', b'pdfuaid:part="9"'))
    no_a = planted("no-a", good.replace(b"pdfaid:conformance", b"pdfaid:conf0rmance"))
    not_embedded = planted("not-embedded", _unembedded_pdf())
    verdicts = {(j.file.stem, j.flavour): j.passed for j in vera.judge([no_ua, no_a, not_embedded])}
    assert verdicts == {
        ("no-ua", "3a"): True,
        ("no-ua", "ua1"): False,
        ("no-a", "3a"): False,
        ("no-a", "ua1"): True,
        ("not-embedded", "3a"): False,
        ("not-embedded", "ua1"): False,
    }
    assert [embedded for _, embedded, _ in judges.fonts(not_embedded)] == [False]
    assert judges.codes(not_embedded) == []


def _unembedded_pdf() -> bytes:
    content = b"BT /F1 24 Tf 72 700 Td (Samira) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Font<</F1 5 0 R>>>>",
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)


def test_a_made_certificate_knows_its_hash_and_its_key(make, keys_folder):
    made = make()
    assert made.sha256 == hashlib.sha256(made.pdf).hexdigest()
    assert (
        made.key_id
        == keys.load_signer(
            keys_folder, "certificates", PASSPHRASE, now=datetime.now(UTC)
        ).info.key_id
    )


def test_the_same_values_give_the_same_bytes_before_sealing():
    first = render()
    documents.close()
    assert render() == first
    assert render(made_at=NOW + timedelta(seconds=1)) != first


def test_a_paper_hides_nothing(make):
    pdf = make().pdf
    for word in (b"/OpenAction", b"/AA", b"/JS", b"/XFA", b"/RichMedia", b"/OCProperties"):
        assert word not in pdf
    assert pdf.count(b"/Widget") == 1
    assert look_inside(pdf).hidden_beside(("credential.json", "/Data")) == set()


def test_the_credential_in_a_paper_is_the_signed_one(make, keys_folder, tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(make().pdf)
    said = judges.attachment(file, "credential.json")
    (key,) = [one for one in badge_keys.list_keys(keys_folder) if one.purpose == "credential"]
    credential.require_signed_by(json.loads(said), key, did="did:web:academie.example")
    assert (
        documents.call(
            "certificates.adapters.credential_in_child:read_credential", pdf=file.read_bytes()
        )
        == said
    )
    without = make_certificate(
        make_printed(),
        "residents",
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
    )
    with pytest.raises(DocumentError) as raised:
        documents.call("certificates.adapters.credential_in_child:read_credential", pdf=without.pdf)
    assert raised.value.kind == "NoCredential"


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("Wang Xiuying (王秀英)", "UncoveredGlyphs", "王 秀 英"),
        ("M\u0302arta", "UncoveredGlyphs", "\u0302"),
        ("Ali \u202eneB", "UnprintableName", "leesrichting"),
        ("", "UnprintableName", "geen naam"),
        ("W" * 201, "UnprintableName", "200 tekens"),
        ("W" * 200, "UnprintableName", "te lang"),
    ],
)
def test_a_name_that_cannot_be_printed_is_stopped_with_a_sentence(make, name, kind, said):
    with pytest.raises(DocumentError) as raised:
        make("governors", printed_name=name)
    assert raised.value.kind == kind
    assert said in raised.value.sentence
    assert raised.value.sentence_en != raised.value.sentence


def test_every_text_on_the_paper_is_checked_for_its_glyphs(make):
    with pytest.raises(DocumentError, match="王"):
        make(signatories=(Signatory("王秀英", "trainer"),))
    with pytest.raises(DocumentError, match="王"):
        make("governors", promise="Ik luister. 王")


@pytest.mark.parametrize(
    "changes",
    [
        {"statement": "heeft veel gedaan. " * 40},
        {"title": "Certificaat van een heel lange naam " * 6},
        {"disclaimer": "Dit is geen diploma. " * 40},
        {"signatories": (Signatory("Jan " * 40, "trainer"),)},
        {"place": "Nijwâlde " * 12},
    ],
)
def test_a_text_that_does_not_fit_is_refused_and_never_cut_off(make, changes):
    with pytest.raises(DocumentError) as raised:
        make(**changes)
    assert raised.value.kind == "DoesNotFit"


@pytest.mark.trust("T36")
@pytest.mark.parametrize(
    "name", ["Krachtvoerfabrieksdirecteurszoon" * 4, " ".join(["Willem"] * 28)[:200]]
)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_very_long_name_takes_smaller_letters(make, design, name):
    assert make(design, printed_name=name).pdf


@pytest.mark.parametrize("promise", ["", "x" * 261])
def test_a_promise_has_a_length(make, promise):
    with pytest.raises(DocumentError, match="belofte"):
        make("governors", promise=promise)


def test_markup_in_a_name_is_printed_as_text(make):
    name = '<img src="file:///etc/passwd">'
    assert make(printed_name=name).pdf


def test_a_wrong_passphrase_makes_nothing_and_tells_no_secret(keys_folder):
    with pytest.raises(DocumentError) as raised:
        make_certificate(
            make_printed(),
            "residents",
            keys_folder=keys_folder,
            passphrase="not the passphrase",
            now=datetime.now(UTC),
            fonts_folder=FONTS,
        )
    assert "gaat niet open" in raised.value.sentence
    assert "not the passphrase" not in str(raised.value) + raised.value.kind


def test_an_image_that_is_not_an_asset_stops_the_document():
    for source in ("file:///etc/passwd", "http://127.0.0.1/x.png", "asset:other.svg", "other.svg"):
        with pytest.raises(DocumentError):
            documents.call(
                "academy.kernel.pdf.render:render_document",
                html=f'<html lang="nl"><title>x</title><img src="{source}" alt="x"></html>',
                css="",
                fonts_folder=str(FONTS),
            )


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="javascript:alert(1)">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<a rel="attachment" href="asset:chart.svg">x</a>',
        '<link rel="attachment" href="file:///etc/passwd">',
    ],
)
def test_a_dangerous_link_stops_the_document_or_is_left_out(markup):
    try:
        pdf = documents.call(
            "academy.kernel.pdf.render:render_document",
            html=f'<html lang="nl"><title>x</title><p>tekst</p>{markup}</html>',
            css="",
            fonts_folder=str(FONTS),
            assets={"chart.svg": CHART},
        )
    except DocumentError:
        return
    assert b"/URI" not in pdf
    assert b"EmbeddedFile" not in pdf
