"""The same in Python without the call: what any port of the small function has to beat."""


def clamp_all(values, low, high):
    return [low if value < low else high if value > high else value for value in values]
