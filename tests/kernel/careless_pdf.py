"""The fault that the tests of papers plant: WeasyPrint with its own, trusting fetcher."""

from weasyprint import HTML


def render_carelessly(*, html: str) -> bytes:
    """Return `html` as a PDF and fetch whatever it names."""
    return bytes(HTML(string=html).write_pdf())
