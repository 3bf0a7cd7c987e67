"""Where tools stand in the HTML of an answer: an empty element for each row of calls, in which the page shows them."""

import re

PLACE = re.compile(r'<div class="tools" data-tools="(\d+)"></div>')


def tools_place(number: int) -> str:
    """The place of the row of calls with this number, from 1. What is rendered can contain no such element."""
    return f'<div class="tools" data-tools="{number}"></div>'
