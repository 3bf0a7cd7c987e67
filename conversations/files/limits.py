"""What a file may be, apart from the limits that are settings. No Django in here: the worker imports it."""

#: Pixels of an image, and on its longer side: the API refuses larger ones.
#: https://platform.claude.com/docs/en/build-with-claude/vision
MAX_PIXELS, MAX_SIDE = 64_000_000, 8_000
#: The longer side of an image as it is sent. Claude scales larger ones down itself, and counts no more tokens for them.
#: Documented for earlier models; the documentation names no other figure for the 5.x models.
SENT_SIDE = 1_568
#: Bytes of an image as it is sent: 5 MB as base64, the smallest limit that was ever documented.
MAX_SENT_IMAGE = 3_700_000
THUMBNAIL_SIDE = 320
#: Frames of an animation, of which the first is sent. One with more is made to keep its reader busy.
MAX_FRAMES = 1_000
#: Pages of all PDFs of a request; fewer where the model's window has less than a million tokens.
#: https://platform.claude.com/docs/en/build-with-claude/pdf-support
MAX_PAGES, MAX_PAGES_SMALL_WINDOW, LARGE_WINDOW = 600, 100, 1_000_000
#: Images of a request, with a large and a small window.
MAX_IMAGES, MAX_IMAGES_SMALL_WINDOW = 600, 100
#: Characters of a text, also of one that is extracted.
MAX_TEXT = 2_000_000
#: Bytes that the parts of a document may have when they are decompressed, and how many parts there may be.
MAX_INFLATED, MAX_PARTS = 100_000_000, 5_000
#: Tags in the XML of a document: a thousand pages have about a million.
MAX_TAGS = 1_500_000

#: Files of a person in a minute, in each process.
MAX_UPLOADS_PER_MINUTE = 120
#: Limits of the worker: address space in bytes for images (8,000 × 8,000 pixels with transparency, and their scaled
#: copy) and for anything else, seconds of CPU, and seconds until it is killed, before which a busy server may not have
#: given it these.
IMAGE_MEMORY, OTHER_MEMORY = 900_000_000, 400_000_000
CPU_SECONDS, WALL_SECONDS = 10, 30

#: About the tokens of an image are its pixels by this, those of a PDF its pages by that (text and picture).
PIXELS_PER_TOKEN, TOKENS_PER_PAGE = 750, 2_300
#: A low estimate: today's tokenizers take somewhat more than 3 bytes of English a token, and somewhat less of Chinese
#: and code. A prompt that is longer than estimated is sent once more with a summary or with fewer turns.
BYTES_PER_TOKEN = 2
