"""CPU of a growing text by tenths: `python -m tests.benchmarks.rendering`. The last must not cost more than the first.

Each shape is 100 000 characters, flushed every 60 (50 ms of a fast reply), and, as the engine does, no sooner after
an expensive rendering than `flush_interval` allows at 1 200 characters a second.
"""

import sys
from time import process_time

from conversations.markdown import IncrementalRenderer, render

LENGTH, STEP, PACE = 100_000, 60, 1_200
PROSE = "The harbour was **calm** at dawn, and `boats` lay by the [quay](https://example.com/quay) in rows. " * 4
SHAPES = {
    "prose": f"{PROSE}\n\n",
    "one list": "- A point about **boats** and `ropes`, which is not long\n",
    "one fence": "    total = sum(boat.length for boat in harbour)  # metres\n",
    "one table": "| Boat | 12 m | **blue** | a remark about it |\n",
}
OPENINGS = {"one fence": "```python\n", "one table": "| Name | Length | Colour | Remark |\n|---|--:|---|---|\n"}


def tenths(text: str, paced: bool) -> list[float]:
    renderer = IncrementalRenderer()
    spent, due = [0.0] * 10, 0.0
    for place in range(0, LENGTH, STEP):
        renderer.write(text[place : place + STEP])
        if paced and place / PACE < due:
            continue
        began = process_time()
        renderer.flush()
        spent[place * 10 // LENGTH] += process_time() - began
        due = place / PACE + renderer.flush_interval
    renderer.close()
    if renderer.snapshot()[0] != render(text):
        sys.exit("the commits differ from the whole")
    return spent


def main() -> None:
    for paced in (False, True):
        print("no sooner than `flush_interval` allows" if paced else "a flush every 60 characters")
        for name, unit in SHAPES.items():
            text = (OPENINGS.get(name, "") + unit * (LENGTH // len(unit) + 1))[:LENGTH]
            spent = tenths(text, paced)
            figures = " ".join(f"{1000 * part:6.1f}" for part in spent)
            print(f"{name:10} ms {figures}   last/first {spent[-1] / spent[0]:.2f}")


if __name__ == "__main__":
    main()
