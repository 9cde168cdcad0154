"""One frozen settings object, read once from `ACADEMY_*`; a wrong value stops the start by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ARCHIVE_LEVELS = ("b-lt", "b-lta")
"""What files are brought to after they were issued."""


class SettingsError(Exception):
    """A setting is missing or cannot be used; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one academy and another. Every field is `ACADEMY_` + its name."""

    var: Path
    """Folder of everything that is made at run time."""
    database_url: str
    """SQLAlchemy URL; SQLite below `var` by default, or `postgresql+psycopg://…`."""
    storage: Path
    """Folder with the issued files, as `<sha256>.pdf`."""
    keys: Path
    """Folder with the sealing keys; never in the database."""
    keys_passphrase: str
    """Opens the private keys; never logged."""
    seal_pkcs12: str
    """PKCS#12 file with a seal from elsewhere; empty means our own key."""
    seal_passphrase: str
    """Opens `seal_pkcs12`; never logged."""
    seal_pkcs11_module: str
    """Library that speaks to the device with a seal from elsewhere; empty means none."""
    seal_pkcs11_token: str
    """Label of the token in that device."""
    seal_pkcs11_key_label: str
    """Label of the key on that token."""
    seal_pkcs11_pin: str
    """Opens the token; never logged."""
    seal_pkcs11_environment: str
    """One `NAME=value` that the library wants to find in its environment."""
    tsa_url: str
    """Time-stamp authority (RFC 3161); with it certificates are made at level B-T or not at all."""
    tsa_cert: str
    """PEM file with the authority's certificates; only their time stamps are taken then."""
    seal_level: str
    """`b-b`, `b-t`, `b-lt` or `b-lta`; empty means b-t with a time-stamp authority, or else b-b."""
    wallet: str
    """`on` lets holders put a copy of their certificate in a wallet; `off` hides all of it."""
    checkpoints: Path
    """Folder with the daily checkpoints of register and audit; best on another disk."""
    checkpoint_mail: str
    """Mailbox that gets every checkpoint; empty means none."""
    secret_key: str
    """Signs cookies and derives sign-in codes; at least 32 characters."""
    notes_key: tuple[str, ...]
    """Fernet keys for coaching text, newest first, separated by commas."""
    public_url: str
    """Where people reach the academy; https, or http on loopback only."""
    smtp_host: str
    """Mail server; empty means mails wait in the queue until one is set."""
    smtp_port: int
    """Port of the mail server, 1 to 65535."""
    smtp_tls: str
    """`off`, `starttls` or `tls`; with the last two the server must show a certificate."""
    smtp_user: str
    """Name under which mail is handed over; empty means without signing in."""
    smtp_password: str
    """Belongs to `smtp_user`; never sent without TLS, except to this machine."""
    mail_from: str
    """Sender of every mail."""
    name: str
    """Name of the academy, as printed."""
    place: str
    """Town where decisions are taken, as printed on certificates."""
    help_name: str
    """Who answers the phone."""
    help_phone: str
    """Number in the footer of every page."""
    quiet_from: int
    """Hour of the day from which no message goes out by itself, 12 to 23."""
    quiet_until: int
    """Hour of the day until which no message goes out by itself, 0 to 11."""
    mails_a_week: int
    """Mails that may wait, per person and week; what is more comes in one mail on Monday."""
    keep: str
    """Other periods of keeping than the usual ones, as `contact=6m,spam=30d`; empty means none."""
    demo: bool
    """Whether this may be the fictional academy, with its clock and sign-in codes on screen."""
    log_level: str
    """DEBUG, INFO, WARNING or ERROR."""
    metrics_token: str
    """Opens `/metrics` to another machine; empty means that only this one sees it."""

    @property
    def is_https(self) -> bool:
        """Whether cookies are Secure and browsers must stay on https."""
        return self.public_url.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the academy."""
        return urlsplit(self.public_url).hostname in LOOPBACK

    @property
    def archive_level(self) -> str:
        """The level that files get after issuing, as the register writes it; or empty."""
        return self.seal_level.upper() if self.seal_level in ARCHIVE_LEVELS else ""

    @property
    def has_wallet(self) -> bool:
        """Whether holders may put a copy of their certificate in a wallet."""
        return self.wallet == "on"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `ACADEMY_*` from `environment` (default: the process, over `var/academy.env`).

    Raises SettingsError with the name of the first setting that is missing or wrong.
    """
    if environment is None:
        environment = {**_env_file(), **os.environ}
    var = Path(environment.get("ACADEMY_VAR", "var")).resolve()

    def text(name: str, default: str | None = None) -> str:
        value = environment.get(f"ACADEMY_{name}", default)
        if value is None or (value == "" and default is None):
            raise SettingsError(f"ACADEMY_{name} is not set")
        return value

    settings = Settings(
        var=var,
        database_url=text("DATABASE_URL", f"sqlite:///{var / 'academy.sqlite'}"),
        storage=Path(text("STORAGE", str(var / "files"))),
        keys=Path(text("KEYS", str(var / "keys"))),
        keys_passphrase=text("KEYS_PASSPHRASE"),
        seal_pkcs12=text("SEAL_PKCS12", ""),
        seal_passphrase=text("SEAL_PASSPHRASE", ""),
        seal_pkcs11_module=text("SEAL_PKCS11_MODULE", ""),
        seal_pkcs11_token=text("SEAL_PKCS11_TOKEN", ""),
        seal_pkcs11_key_label=text("SEAL_PKCS11_KEY_LABEL", ""),
        seal_pkcs11_pin=text("SEAL_PKCS11_PIN", ""),
        seal_pkcs11_environment=text("SEAL_PKCS11_ENVIRONMENT", ""),
        tsa_url=text("TSA_URL", ""),
        tsa_cert=text("TSA_CERT", ""),
        seal_level=text("SEAL_LEVEL", "").lower(),
        wallet=text("WALLET", "off"),
        checkpoints=Path(text("CHECKPOINTS", str(var / "checkpoints"))),
        checkpoint_mail=text("CHECKPOINT_MAIL", ""),
        secret_key=text("SECRET_KEY"),
        notes_key=tuple(part.strip() for part in text("NOTES_KEY").split(",") if part.strip()),
        public_url=text("PUBLIC_URL", f"http://127.0.0.1:{environment.get('PORT', '8000')}"),
        smtp_host=text("SMTP_HOST", ""),
        smtp_port=_integer(text("SMTP_PORT", "25"), "SMTP_PORT", 1, 65535),
        smtp_tls=text("SMTP_TLS", "off"),
        smtp_user=text("SMTP_USER", ""),
        smtp_password=text("SMTP_PASSWORD", ""),
        mail_from=text("MAIL_FROM", "academie@samenluktthetzelf.example"),
        name=text("NAME", "Samen Lukt Het Zelf Academie"),
        place=text("PLACE", "Waterdam"),
        help_name=text("HELP_NAME", "Tineke"),
        help_phone=text("HELP_PHONE", "06-00000307"),
        quiet_from=_integer(text("QUIET_FROM", "21"), "QUIET_FROM", 12, 23),
        quiet_until=_integer(text("QUIET_UNTIL", "8"), "QUIET_UNTIL", 0, 11),
        mails_a_week=_integer(text("MAILS_A_WEEK", "3"), "MAILS_A_WEEK", 0, 99),
        keep=text("KEEP", ""),
        demo=text("DEMO", "1") == "1",
        log_level=text("LOG_LEVEL", "INFO").upper(),
        metrics_token=text("METRICS_TOKEN", ""),
    )
    _refuse_wrong(settings)
    return settings


