"""The reply that is streamed: 60,000 characters with all that answers have, the same at every run."""

from random import Random

LENGTH, CHUNKS, SEED = 60_000, 10_000, 10
FENCES, TABLE_LINES, FORMULAS = 20, 50, 70
WORDS = """
harbour morning measure window letter report figure detail evening platform owner list wind rope ladder paper
station quiet second larger between however because always slowly across under carry write notice follow
"""


class ReplyMaker:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._words = WORDS.split()

    def make(self) -> str:
        """Paragraphs with all other blocks spread among them."""
        table_rows = TABLE_LINES // 5 - 2
        blocks = [self._fence() for _ in range(FENCES)] + [self._table(table_rows) for _ in range(5)]
        blocks += [self._list() for _ in range(20)] + [f"> {self._sentence()}\n> {self._sentence()}" for _ in range(8)]
        blocks += [f"{self._sentence()} $x_{{{n}}} = \\frac{{a}}{{{n + 1}}}$ {self._word()}." for n in range(FORMULAS)]
        blocks += [f"## {self._sentence()}" for _ in range(15)]
        while sum(map(len, blocks)) + 2 * len(blocks) < LENGTH:
            blocks.append(self._paragraph())
        self._random.shuffle(blocks)
        return "\n\n".join(blocks)[:LENGTH]

    def _word(self) -> str:
        return self._random.choice(self._words)

    def _sentence(self) -> str:
        words = [self._word() for _ in range(self._random.randint(5, 16))]
        marked = self._random.randrange(len(words))
        mark = self._random.choice(["", "", "**", "*", "`"])
        words[marked] = f"{mark}{words[marked]}{mark}"
        return " ".join(words).capitalize() + "."

    def _paragraph(self) -> str:
        link = f"[{self._word()}](https://example.com/{self._word()})"
        return " ".join([self._sentence() for _ in range(self._random.randint(2, 6))] + [link])

    def _fence(self) -> str:
        lines = [f"{self._word()} = compute({self._word()!r}, {n})  # {self._word()}" for n in range(10)]
        return "```python\n" + "\n".join(lines) + "\n```"

    def _table(self, rows: int) -> str:
        cells = [f"| {self._word()} | **{self._word()}** | {self._random.randrange(1000)} |" for _ in range(rows + 1)]
        return "\n".join([cells[0], "|---|---|--:|", *cells[1:]])

    def _list(self) -> str:
        return "\n".join(f"- {self._sentence()}\n  - {self._sentence()}" for _ in range(3))


def build_question() -> str:
    """What has the stand-in for Claude send the reply, at about six times the speed of a real one."""
    text = ReplyMaker(SEED).make()
    return f"[[nothinking]][[rate:500]][[deltas:{CHUNKS}]][[text]]{text}[[/text]]"
