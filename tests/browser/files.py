"""Files for tests, and what people do with them in the page."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.site import eventually

#: 200 characters, with both kinds of quotation marks.
JAPANESE_NAME = "「四半期報告書」の\"最終版\"と'下書き'" + "、売上と費用" * 29 + "の表.pdf"
#: A transfer of files and texts, as the browser makes it when something is dropped or pasted.
BUILD_TRANSFER = """({ files, texts }) => {
  const transfer = new DataTransfer();
  for (const [type, text] of Object.entries(texts)) transfer.setData(type, text);
  for (const { name, mimeType, bytes } of files) {
    transfer.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
  }
  return transfer;
}"""
#: Returns whether the browser would put the text into the field; then it does.
PASTE = """(field, { transfer, text }) => {
  const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  const isText = field.dispatchEvent(event);
  if (isText && text) document.execCommand("insertText", false, text);
  return isText;
}"""

File = dict[str, Any]


def image(name: str = "plan.png", width: int = 400, height: int = 300) -> File:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x28\x78\xa0" * width) * height)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return {"name": name, "mimeType": "image/png", "buffer": content}


def text_file(name: str = "notes.txt", content: str = "The meeting is on Monday.") -> File:
    return {"name": name, "mimeType": "text/plain", "buffer": content.encode()}


def attach(window, *files: File) -> None:
    """Choose files with the button of the composer."""
    window.page.locator("#composer").get_by_label("Attach files").set_input_files(list(files))


def attach_and_wait(window, *files: File) -> None:
    number = attached(window).count()
    attach(window, *files)
    # Each is read by a process of its own, which takes its time on a busy machine.
    expect(attached(window)).to_have_count(number + len(files), timeout=30_000)


def rows(window):
    """The files of the composer, in all states."""
    return window.page.locator("#composer [data-files] > li")


def attached(window):
    """The files of the composer that are uploaded."""
    return window.page.locator("#composer [data-files] > li:not([data-state])")


def build_transfer(window, *files: File, **texts: str):
    contents = [{**file, "bytes": list(file["buffer"]), "buffer": None} for file in files]
    types = {"plain": "text/plain", "html": "text/html"}
    argument = {"files": contents, "texts": {types[name]: text for name, text in texts.items()}}
    return window.page.evaluate_handle(BUILD_TRANSFER, argument)


def drop(window, *files: File, on: str = "body") -> None:
    transfer = build_transfer(window, *files)
    for name in ("dragenter", "dragover", "drop"):
        window.page.dispatch_event(on, name, {"dataTransfer": transfer})


def paste(window, *files: File, **texts: str) -> bool:
    """Paste into the composer; returns whether that was left to the browser, as it is for a text."""
    window.composer.focus()
    transfer = build_transfer(window, *files, **texts)
    is_text: bool = window.composer.evaluate(PASTE, {"transfer": transfer, "text": texts.get("plain", "")})
    return is_text


def hold_uploads(window) -> Callable[[], None]:
    """Uploads stay on their way. The returned function waits for the first one, and lets it go on."""
    routes: list[Any] = []

    def hold(route) -> None:
        if route.request.method == "POST":
            routes.append(route)
        else:
            route.continue_()

    def release() -> None:
        eventually(lambda: routes or window.page.wait_for_timeout(50))
        routes[0].continue_()

    window.page.route("**/files/", hold)
    return release
