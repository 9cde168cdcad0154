"""The smallest application with the kernel's database, settings, languages and mail templates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jinja2
from flask import Flask
from flask_babel import Babel

from academy.kernel import mail  # noqa: F401  its table and job
from academy.kernel.db import db
from academy.kernel.settings import Settings, read_settings

MAIL_TEMPLATES = {
    "mail/test/hello/subject.txt": "Dag {{ name }}, tot\n  ziens in café 't Hoekje",
    "mail/test/hello/body.txt": "Dag {{ name }},\n\nJe bent welkom: {{ public_url }}/x?a=1&b=2\n",
}


def tiny_settings(database_url: str, **changes: Any) -> Settings:
    settings = read_settings(
        {
            "ACADEMY_DATABASE_URL": database_url,
            "ACADEMY_KEYS_PASSPHRASE": "test",
            "ACADEMY_SECRET_KEY": "s" * 32,
            "ACADEMY_NOTES_KEY": "test",
            "ACADEMY_DEMO": "0",
            "ACADEMY_MAIL_FROM": "academie@waterdam.example",
        }
    )
    return replace(settings, **changes)


def make_tiny_app(database_url: str, **changes: Any) -> Flask:
    app = Flask("tiny")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.extensions["academy.settings"] = tiny_settings(database_url, **changes)
    app.jinja_loader = jinja2.DictLoader(MAIL_TEMPLATES)
    Babel(app, default_locale="nl")
    db.init_app(app)
    return app
