"""Choices of the generated tests: seeded by text, so that a seed means the same on every machine."""
import random


class Chance(random.Random):
    def one(self, *items):
        return items[self.randrange(len(items))]

    def often(self, share):
        return self.random() < share

    def weighted(self, *pairs):
        """pairs of (weight, item)"""
        left = self.random() * sum(weight for weight, _ in pairs)
        for weight, item in pairs:
            left -= weight
            if left < 0:
                return item
        return pairs[-1][1]