def _refuse_wrong(settings: Settings) -> None:
    if len(settings.secret_key) < 32:
        raise SettingsError("ACADEMY_SECRET_KEY is shorter than 32 characters")
    if settings.metrics_token and len(settings.metrics_token) < 32:
        raise SettingsError("ACADEMY_METRICS_TOKEN is shorter than 32 characters")
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingsError("ACADEMY_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR")
    if not settings.database_url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingsError("ACADEMY_DATABASE_URL must start with sqlite: or postgresql+psycopg:")
    _refuse_wrong_mail(settings)
    _refuse_wrong_seal(settings)
    if settings.wallet not in {"on", "off"}:
        raise SettingsError("ACADEMY_WALLET must be on or off")
    url = urlsplit(settings.public_url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise SettingsError("ACADEMY_PUBLIC_URL must be a web address")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise SettingsError("ACADEMY_PUBLIC_URL must be https, except on this machine itself")


def _refuse_wrong_mail(settings: Settings) -> None:
    if settings.smtp_tls not in {"off", "starttls", "tls"}:
        raise SettingsError("ACADEMY_SMTP_TLS must be off, starttls or tls")
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        raise SettingsError("ACADEMY_SMTP_USER and ACADEMY_SMTP_PASSWORD belong together")
    if settings.checkpoint_mail and "@" not in settings.checkpoint_mail:
        raise SettingsError("ACADEMY_CHECKPOINT_MAIL must be a mail address")
    if settings.smtp_user and settings.smtp_tls == "off" and settings.smtp_host not in LOOPBACK:
        raise SettingsError("ACADEMY_SMTP_TLS must be starttls or tls to send a password")


def _refuse_wrong_seal(settings: Settings) -> None:
    if settings.seal_pkcs12 and settings.seal_pkcs11_module:
        raise SettingsError("ACADEMY_SEAL_PKCS12 and ACADEMY_SEAL_PKCS11_MODULE: set one of them")
    device = (settings.seal_pkcs11_token, settings.seal_pkcs11_key_label, settings.seal_pkcs11_pin)
    if settings.seal_pkcs11_module and not all(device):
        raise SettingsError(
            "ACADEMY_SEAL_PKCS11_MODULE wants ACADEMY_SEAL_PKCS11_TOKEN, _KEY_LABEL and _PIN too"
        )
    address = urlsplit(settings.tsa_url)
    if settings.tsa_url and (address.scheme not in {"http", "https"} or not address.hostname):
        raise SettingsError("ACADEMY_TSA_URL must be a web address")
    if settings.tsa_cert and not settings.tsa_url:
        raise SettingsError("ACADEMY_TSA_CERT is of no use without ACADEMY_TSA_URL")
    _refuse_wrong_level(settings)


def _refuse_wrong_level(settings: Settings) -> None:
    level = settings.seal_level
    if level not in {"", "b-b", "b-t", *ARCHIVE_LEVELS}:
        raise SettingsError("ACADEMY_SEAL_LEVEL must be b-b, b-t, b-lt or b-lta")
    if level == "b-b" and settings.tsa_url:
        raise SettingsError("ACADEMY_SEAL_LEVEL=b-b takes no time stamp: empty ACADEMY_TSA_URL")
    if level not in {"", "b-b"} and not settings.tsa_url:
        raise SettingsError(f"ACADEMY_SEAL_LEVEL={level} wants a time stamp: set ACADEMY_TSA_URL")
    if level in ARCHIVE_LEVELS and not settings.tsa_cert:
        raise SettingsError(
            f"ACADEMY_SEAL_LEVEL={level} wants to know whom to believe: set ACADEMY_TSA_CERT"
        )


def _integer(value: str, name: str, lowest: int, highest: int) -> int:
    if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
        raise SettingsError(f"ACADEMY_{name} must be a number from {lowest} to {highest}")
    return int(value)


def _env_file() -> dict[str, str]:
    """Read the secrets that set-up made, so that every command finds them."""
    path = Path(os.environ.get("ACADEMY_VAR", "var")) / "academy.env"
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key.removeprefix("export ").strip(): value.strip().strip("'\"") for key, value in pairs}


def current() -> Settings:
    """Return the settings of the running application."""
    settings: Settings = current_app.extensions["academy.settings"]
    return settings
