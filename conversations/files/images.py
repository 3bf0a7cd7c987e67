"""Images: checked by their header, then decoded, scaled and written again, without what else was in the file."""

from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps

from conversations.files.facts import Facts, Unreadable
from conversations.files.limits import (
    MAX_FRAMES,
    MAX_PIXELS,
    MAX_SENT_IMAGE,
    MAX_SIDE,
    PIXELS_PER_TOKEN,
    SENT_SIDE,
    THUMBNAIL_SIDE,
)

#: Pillow's name for each format that is read: no other of its decoders sees a file.
FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/heic": "HEIF",
    "image/avif": "AVIF",
}


def read_image(file: Path, media_type: str, folder: Path) -> Facts:
    """Write `sent` (JPEG or PNG) and `thumbnail` (WebP) of the first frame. Raises Unreadable."""
    if media_type == "image/heic":
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    # Our own limits come first, and name themselves.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(file, formats=[FORMATS[media_type]]) as image:
        check_header(image)
        if image.format == "JPEG":
            # The decoder leaves out what scaling would throw away.
            image.draft("RGB", (SENT_SIDE, SENT_SIDE))
        image.load()
        is_photo = image.format in {"JPEG", "HEIF", "AVIF"}
        picture = turn_upright(scale(image, SENT_SIDE))
    sent_media_type = write_sent(picture, folder / "sent", is_photo=is_photo)
    scale(picture, THUMBNAIL_SIDE).save(folder / "thumbnail", "WEBP", quality=80)
    tokens = picture.width * picture.height // PIXELS_PER_TOKEN + 1
    return Facts(
        "image",
        media_type,
        sent_media_type,
        tokens,
        width=picture.width,
        height=picture.height,
        has_sent=True,
        has_thumbnail=True,
    )


def check_header(image: Image.Image) -> None:
    """Raise Unreadable for what is too large, before any pixel is decoded."""
    if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise Unreadable("pixels", limit=MAX_SIDE, count=max(image.size))
    if image.format == "GIF":
        # To count its frames, all of the file would be read.
        try:
            image.seek(MAX_FRAMES)
        except EOFError:
            image.seek(0)
            return
        raise Unreadable("frames", limit=MAX_FRAMES)
    if getattr(image, "n_frames", 1) > MAX_FRAMES:
        raise Unreadable("frames", limit=MAX_FRAMES)


def scale(image: Image.Image, side: int) -> Image.Image:
    """The image with no side longer than `side`, in RGB or, where it is transparent, RGBA."""
    image = image if image.mode in {"RGB", "RGBA"} else convert(image)
    longest = max(image.size)
    if longest > side:
        size = (max(1, round(image.width * side / longest)), max(1, round(image.height * side / longest)))
        # `reducing_gap`: first by whole numbers, which is fast, to at least twice the size.
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def turn_upright(image: Image.Image) -> Image.Image:
    """The image as its EXIF says that the camera was held; unchanged where that cannot be read."""
    with suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def convert(image: Image.Image) -> Image.Image:
    if image.mode in {"I;16", "I;16B", "I"}:
        # 16 bits a pixel: Pillow would cut what is brighter than 255.
        image = image.point(lambda value: value / 256).convert("L")
    is_transparent = image.has_transparency_data
    return image.convert("RGBA" if is_transparent else "RGB")


def write_sent(picture: Image.Image, file: Path, *, is_photo: bool) -> str:
    """Write the image as it is sent; returns its media type: PNG, which keeps text sharp, unless that is too large."""
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    if not is_photo:
        clean.save(file, "PNG", compress_level=6)
        if file.stat().st_size <= MAX_SENT_IMAGE:
            return "image/png"
    if clean.mode == "RGBA":
        white = Image.new("RGB", clean.size, "white")
        white.paste(clean, mask=clean.getchannel("A"))
        clean = white
    clean.save(file, "JPEG", quality=88)
    return "image/jpeg"
