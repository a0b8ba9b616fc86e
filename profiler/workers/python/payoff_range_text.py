"""The report of a range audit as text: source lines, and below each what its expressions do.

    print(render(report, everything=False))
"""

NAMES = {"double": "exact doubles (2^53)"}


def group(text):
    """Digits in threes; longer numbers by their first digits."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    if not digits.isdigit():
        return text
    if len(digits) > 40:
        return "%s%s.%se%d" % (sign, digits[0], digits[1:5], len(digits) - 1)
    return sign + format(int(digits), ",")


def where(event):
    """ "i = 1,626", or the value itself where no name tells the evaluations apart."""
    at = ", ".join("%s = %s" % (name, group(value)) for name, value in event["at"].items())
    if at:
        return "at " + at
    return "with the value " + group(event["value"]) if "value" in event else ""


def leaves(one):
    """One sentence on the types that the values leave."""
    found, parts = one.get("leaves", []), []
    negative = [event for event in found if event["type"][0] == "u" and event["value"][0] == "-"]
    if negative:
        parts.append("is negative first %s" % where(negative[0]))
    for event in found:
        if event not in negative:
            name = NAMES.get(event["type"], event["type"])
            verb = "" if len(parts) > bool(negative) else "leaves "
            parts.append("%s%s %s" % (verb, name, where(event)))
    return ", ".join(parts)


def oddities(one):
    """The sentences on conversions, divisions, shifts and floats."""
    for kind, text in (
        ("rounds", "is rounded to a double first {at}: {value} becomes {to}"),
        ("floor", "differs from C first {at}: {left} {op} {right} is {python} here, {c} there"),
        ("negative_shift", "shifts a negative number first {at}: {left}"),
        ("shift32", "shifts by more than 31 first {at}: by {right}"),
        ("shift64", "shifts by more than 63 first {at}: by {right}"),
        ("shift128", "shifts by more than 127 first {at}: by {right}"),
        ("inf", "reaches {value} first {at}"),
        ("nan", "is not a number (NaN) first {at}"),
        ("denormal", "is below the normal doubles first {at}: {value}"),
    ):
        if kind in one:
            event = one[kind]
            fields = {name: group(value) for name, value in event.items() if name != "at"}
            fields["at"] = where({"at": event["at"]}) or "at once"
            yield text.format(op=one.get("op"), **fields)


def describe(one):
    """The lines for one expression."""
    if "min" in one:
        low, high = group(one["min"]), group(one["max"])
        span = low if low == high else "%s … %s" % (low, high)
        head = "%s: %s (%s)" % (one["text"], span, one["type"])
        if one["float"]:
            head += ", and floats"
    else:
        head = "%s: floats" % one["text"]
    yield head
    left = leaves(one)
    if left:
        yield "    " + left
    for text in oddities(one):
        yield "    " + text


def is_noteworthy(one):
    quiet = {"line", "column", "end_line", "end_column", "text", "function", "kind", "float", "op"}
    quiet |= {"min", "max", "type", "bits"}
    events = set(one) - quiet - {"leaves"}
    return bool(events or [event for event in one.get("leaves", []) if event["value"][0] != "-"])


def call_line(call):
    if "raised" in call:
        raised = call["raised"]
        return "raised %s: %s" % (raised["type"], raised["message"])
    shown = repr(call["returned"])
    return "returned " + (shown if len(shown) <= 60 else shown[:57] + "…")


def render(report, everything=False):
    """The whole report."""
    lines = ["%s:%s" % (report["file"], report["function"])]
    for index, call in enumerate(report["calls"]):
        text = "call %d %s after %.3f s" % (index + 1, call_line(call), call["seconds"])
        if "plain" in report:
            plain = report["plain"][index]
            text += "; not audited it %s after %.3f s" % (call_line(plain), plain["seconds"])
        lines.append(text)
    source = report["source"].splitlines()
    shown = [one for one in report["expressions"] if everything or is_noteworthy(one)]
    last = None
    for one in shown:
        if one["line"] != last:
            last = one["line"]
            lines.append("%5d | %s" % (last, source[last - 1]))
        lines += ["      | " + text for text in describe(one)]
    hidden = len(report["expressions"]) - len(shown)
    if hidden:
        lines.append("%d more do well as 32-bit integers or doubles (--all shows them)" % hidden)
    return "\n".join(lines)
