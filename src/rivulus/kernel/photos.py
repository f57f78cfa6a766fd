"""Photos that people send: what is taken, and how it is made harmless. Pure: bytes in, bytes out."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_PHOTOS = 6
MOST_BYTES = 8 * 1024 * 1024
# A small file can unfold to gigabytes: the size is read from the header and refused before anything is decoded.
MOST_PIXELS = 50_000_000
LONGEST_SIDE_PX = 2000
CAPTION_LENGTH = 200
# Drawings such as SVG can carry scripts; only these three kinds of pixels are read at all.
KINDS = ("JPEG", "PNG", "WEBP")
QUALITY = 85

NOT_A_PHOTO = N_("The file %(number)s is not a photo that can be read; use JPEG, PNG or WebP.")
TOO_MANY_PIXELS = N_("The photo %(number)s is too large to be opened; make it smaller first.")


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A file as it was sent, and the words for those who do not see it."""

    content: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo encoded anew: nothing of the sent file is left but its pixels."""

    content: bytes
    caption: str
    width: int
    height: int
    sha256: str


def check_photos(photos: Sequence[NewPhoto]) -> None:
    """Refuse too many photos, files that are too heavy, and photos without words."""
    if len(photos) > MOST_PHOTOS:
        raise Refused(N_("Too many photos: at most %(most)s at a time."), most=MOST_PHOTOS)
    for number, photo in enumerate(photos, 1):
        if len(photo.content) > MOST_BYTES:
            raise Refused(N_("The photo %(number)s is larger than 8 MB."), number=number)
        if not photo.caption.strip():
            raise Refused(N_("Say what the photo %(number)s shows, for those who cannot see it."), number=number)
        if len(photo.caption.strip()) > CAPTION_LENGTH:
            raise Refused(N_("The words for the photo %(number)s are too long."), number=number)


def clean_photos(photos: Sequence[NewPhoto]) -> tuple[CleanPhoto, ...]:
    """Check the photos and encode each anew: at most 2000 px, upright, without camera, place or other data."""
    check_photos(photos)
    return tuple(_clean(photo, number) for number, photo in enumerate(photos, 1))


def _clean(photo: NewPhoto, number: int) -> CleanPhoto:
    try:
        pixels = _pixels(photo.content, number)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(TOO_MANY_PIXELS, number=number) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        # What Pillow raises for files that are cut off, or lie about themselves.
        raise Refused(NOT_A_PHOTO, number=number) from error
    stream = io.BytesIO()
    pixels.save(stream, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    content = stream.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    return CleanPhoto(content, photo.caption.strip(), pixels.width, pixels.height, digest)


def _pixels(content: bytes, number: int) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=KINDS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            raise Refused(TOO_MANY_PIXELS, number=number)
        sent.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))  # lets JPEG decode at a smaller size
        upright = ImageOps.exif_transpose(sent)
        upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        seen = upright.convert("RGBA")
    # A fresh image has no comment, profile or metadata that saving could carry over.
    fresh = Image.new("RGB", seen.size, "white")
    fresh.paste(seen, mask=seen.getchannel("A"))
    return fresh
