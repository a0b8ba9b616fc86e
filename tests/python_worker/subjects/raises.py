def twice(x):
    return 2 * x


raise ValueError("at import \udc80")
