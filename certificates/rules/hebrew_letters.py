"""What Hebrew letters and points are called, for who spells a name on the phone."""

from __future__ import annotations

from courses.rules.words import Text

HEBREW_LETTERS = {
    "א": Text("alef", "alef"),
    "ב": Text("beet", "bet"),
    "ג": Text("gimel", "gimel"),
    "ד": Text("dalet", "dalet"),
    "ה": Text("hee", "he"),
    "ו": Text("wav", "vav"),  # noqa: RUF001
    "ז": Text("zajin", "zayin"),
    "ח": Text("chet", "het"),
    "ט": Text("tet", "tet"),  # noqa: RUF001
    "י": Text("jod", "yod"),  # noqa: RUF001
    "כ": Text("kaf", "kaf"),
    "ך": Text("kaf van het eind", "final kaf"),
    "ל": Text("lamed", "lamed"),
    "מ": Text("mem", "mem"),
    "ם": Text("mem van het eind", "final mem"),
    "נ": Text("noen", "nun"),
    "ן": Text("noen van het eind", "final nun"),  # noqa: RUF001
    "ס": Text("samech", "samekh"),  # noqa: RUF001
    "ע": Text("ajin", "ayin"),
    "פ": Text("pee", "pe"),
    "ף": Text("pee van het eind", "final pe"),
    "צ": Text("tsadee", "tsadi"),
    "ץ": Text("tsadee van het eind", "final tsadi"),
    "ק": Text("koef", "qof"),
    "ר": Text("reesj", "resh"),
    "ש": Text("sjien", "shin"),
    "ת": Text("taf", "tav"),
}
HEBREW_POINTS = {
    "\N{HEBREW POINT SHEVA}": Text("met een sjwa", "with a sheva"),
    "\N{HEBREW POINT HATAF SEGOL}": Text("met een chataf-segol", "with a hataf segol"),
    "\N{HEBREW POINT HATAF PATAH}": Text("met een chataf-patach", "with a hataf patah"),
    "\N{HEBREW POINT HATAF QAMATS}": Text("met een chataf-kamats", "with a hataf qamats"),
    "\N{HEBREW POINT HIRIQ}": Text("met een chiriek", "with a hiriq"),
    "\N{HEBREW POINT TSERE}": Text("met een tseree", "with a tsere"),
    "\N{HEBREW POINT SEGOL}": Text("met een segol", "with a segol"),
    "\N{HEBREW POINT PATAH}": Text("met een patach", "with a patah"),
    "\N{HEBREW POINT QAMATS}": Text("met een kamats", "with a qamats"),
    "\N{HEBREW POINT QAMATS QATAN}": Text("met een kleine kamats", "with a qamats qatan"),
    "\N{HEBREW POINT HOLAM}": Text("met een cholam", "with a holam"),
    "\N{HEBREW POINT HOLAM HASER FOR VAV}": Text("met een cholam", "with a holam"),
    "\N{HEBREW POINT QUBUTS}": Text("met een koeboets", "with a qubuts"),
    "\N{HEBREW POINT DAGESH OR MAPIQ}": Text("met een punt erin", "with a dot inside"),
    "\N{HEBREW POINT RAFE}": Text("met een streep erboven", "with a line above"),
    "\N{HEBREW POINT SHIN DOT}": Text("met een punt rechts", "with a dot on the right"),
    "\N{HEBREW POINT SIN DOT}": Text("met een punt links", "with a dot on the left"),
}
HEBREW_SIGNS = {
    "\N{HEBREW PUNCTUATION MAQAF}": Text("streepje", "hyphen"),
    "\N{HEBREW PUNCTUATION GERESH}": Text("streepje boven", "geresh"),
    "\N{HEBREW PUNCTUATION GERSHAYIM}": Text("twee streepjes boven", "gershayim"),
}
