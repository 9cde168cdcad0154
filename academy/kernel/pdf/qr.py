"""QR codes, as SVG: on paper and on a screen."""

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


def qr_picture(text: str) -> str:
    """Return a QR code as the source of an image: dark on white, with its quiet edge.

    A screen has no stains: as coarse as the text allows, with what correction fits then.
    """
    code = segno.make(text, error="l", micro=False)
    return str(code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))
