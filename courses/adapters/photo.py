"""A photo, made small and made anew: what comes out holds the picture and nothing else.

Runs in the document child, for anybody may have made the file. Camera, place, date, comments and
colour profile are left out because only the pixels are copied.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from academy.kernel.documents import DocumentError

MEDIA_TYPE = "image/jpeg"
LONGEST_SIDE = 1600
SHORTEST_SIDE = 32
QUALITY = 82
READ = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = {"JPEG": 130_000_000}
"""A JPEG is read at an eighth of its size at least; anything else is read whole."""
MOST_PIXELS_WHOLE = 40_000_000


def shrink(data: bytes) -> dict[str, Any]:
    """Return the photo as a JPEG of at most 1600 pixels a side, turned upright.

    Raises DocumentError; its `kind` says why: `not_a_photo`, `heic`, `moving`, `too_many_pixels`,
    `too_small` or `damaged`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ours is the stricter limit on pixels
        image = _open(data)
        _refuse_unfit(image)
        try:
            upright = ImageOps.exif_transpose(_reduced(image))
        except (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError) as error:
            raise refused("damaged") from error
    return {"media_type": MEDIA_TYPE, "content": _anew(upright)}


def refused(kind: str) -> DocumentError:
    """Return the error that says why a file is no use; people read a sentence of the service."""
    return DocumentError(kind, kind=kind)


def _open(data: bytes) -> Image.Image:
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        raise refused("heic")
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, in the same child, says True for all
    try:
        return Image.open(io.BytesIO(data), formats=READ)
    except UnidentifiedImageError as error:
        raise refused("not_a_photo") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise refused("damaged") from error


def _refuse_unfit(image: Image.Image) -> None:
    """Judge by what the head of the file says, before a pixel is read."""
    is_jpeg = image.format in ("JPEG", "MPO")  # MPO: a phone's JPEG with a second picture behind it
    most = MOST_PIXELS["JPEG"] if is_jpeg else MOST_PIXELS_WHOLE
    if image.width * image.height > most:
        raise refused("too_many_pixels")
    if min(image.size) < SHORTEST_SIDE:
        raise refused("too_small")
    if not is_jpeg and getattr(image, "n_frames", 1) > 1:
        raise refused("moving")


def _reduced(image: Image.Image) -> Image.Image:
    """Read the pixels; of a JPEG no more than needed. The place in the file may be damaged."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    return image


def _anew(image: Image.Image) -> bytes:
    clean = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        clean.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
