"""Splitting a published sum over places so that the parts add up to it again.

All splits are synthetic. They are pure functions of their arguments, so the
same tables give the same parts everywhere.
"""

import hashlib
from fractions import Fraction


def order_of(*key):
    """A fixed, even order without meaning: the digest of the key."""
    return hashlib.sha256("/".join(map(str, key)).encode()).digest()


def largest_remainder(total, weights, key):
    """`total` (0 or more) in whole parts proportional to `weights`.

    The parts add up to `total`. Who gets the last units among equals is fixed by
    `key`, so that it is not the same place for every figure."""
    whole = sum(weights)
    if whole <= 0:
        weights, whole = [1] * len(weights), len(weights)
    shares = [Fraction(total) * weight / whole for weight in weights]
    parts = [int(share) for share in shares]
    rests = [share - part for share, part in zip(shares, parts)]
    order = sorted(range(len(parts)), key=lambda i: (-rests[i], order_of(key, i)))
    for i in order[:total - sum(parts)]:
        parts[i] += 1
    return parts


def at_least_one(total, weights, key):
    """As largest_remainder, but nobody gets 0 where there is enough for all."""
    if total < len(weights):
        return largest_remainder(total, weights, key)
    return [1 + part for part in largest_remainder(total - len(weights), weights, key)]


def grants(posts_hundredths, rate_ore, outcome_ore):
    """What each gets for its posts, in öre: posts × rate rounded down or up to
    whole kronor, so that the sum is exactly `outcome_ore`. What rounding cannot
    reach is put on the last ones."""
    exact = [posts * rate_ore for posts in posts_hundredths]  # in 1/100 öre
    parts = [value // 10000 * 100 for value in exact]
    rests = [value % 10000 for value in exact]
    missing = outcome_ore - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (-rests[i], i))
    for i in order:
        if missing < 100 or rests[i] == 0:
            break
        parts[i] += 100
        missing -= 100
    for i in reversed(range(len(parts))):
        change = max(missing, -parts[i])
        parts[i] += change
        missing -= change
    return parts
