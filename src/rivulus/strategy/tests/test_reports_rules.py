"""Photos as people send them, and as somebody hostile would."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from rivulus.kernel import photos
from rivulus.kernel.errors import Refused
from rivulus.kernel.photos import NewPhoto, clean_photos


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, "teal").save(stream, kind, **more)  # type: ignore[arg-type]
    return stream.getvalue()


def clean(content: bytes) -> photos.CleanPhoto:
    return clean_photos([NewPhoto(content, "The new bridge")])[0]


def reopened(photo: photos.CleanPhoto) -> Image.Image:
    return Image.open(io.BytesIO(photo.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_encoded_anew_as_jpeg(kind: str) -> None:
    photo = clean(picture(kind))
    assert reopened(photo).format == "JPEG"
    assert (photo.width, photo.height) == reopened(photo).size == (60, 40)
    assert len(photo.sha256) == 64


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixels_is_taken(mode: str) -> None:
    stream = io.BytesIO()
    Image.new(mode, (30, 20)).save(stream, "PNG")
    assert reopened(clean(stream.getvalue())).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(stream, "PNG")
    assert reopened(clean(stream.getvalue())).getpixel((10, 10)) == (255, 255, 255)


def test_a_large_photo_becomes_2000_pixels_long() -> None:
    photo = clean(picture(size=(5000, 1000)))
    assert (photo.width, photo.height) == (2000, 400)


def test_a_small_photo_is_not_blown_up() -> None:
    assert clean(picture(size=(10, 10))).width == 10


def test_place_camera_and_comments_are_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (47.0, 39.0, 30.0)
    sent = picture(exif=exif, comment=b"SecretComment", icc_profile=b"SecretProfile" * 20)
    assert b"Secret" in sent
    photo = clean(sent)
    assert b"Secret" not in photo.content
    assert not reopened(photo).getexif()
    assert set(reopened(photo).info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert (clean(picture(size=(60, 40), exif=exif)).width, clean(picture(size=(60, 40), exif=exif)).height) == (40, 60)


def test_text_hidden_in_a_png_is_left_out() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    assert b"script" not in clean(picture("PNG", pnginfo=info)).content


def test_a_page_hidden_behind_a_photo_is_cut_off() -> None:
    hidden = b"<!doctype html><script>alert(document.cookie)</script>"
    assert hidden not in clean(picture() + hidden).content
    # A comment right after the start of a JPEG: the usual way to make one file be two.
    comment = b"\xff\xfe" + struct.pack(">H", len(hidden) + 2) + hidden
    plain = picture()
    assert hidden not in clean(plain[:2] + comment + plain[2:]).content


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<!doctype html><script>alert(1)</script>",
        SVG,
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7\n",
        b"\xff\xd8\xff\xe0",
        picture()[:200],
        picture("PNG")[:60],
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 30,
    ],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="not a photo"):
        clean(content)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("side", [8_000, 20_000, 60_000])
def test_a_small_file_that_unfolds_to_gigabytes_is_refused_unopened(side: int) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")
    with pytest.raises(Refused, match="too large"):
        clean(bomb)


def test_a_file_over_eight_megabytes_is_refused_unread() -> None:
    with pytest.raises(Refused, match="larger than 8 MB"):
        clean(b"\0" * (photos.MOST_BYTES + 1))


def test_at_most_six_photos_are_taken() -> None:
    one = NewPhoto(picture(), "Bridge")
    assert len(clean_photos([one] * 6)) == 6
    with pytest.raises(Refused, match="at most 6"):
        clean_photos([one] * 7)


@pytest.mark.parametrize("caption", ["", "   ", "x" * 201])
def test_a_photo_says_in_words_what_it_shows(caption: str) -> None:
    with pytest.raises(Refused, match="photo 1"):
        clean_photos([NewPhoto(picture(), caption)])


def test_the_same_photo_is_the_same_bytes_again() -> None:
    assert clean(picture()).sha256 == clean(picture()).sha256


BASE = {kind: picture(kind) for kind in ("JPEG", "PNG", "WEBP")}


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(BASE)), st.integers(0, 10_000), st.binary(min_size=1, max_size=24))
def test_a_damaged_file_is_taken_or_refused_and_nothing_else(kind: str, place: int, noise: bytes) -> None:
    content = bytearray(BASE[kind])
    start = place % len(content)
    content[start : start + len(noise)] = noise
    with contextlib.suppress(Refused):
        assert reopened(clean(bytes(content))).format == "JPEG"
