"""The kernel: make text safe to stand in an HTML page, as html.escape does.

Five calls of str.replace, each a search and a copy in C: the interpreter runs a handful of
instructions, however long the text. A port can save passes over the text, and no more than that.
"""


def escape_html(text: str) -> str:
    text = text.replace("&", "&amp;")
    text = text.replace("<", "&lt;")
    text = text.replace(">", "&gt;")
    text = text.replace('"', "&quot;")
    return text.replace("'", "&#x27;")
