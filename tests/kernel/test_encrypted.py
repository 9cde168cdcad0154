"""Encrypted text that somebody changed in the database does not open."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet, InvalidToken

from academy.kernel.encrypted import Encrypted

TEXT = "Ze belt dinsdag zelf met de corporatie."


@pytest.fixture
def token(app):
    stored = Encrypted().process_bind_param(TEXT, None)
    assert Encrypted().process_result_value(stored, None) == TEXT
    return base64.urlsafe_b64decode(stored)


def opens(raw: bytes) -> bool:
    try:
        Encrypted().process_result_value(base64.urlsafe_b64encode(raw).decode(), None)
    except InvalidToken:
        return False
    return True


def test_the_cipher_is_the_one_on_the_page(token):
    """Version 128 of Fernet: AES-128-CBC with HMAC-SHA256, whole blocks behind time and start."""
    assert token[0] == 0x80
    assert (len(token) - 1 - 8 - 16 - 32) % 16 == 0


def test_no_changed_byte_opens(app, token):
    assert opens(token)
    changed = (token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :] for at in range(len(token)))
    assert not any(opens(one) for one in changed)
    assert not any(opens(token[:length]) for length in range(1, len(token)))


def test_the_same_text_is_never_stored_alike(app):
    stored = {Encrypted().process_bind_param(TEXT, None) for _time in range(50)}
    assert len(stored) == 50
    assert not any(TEXT in one for one in stored)


def test_another_key_does_not_open(app, token):
    with pytest.raises(InvalidToken):
        Fernet(Fernet.generate_key()).decrypt(base64.urlsafe_b64encode(token))
