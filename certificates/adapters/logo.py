"""A logo, made anew for print: the pixels on white, small, and nothing else of the file.

Runs in the document child, for anybody may have made the file.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageFile, UnidentifiedImageError

from academy.kernel.documents import DocumentError

SIDES = (600, 450, 300, 225)
"""How many pixels the longest side may have; 225 are 300 to an inch where the logo stands."""
MOST_BYTES = 40_000
"""Of the picture that is kept: with more a paper would not pass its own check on size."""
SHORTEST_SIDE = 100
MOST_PIXELS = 20_000_000
READ = ("PNG", "JPEG")


def remake(data: bytes) -> bytes:
    """Return the picture in `data` as a PNG of at most 600 pixels a side, on white.

    Raises DocumentError; its `kind` says why: `not_a_picture`, `too_many_pixels`, `too_small`,
    `too_detailed` (a photo, most likely) or `damaged`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ours is the stricter limit on pixels
        try:
            return _remade(_opened(data))
        except DocumentError:
            raise
        except (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError) as error:
            raise _refused("damaged") from error


def _opened(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, in the same child, says True for all
    try:
        image = Image.open(io.BytesIO(data), formats=READ)
    except UnidentifiedImageError as error:
        raise _refused("not_a_picture") from error
    if image.width * image.height > MOST_PIXELS:
        raise _refused("too_many_pixels")
    if max(image.size) < SHORTEST_SIDE:
        raise _refused("too_small")
    return image


def _remade(image: Image.Image) -> bytes:
    for side in SIDES:
        image.thumbnail((side, side))
        made = _on_white(image)
        if len(made) <= MOST_BYTES:
            return made
    raise _refused("too_detailed")


def _on_white(image: Image.Image) -> bytes:
    clean = Image.new("RGB", image.size, "white")
    with_alpha = image.convert("RGBA")
    clean.paste(with_alpha, mask=with_alpha.getchannel("A"))
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _refused(kind: str) -> DocumentError:
    return DocumentError(kind, kind=kind)
