"""Builders for the tests of printed and sealed certificates."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from academy.kernel.resources import vendor_file
from certificates.rules.credential import CredentialFacts
from certificates.rules.printed import PrintedCertificate, Signatory

FONTS = vendor_file("print")
PASSPHRASE = "a passphrase that only tests know"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NUMBER = "SLHZ-B-2026-00042-74"
CODE = "VGWJCH4E31QQRNMDMAQM"
CODE_URL = f"https://academie.example/c/{CODE}"
LONGEST = "Maria Wilhelmina van den Boogaard-van der Heijden tot Oldenzaal"
NAMES = (
    "Samira El Haddou",
    LONGEST,
    "Charlotte-Amélie de Ranitz-van Wijngaarden van den Bovenkamp",
    "İbrahim Işık Şahin-Öztürk",  # noqa: RUF001 (a Turkish i)
    "Łukasz Żółkiewski",
    "Hồng Nguyễn Thị",
    "Naïma El Idrissi (نعيمة الإدريسي)",
    "IJsbrand IJzerman van 't Hof",
    "Giovanni D’Angelo",
    "Олександра Коваленко",
    "Mirjam Kohen (מרים כהן)",
    "מִרְיָם כֹּהֵן־לֵוִי",
)
STATEMENTS = {
    "residents": {
        "nl": "heeft de leergang Buurtaanjager en buurtverbinder gevolgd en heeft in de eigen "
        "buurt laten zien hoe je buren bij elkaar brengt en helpt om het zelf te doen.",
        "en": "completed the course Neighbourhood instigator and connector and showed in their own "
        "neighbourhood that they can bring neighbours together and help them to do it themselves.",
    },
    "professionals": {
        "nl": "heeft de leergang Naast bewoners staan gevolgd en heeft, naar het oordeel van een "
        "trainer en een bewoner, laten zien zelforganisatie in de wijk te kunnen steunen.",
        "en": "completed the course Standing beside residents and, in the judgement of a trainer "
        "and a resident, showed the ability to support self-organisation.",
    },
    "governors": {
        "nl": "heeft deelgenomen aan de leergang Besturen vanuit de buurt en heeft in het bijzijn "
        "van bewoners deze belofte gedaan:",
        "en": "took part in the course Governing from the neighbourhood and made this promise in "
        "the presence of residents:",
    },
}
TITLES = {
    "residents": {
        "nl": "Certificaat buurtaanjager en buurtverbinder",
        "en": "Certificate of neighbourhood instigator and connector",
    },
    "professionals": {
        "nl": "Certificaat begeleider van zelforganisatie",
        "en": "Certificate of facilitator of self-organisation",
    },
    "governors": {
        "nl": "Bewijs van deelname Besturen vanuit de buurt",
        "en": "Proof of participation Governing from the neighbourhood",
    },
}


def make_printed(
    design: str = "residents", language: str = "nl", **changes: Any
) -> PrintedCertificate:
    """Return the printed values of one certificate; `changes` name what the test is about."""
    is_proof = design == "governors"
    hands = [Signatory("Said Bouchrit", "trainer"), Signatory("Elly Vermeer", "directeur")]
    if design == "professionals":
        hands.insert(1, Signatory("Samira El Haddou", "bewoner en beoordelaar"))
    printed = PrintedCertificate(
        language=language,  # type: ignore[arg-type]
        printed_name="Samira El Haddou",
        title=TITLES[design][language],
        statement=STATEMENTS[design][language],
        place="Waterdam",
        decided_on=date(2026, 11, 23),
        signatories=tuple(hands),
        number=NUMBER,
        code=CODE,
        verify_url="https://academie.example/controleer",
        code_url=CODE_URL,
        disclaimer="Dit is een certificaat van de academie. Het is geen diploma van de overheid.",
        made_at=NOW,
        valid_until=None if is_proof else date(2029, 11, 23),
        hours=16 if is_proof else None,
        promise="Ik eet elk kwartaal mee aan een keukentafel in de wijk." if is_proof else "",
    )
    return replace(printed, **changes)


def make_facts(design: str = "residents", language: str = "nl", **changes: Any) -> CredentialFacts:
    """Return what the credential of one certificate says."""
    facts = CredentialFacts(
        credential_id="0f9b7c1e-6f0a-4a51-9a53-2f6ac1f0c7de",
        place=4711,
        number=NUMBER,
        language=language,  # type: ignore[arg-type]
        printed_name="Samira El Haddou",
        title=TITLES[design][language],
        statement=STATEMENTS[design][language],
        kind="participation" if design == "governors" else "competence",
        course_id=design,
        course_version="1.0.0",
        public_url="https://academie.example",
        academy="Samen Lukt Het Zelf Academie",
        code_url=CODE_URL,
        valid_from=datetime(2026, 11, 22, 12, tzinfo=UTC),
        valid_until=datetime(2029, 11, 22, 22, 59, 59, tzinfo=UTC),
    )
    return replace(facts, **changes)
