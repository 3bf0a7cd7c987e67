"""The allow-list: the last step of every rendering, whatever the steps before it did. Called by `render`."""

import nh3

# Formulas. Only tags that lay out; never annotation, annotation-xml, semantics, maction, mglyph or svg, the ones
# through which markup changes its meaning when it is parsed again. They are in this list, and not put around it,
# because then nothing reaches a page that was not parsed and written by the sanitiser; and they are safe in it
# because no tag of a text ever gets here as a tag (comrak escapes them all), formulas.py writes each MathML element
# itself from a walk over its own list, and no element whose content is raw text (style, script, title …) is allowed.
MATH = {
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "mspace",
    "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
}  # fmt: skip
MATH_ATTRIBUTES: dict[str, set[str]] = {
    "math": {"display"},
    "menclose": {"notation"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mo": {"accent", "fence", "form", "lspace", "mathvariant", "maxsize", "minsize", "rspace", "separator", "stretchy"},
    "mpadded": {"height", "width"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "mathcolor", "mathvariant", "scriptlevel"},
    "mtable": {"columnalign", "columnspacing", "displaystyle", "rowspacing"},
    "mtd": {"columnalign"},
    "mtext": {"mathvariant"},
}  # fmt: skip

TEXT = {
    "a", "blockquote", "br", "button", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
BIDI = ("h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th")
REGION = {"role": {"group"}, "tabindex": {"0"}}
VALUES: dict[str, dict[str, set[str]]] = {
    **{tag: {"dir": {"auto"}} for tag in BIDI},
    "button": {"type": {"button"}, "data-action": {"copy-code"}},
    "div": REGION,
    "pre": REGION,
    "span": {"role": {"img"}},
}
CLASSES = {
    "button": {"code-copy"},
    "code": {"tex"},
    "div": {"code", "code-head", "table"},
    "p": {"raw"},
    "span": {"code-language", "task", "k", "s", "n", "c", "f", "t", "i", "d"},
    "td": {"align-center", "align-right"},
    "th": {"align-center", "align-right"},
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "div": {"aria-label"},
    "ol": {"start"},
    "pre": {"aria-label"},
    "span": {"aria-label"},
    **MATH_ATTRIBUTES,
}

_CLEANER = nh3.Cleaner(
    tags=TEXT | MATH,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    allowed_classes=CLASSES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def clean(html: str) -> str:
    return _CLEANER.clean(html)
