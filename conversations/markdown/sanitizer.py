"""The HTML sanitizer: allow-lists of elements, attributes and classes. The last step of `render`."""

import nh3

# MathML: only elements that lay out a formula. Browsers parse annotation, annotation-xml, semantics, maction, mglyph
# and svg by other rules when sanitized HTML is parsed again, so they are left out. The elements listed are safe:
# comrak escapes every tag of the text, formulas.py writes each element itself from this list, and no element with
# raw text (style, script, title …) is allowed.
MATH = {
    "math",
    "menclose",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
}
STYLE = {"displaystyle", "mathcolor", "scriptlevel"}
MATH_ATTRIBUTES: dict[str, set[str]] = {
    "math": {"display"},
    "menclose": {"notation"},
    "mfrac": {"linethickness", *STYLE},
    "mi": {"mathvariant"},
    "mo": {"form", "largeop", "lspace", "maxsize", "minsize", "movablelimits", "rspace", "stretchy", "symmetric"},
    "mover": {"accent"},
    "mpadded": {"height", "voffset", "width"},
    "mrow": STYLE,
    "mspace": {"width"},
    "mstyle": STYLE,
    "mtable": STYLE,
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
}
# How math-core's inline styles, which the content security policy refuses, are written instead.
MATH_CLASSES = {
    "text-align: right": "right",
    "text-align: left": "left",
    "padding-right: 0": "no-end",
    "padding-left: 0": "no-start",
    "padding-left:1em": "wide-start",
    "border-top": "line-above",
    "border-bottom": "line-below",
    "border-left": "line-before",
    "border-right": "line-after",
    "width: 100%": "whole",
    "width: 50%": "half",
}

TEXT = {
    "a",
    "blockquote",
    "br",
    "button",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
DIRECTIONAL = ("h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th")
SCROLLING_REGION = {"role": {"group"}, "tabindex": {"0"}}
VALUES: dict[str, dict[str, set[str]]] = {
    **{tag: {"dir": {"auto"}} for tag in DIRECTIONAL},
    "button": {"type": {"button"}, "data-action": {"copy-code"}},
    "div": SCROLLING_REGION,
    "code": {"dir": {"ltr"}},
    "pre": {**SCROLLING_REGION, "dir": {"ltr"}},
    "span": {"role": {"img", "group"}, "tabindex": {"0"}},
}
CLASSES = {
    "a": {"address"},
    "button": {"code-copy"},
    "code": {"tex"},
    "div": {"code", "code-head", "table"},
    "p": {"raw"},
    "span": {"code-language", "task", "formula", "formula-in-line", "k", "s", "n", "c", "f", "t", "i", "d"},
    "mtable": set(MATH_CLASSES.values()),
    "mtd": set(MATH_CLASSES.values()),
    "td": {"align-center", "align-right"},
    "th": {"align-center", "align-right"},
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "div": {"aria-label"},
    "ol": {"start"},
    "pre": {"aria-label"},
    "span": {"aria-label", "data-tex"},
    **MATH_ATTRIBUTES,
}

_SANITIZER = nh3.Cleaner(
    tags=TEXT | MATH,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    allowed_classes=CLASSES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def sanitize(html: str) -> str:
    """Return the HTML without everything that is not on the allow-lists."""
    return _SANITIZER.clean(html)
