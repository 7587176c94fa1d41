"""Integer arithmetic with division and remainder."""


def length(number: int) -> int:
    count = 1
    while number != 1:
        if number % 2 == 0:
            number = number // 2
        else:
            number = 3 * number + 1
        count += 1
    return count


def run() -> str:
    best = 0
    holder = 0
    for number in range(1, 6000):
        found = length(number)
        if found > best:
            best = found
            holder = number
    return f"{holder} {best}"
