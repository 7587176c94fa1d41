"""Pancake flips over all permutations: integers and list elements."""


def run() -> str:
    size = 8
    permutation = list(range(size))
    count = [0] * size
    highest = 0
    checksum = 0
    turn = 0
    left = size
    while True:
        while left != 1:
            count[left - 1] = left
            left -= 1
        work = permutation[:]
        flips = 0
        first = work[0]
        while first != 0:
            low = 0
            high = first
            while low < high:
                kept = work[low]
                work[low] = work[high]
                work[high] = kept
                low += 1
                high -= 1
            flips += 1
            first = work[0]
        if flips > highest:
            highest = flips
        if turn % 2 == 0:
            checksum += flips
        else:
            checksum -= flips
        while True:
            if left == size:
                return f"{checksum} {highest}"
            head = permutation[0]
            for at in range(left):
                permutation[at] = permutation[at + 1]
            permutation[left] = head
            count[left] -= 1
            if count[left] > 0:
                break
            left += 1
        turn += 1
