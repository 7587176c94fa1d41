"""Primes by sieve: a list of flags."""


def run() -> str:
    limit = 400_000
    composite = [False] * (limit + 1)
    count = 0
    last = 0
    for number in range(2, limit + 1):
        if composite[number]:
            continue
        count += 1
        last = number
        for multiple in range(number * number, limit + 1, number):
            composite[multiple] = True
    return f"{count} {last}"
