"""Answers that are files."""

from __future__ import annotations

from flask import Response


def pdf_answer(pdf: bytes, name: str) -> Response:
    """Answer with a PDF to keep or print; `name` holds no person's name, and nothing is stored."""
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
