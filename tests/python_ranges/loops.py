"""Functions that do little but arithmetic, for benchmark.py."""


def congruential(n):
    seed = 1
    for _ in range(n):
        seed = (1103515245 * seed + 12345) % 2147483648
    return seed


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def collatz(n):
    longest = 0
    for start in range(1, n):
        k, steps = start, 0
        while k != 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            steps += 1
        longest = max(longest, steps)
    return longest


def comprehension(n):
    return [i * i - 3 * i for i in range(n) if i % 7]


def generators(n):
    return sum(i * i for i in range(n))


def sorted_by(n):
    return sorted(range(n), key=lambda v: v * 7919 % 10007)


def bodies(n):
    x, y, vx, vy = 1.0, 0.0, 0.0, 1.0
    for _ in range(n):
        r2 = x * x + y * y
        a = 1.0 / (r2 * r2**0.5)
        vx -= x * a * 0.001
        vy -= y * a * 0.001
        x += vx * 0.001
        y += vy * 0.001
    return x, y


class Walker:
    def __init__(self):
        self.x, self.y = 0.0, 0

    def step(self, i):
        self.x += i * 0.5
        self.y = self.y + i * 3

    def walk(self, n):
        for i in range(n):
            self.step(i)
        return self.x, self.y


def methods(n):
    return Walker().walk(n)


def matrix(n):
    a = [[i * n + j for j in range(n)] for i in range(n)]
    c = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i][j] += a[i][k] * a[k][j]
    return c[n - 1][n - 1]


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        before, row[0] = row[0], i
        for j in range(1, len(b) + 1):
            here = row[j]
            row[j] = min(row[j] + 1, row[j - 1] + 1, before + (a[i - 1] != b[j - 1]))
            before = here
    return row[-1]


def countdown(n):
    total = 0
    while n > 0:
        n -= 1
        total -= n
    return total


def hashed(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def accumulate(n):
    total = 0
    for i in range(n):
        total += i
    return total
