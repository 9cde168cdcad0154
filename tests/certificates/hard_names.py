"""Names that systems get wrong, as the people who bear them write them."""

HARD_NAMES = (
    "İbrahim Işık Şahin-Öztürk",  # noqa: RUF001
    "ılgaz Iğdır",  # noqa: RUF001
    "نعيمة الإدريسي",
    "Naïma El Idrissi (نعيمة الإدريسي)",
    "محمد 42 العلي",
    "דוד לוי",
    "Mirjam Kohen (מרים כהן)",
    "מִרְיָם כֹּהֵן־לֵוִי",
    "שָׁלוֹם 3 בֶּן־צְבִי",
    "ד״ר שרה O'Neill",
    "Ze\u0301 Ribeiro Simo\u0303es",
    "A\u0308nne Mu\u0308ller",
    "IJsbrand van den IJssel",
    "Ĳsbrand van den ĳssel",
    "Hồng Nguyễn Thị Ngọc Ánh",
    "Đặng Thị Quỳnh",
    "Олександра Коваленко",
    "Ђорђе Ћирић",
    "Şükriye Gümüşçü",
    "Łukasz Żółkiewski",
    "Þórður Guðmundsdóttir",
    "O'Brien-’t Hooft",
    "'s Gravesande van ’t Wout",
    "Giovanni D’Angelo",
    "X Æ",
    "Q",
    "Maria Wilhelmina van den Boogaard-van der Heijden tot Oldenzaal",
    "Ana de la Cruz y Fernández-Núñez de Castro e Silva",
    " ".join(["Annemarie"] * 20)[:120].strip(),
    "W" + "i" * 58,
    "Zoë Ångström-Ñandú",
)

REFUSED = {
    "Wang Xiuying (王秀英)": "UncoveredGlyphs",
    "மணி": "UncoveredGlyphs",
    "M\u0302arta": "UncoveredGlyphs",
    "Ali\u05b8": "UncoveredGlyphs",
    "\u05b4דבר": "UncoveredGlyphs",
    "ד\u05b4\u05b4": "UncoveredGlyphs",
    "ד\u0301": "UncoveredGlyphs",
    "ד\u0596": "UncoveredGlyphs",
    "דבר\u202eשרה": "UnprintableName",
    "דבר\u200fשרה": "UnprintableName",
    "W" * 201: "UnprintableName",
    "Ali 😀": "UncoveredGlyphs",
    **{f"Ali {sign}neB": "UnprintableName" for sign in "\u202a\u202b\u202c\u202d\u202e"},
    **{
        f"Ali {sign}neB": "UnprintableName" for sign in "\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
    },
    "Ali\u200bB": "UnprintableName",
    "Ali\u0000B": "UnprintableName",
    "   ": "UnprintableName",
}
"""What cannot be printed as it is, and why: it is said, never left out or turned into boxes."""
