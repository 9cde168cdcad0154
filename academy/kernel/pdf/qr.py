"""QR codes on paper, as SVG."""

import io

import segno


def qr_svg(url: str) -> bytes:
    """Return the QR code for `url` as SVG: error level M, black, without a border."""
    out = io.BytesIO()
    code = segno.make(url, error="m", micro=False, boost_error=False)
    code.save(
        out, kind="svg", border=0, xmldecl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return out.getvalue()
