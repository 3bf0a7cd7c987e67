"""Texts that are hard to render: marks in runs, half-typed markup, many scripts. Every word is there once."""

from random import Random

MARKS = [
    *"*_~`$[]()<>|#-+=!&:;'\"\\/.,^{}@%?",
    "**",
    "__",
    "~~",
    "```",
    "~~~",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "](",
    "[^",
]
MARKS += ["- ", "1. ", "> ", "# ", "| ", "---", "||", "    ", "<b>", "</b>", "<!--", "-->", "&amp;", "https://", "www."]
BREAKS = ["\n", "\n", "\n\n", "\n\n", "\r\n", "\r", "  \n", "\\\n", "\n    ", "\n> ", "\n- ", "\n| "]
ODD = [
    "\0",
    "\ud83d",
    "\ude00",
    "\u2028",
    "\u0085",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\ufffd",
    "\t",
    "\x1b",
    "\x0b",
    "\xa0",
]
SIGNS = ["👍", "👩‍👩‍👧", "🏳️‍🌈", "e\u0301", "，", "。", "「", "」", "！", "…", "–", "€"]
BASES = ["tide", "Hafen", "quay", "boat", "潮", "港口", "바다", "파도", "שלום", "مرحبا", "é", "ß", "море", "Ω"]
#: A link that is defined after its use.
LATE_LINK = "[known]: https://example.com/known\n\n"
#: Words that are markup: the label and the address of this link, and what makes a formula of a fence.
HIDDEN = {"known", "https", "example", "com", "math"}
FORMULAS = [
    r"\frac{%s}{%s}",
    r"%s^2 + %s",
    r"\begin{aligned}%s &= 1+2 \\ &= %s\end{aligned}",
    r"\begin{cases}%s & \text{%s}\end{cases}",
    r"\sqrt{%s} \le \mbox{%s}",
    r"\mystery{%s} %s",
    r"%s \left( %s",
]
LANGUAGES = [
    "",
    "",
    "",
    "python",
    "sh",
    "markdown",
    "html",
    "js",
    "diff",
    "yaml",
    "java",
    "math",
    "C++",
    "mystery",
    "two words",
]
LENGTHS = [10, 100, 1_000, 4_000, 20_000, 60_000]
#: What runs are made of. Most parsers search for the partners of the first.
UNITS = [*"*_~`$[](<"] * 3 + [*")>|#-+=!&\\.^{}\n"] + [" ", "a"] * 4


class TextMaker:
    """Makes the text of one block. `max_length`: about how many characters it may have."""

    def __init__(self, random: Random, max_length: int) -> None:
        self._random, self._max_length = random, max_length
        self._words = random.randrange(1000)

    def text(self) -> str:
        shapes = [
            self._soup,
            self._soup,
            self._prose,
            self._run,
            self._run,
            self._table,
            self._fence,
            self._formula,
            self._nested,
        ]
        pieces = [self._run()] * (self._random.random() < 0.2)
        for _ in range(self._random.choice([1, 1, 2, 3, 6])):
            pieces += [self._random.choice(shapes)(), self._random.choice(["", " ", "\n", "\n\n", "\n\n"])]
        if self._random.random() < 0.05:
            pieces += ["\n\n", "[known] ", LATE_LINK]
        return "".join(pieces)[: self._max_length]

    def _word(self) -> str:
        self._words += 1
        return f"{self._random.choice(BASES)}{self._words}"

    def _soup(self) -> str:
        """Marks and words in any order."""
        marks = self._random.sample(MARKS, self._random.randint(1, 6))
        others = [*self._random.sample(BREAKS, 2), *self._random.sample(SIGNS, 1), " "]
        if self._random.random() < 0.2:
            others += self._random.sample(ODD, 2)
        kinds = [lambda: self._random.choice(marks), lambda: self._random.choice(others), self._word, lambda: " "]
        return "".join(self._random.choice(kinds)() for _ in range(self._random.choice([5, 20, 60, 300])))

    def _prose(self) -> str:
        """Sentences, now and then with emphasis, on lines that may be very long."""
        words = [self._word() for _ in range(self._random.choice([3, 30, 300]))]
        for place in self._random.sample(range(len(words)), len(words) // 5):
            mark = self._random.choice(["*", "**", "`", "~~", "$", "_", '"', "「"])
            words[place] = f"{mark}{words[place]}{self._random.choice([mark, mark, mark, ''])}"
        return self._random.choice([" ", " ", "", "\n", "\n\n"]).join(words)

    def _run(self) -> str:
        """One to four marks, again and again."""
        unit = "".join(self._random.choices(UNITS, k=self._random.choice([1, 2, 2, 3, 3, 4])))
        return unit * (self._random.choice(LENGTHS) // len(unit) + 1)

    def _table(self) -> str:
        columns, rows = self._random.choice([1, 2, 3, 8, 40]), self._random.choice([0, 1, 3, 30])
        lines = [self._row(columns), "|" + self._random.choice(["---|", ":-:|", "-|"]) * columns]
        lines += [self._row(columns + self._random.choice([0, 0, 0, -1, 1])) for _ in range(rows)]
        return "\n".join(lines) + "\n"

    def _row(self, columns: int) -> str:
        cells = [
            self._random.choice(["%s", "%s", "**%s**", "`%s`", "`%s || 1`", "$%s$", r"%s \| 1"]) for _ in range(columns)
        ]
        return "| " + " | ".join(cell % self._word() for cell in cells) + " |"

    def _fence(self) -> str:
        mark = self._random.choice(["```", "```", "````", "~~~"])
        language, lines = self._random.choice(LANGUAGES), [self._code() for _ in range(self._random.choice([0, 1, 3]))]
        if self._random.random() < 0.2:
            lines.append(f"```sh\n{self._word()}\n```")
        close = self._random.choice([mark, mark, mark, ""])
        indent = self._random.choice(["", "", "  ", "- ", "> "])
        return f"{indent}{mark}{language}\n" + "\n".join(lines) + f"\n{close}\n"

    def _code(self) -> str:
        return self._random.choice([self._soup, self._soup, self._run])()

    def _formula(self) -> str:
        tex = self._random.choice(FORMULAS) % (self._word(), self._word())
        begin, end = self._random.choice([("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("$$\n", "\n$$")])
        return f"{self._word()} {begin}{tex}{self._random.choice([end, end, end, ''])} {self._word()}"

    def _nested(self) -> str:
        """Lists and quotes in each other, and brackets in brackets."""
        depth, mark = (
            self._random.choice([3, 30, 300]),
            self._random.choice(["- ", "> ", "1. ", "* > ", "[", "(", "<b>"]),
        )
        if self._random.random() < 0.5:
            return mark * depth + self._word()
        return "\n".join(" " * 2 * level + f"- {self._word()}" for level in range(min(depth, 60)))
