"""The same in one pass, in Python: str.translate with a table, which is what one would write who
counts passes. It looks up each character, though, where str.replace searches for one in long
strides.
"""

TABLE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def escape_html(text):
    return text.translate(TABLE)
