"""What the Python peers share: the curves, weights and bands of bench/models/shape.yaml, and how they say their times."""
import json
import time

# metric: (dimension, weight, curve)
METRICS = {
    "logins": ("product", 1, [(0, 0), (5, 40), (20, 70), (100, 100)]),
    "active_days": ("product", 2, [(0, 0), (1, 30), (4, 70), (20, 90), (28, 100)]),
    "active_users": ("product", 2, [(0, 0), (1, 30), (5, 70), (50, 100)]),
    "reach": ("product", 1, [(0, 0), (2, 40), (10, 80), (100, 100)]),
    "breadth": ("product", 2, [(0, 0), (3, 40), (10, 80), (30, 100)]),
    "momentum": ("product", 1, [(0, 0), (3, 40), (20, 80), (100, 100)]),
    "trend": ("product", 1, [(-2, 0), (0, 50), (2, 100)]),
    "recency": ("relationship", 2, [(0, 100), (7, 70), (30, 20), (60, 0)]),
    "tickets": ("relationship", 1, [(0, 100), (5, 60), (20, 20), (60, 0)]),
    "nps": ("relationship", 2, [(0, 0), (6, 30), (8, 80), (10, 100)]),
    "paid": ("business", 2, [(0, 0), (1000, 40), (10000, 80), (50000, 100)]),
    "workflows": ("business", 1, [(0, 0), (1, 40), (10, 100)]),
}
DIMENSIONS = {"product": 50, "relationship": 30, "business": 20}
MIN_COVERAGE = 600_000
BANDS = (4000, 7500)


class Times:
    def __init__(self, who):
        self.who, self.last, self.all = who, time.perf_counter(), 0.0

    def lap(self, name):
        now = time.perf_counter()
        self.say(name, now - self.last)
        self.all += now - self.last
        self.last = now

    def say(self, name, seconds):
        print(json.dumps({"group": "peers", "name": f"{self.who}: {name}", "unit": "s", "median": seconds}), flush=True)

    def end(self):
        self.say("together", self.all)
