"""Functions of which `examine` has something to tell."""


def branchy(n, items):
    if n > 10 and items:
        return "big"
    out = [x for x in items if x]
    while n < 0:
        n += 1
    return len(out)


def grows(items, more=2):
    items.append(more)
    return items


def same(a, b):
    return a is b


def kind(value):
    return type(value) is int, isinstance(value, int)


def spins():
    while True:
        pass


class Loud:
    def __del__(self):
        raise ValueError("not heard")


def quiet():
    import gc

    Loud()
    gc.collect()  # where that is when __del__ is called
    return 0.0


def total(xs):
    out = 0.0
    for x in xs:
        out += x
    return out


def product(xs):
    out = 1.0
    for x in xs:
        out *= x
    return out


def numbers(n: int, name: "str" = "x", *rest):
    yield from range(n)


def fails(n):
    raise KeyError(n)
