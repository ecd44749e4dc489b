"""Search problems with known optima, in the vocabulary of W&B sweep files.

Every problem is minimised. `parameters` is what a sweep file says; `value(config)` is the noise-free
result, or None where the run fails; `noise` is the standard deviation of what the searcher sees.
"""

import math
from dataclasses import dataclass
from typing import Callable, Optional


@dataclass(frozen=True)
class Problem:
    name: str
    parameters: dict
    value: Callable[[dict], Optional[float]]
    optimum: float
    noise: float = 0.0


def real(low, high):
    return {"distribution": "uniform", "min": float(low), "max": float(high)}


def log(low, high):
    return {"distribution": "log_uniform_values", "min": float(low), "max": float(high)}


def integer(low, high):
    return {"distribution": "int_uniform", "min": low, "max": high}


def choice(*values):
    return {"values": list(values)}


def branin(x, y):
    b, c = 5.1 / (4 * math.pi**2), 5 / math.pi
    return (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


H6A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
H6P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]
H3A = [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]
H3P = [[0.3689, 0.1170, 0.2673], [0.4699, 0.4387, 0.7470], [0.1091, 0.8732, 0.5547], [0.0381, 0.5743, 0.8828]]


def hartmann(x, a, p):
    weights = [1.0, 1.2, 3.0, 3.2]
    return -sum(w * math.exp(-sum(aj * (xj - pj) ** 2 for aj, xj, pj in zip(ai, x, pi))) for w, ai, pi in zip(weights, a, p))


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def ackley(x):
    n = len(x)
    mean_square = sum(v * v for v in x) / n
    mean_cosine = sum(math.cos(2 * math.pi * v) for v in x) / n
    return -20 * math.exp(-0.2 * math.sqrt(mean_square)) - math.exp(mean_cosine) + 20 + math.e


def levy(x):
    w = [1 + (v - 1) / 4 for v in x]
    middle = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    return math.sin(math.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


def styblinski(x):
    return sum(v**4 - 16 * v * v + 5 * v for v in x) / 2


def unit(value, low, high):
    return math.log(value / low) / math.log(high / low)


def tuning(c, crash):
    """1 - SSIM of a training run: lr coupled to batch size, a cliff, and saturation in iterations."""
    lr, mbs, patch, iterations = c["lr"], c["mbs"], c["patchsize"], c["max_iterations"]
    slope = {"adam": 0.0, "rmsprop": 0.15, "sgd": 1.2}[c.get("optimizer", "adam")]
    limit = math.log10(3e-3) + 0.35 * math.log10(mbs / 32) + slope
    if math.log10(lr) > limit:
        return None if crash else 0.6
    best = math.log10(4e-4) + 0.4 * math.log10(mbs / 32) + slope
    seen = lr / 10**best * iterations / 20000
    bias = 0.05 * math.exp(-1.5 * min(seen, 50) ** 0.5)
    offset = 0.004 * max(0.0, math.log10(lr) - best) ** 2 + 0.001 * (math.log10(lr) - best) ** 2
    noise = 0.003 * (math.log2(mbs) - 5) ** 2 / 10 + 0.002 * ((patch - 80) / 48) ** 2
    norm = 0.002 if c.get("data_norm", "meanstd") == "minmax" else 0.0
    worse = {"adam": 0.0, "rmsprop": 0.001, "sgd": 0.006}[c.get("optimizer", "adam")]
    return 0.08 + bias + offset + noise + norm + worse


TUNING = {"lr": log(1e-5, 1e-2), "mbs": integer(2, 128), "patchsize": integer(32, 128), "max_iterations": integer(1000, 100000)}


def categorical_bowls(c):
    centre = {"a": (0.2, 0.8), "b": (0.7, 0.3), "c": (0.5, 0.5), "d": (0.9, 0.9)}[c["kind"]]
    floor = {"a": 0.3, "b": 0.0, "c": 0.15, "d": 0.5}[c["kind"]]
    mode = {"fast": 0.0, "slow": 0.1, "mixed": 0.05}[c["mode"]]
    return floor + mode + 2 * (c["x"] - centre[0]) ** 2 + 3 * (c["y"] - centre[1]) ** 2 + 0.05 * math.sin(8 * c["x"])


def half_space_failure(c):
    x = [c[k] for k in "pqrs"]
    if x[0] + x[1] > 1.05:
        return None
    return sum((v - t) ** 2 for v, t in zip(x, (0.5, 0.5, 0.3, 0.8)))


def ten_with_three(c):
    bowl = 3 * (unit(c["lr"], 1e-5, 1) - 0.6) ** 2 + 2 * (c["width"] / 64 - 0.4) ** 2
    return bowl + {"relu": 0.0, "tanh": 0.2, "elu": 0.05}[c["act"]] + 0.02 * c["a"] + 0.01 * (c["b"] - 0.5) ** 2


def goldstein(x, y):
    a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y)
    b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y)
    return a * b


def camel(x, y):
    return (4 - 2.1 * x * x + x**4 / 3) * x * x + x * y + (4 * y * y - 4) * y * y


def griewank(x):
    product = math.prod(math.cos(v / math.sqrt(i + 1)) for i, v in enumerate(x))
    return 1 + sum(v * v for v in x) / 4000 - product


def tuning_listed(c):
    """The tuning surface with batch and patch sizes from lists and iterations in log steps."""
    return tuning({**c, "max_iterations": min(c["max_iterations"], 100000)}, True)


def bells(c):
    return (c["a"] - 1.2) ** 2 / 4 + (math.log(c["b"]) + 0.8) ** 2 / 4 + ((c["c"] - 12) / 10) ** 2


def listed(c):
    a = math.log2(c["mbs"]) - 6
    b = math.log10(c["lr"]) + 4 - 0.25 * a
    return 0.1 * a * a + 0.5 * b * b + 0.02 * abs(c["depth"] - 2) + {"relu": 0.0, "gelu": 0.03}[c["act"]]


def _listed_minimum():
    lrs, mbs = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2), (4, 8, 16, 32, 64, 128, 256)
    return min(listed({"lr": l, "mbs": m, "depth": 2, "act": "relu"}) for l in lrs for m in mbs)


def _minimum(f, start, bounds):
    """The optimum of a smooth problem by many local searches; used once, when the module is read."""
    from scipy.optimize import differential_evolution

    return differential_evolution(f, bounds, seed=1, tol=1e-12, maxiter=2000, x0=start).fun


def _tuning_minimum(extra):
    def f(x):
        v = tuning({"lr": 10 ** x[0], "mbs": round(x[1]), "patchsize": 80, "max_iterations": 100000, **extra}, False)
        return v

    return _minimum(f, (-3.4, 32), [(-5, -2), (2, 128)])


def _tuning_listed_minimum():
    lrs = [10 ** (-5 + 3 * i / 3000) for i in range(3001)]
    value = lambda lr, mbs, patch: tuning({"lr": lr, "mbs": mbs, "patchsize": patch, "max_iterations": 100000}, False)
    return min(value(lr, mbs, patch) for lr in lrs for mbs in (8, 16, 32, 64, 128) for patch in (64, 80))


_TUNE = _tuning_minimum({})
_BOWL = _minimum(lambda x: categorical_bowls({"kind": "b", "mode": "fast", "x": x[0], "y": x[1]}), (0.7, 0.3), [(0, 1), (0, 1)])

# No optimum is at the middle of all ranges, where a search may choose to begin.
PROBLEMS = [
    Problem("branin", {"x": real(-5, 10), "y": real(0, 15)}, lambda c: branin(c["x"], c["y"]), 0.39788735772973816),
    Problem("branin-noisy", {"x": real(-5, 10), "y": real(0, 15)}, lambda c: branin(c["x"], c["y"]), 0.39788735772973816, 2.0),
    Problem("hartmann6", {k: real(0, 1) for k in "abcdef"}, lambda c: hartmann([c[k] for k in "abcdef"], H6A, H6P), -3.322368011),
    Problem("hartmann3-log", {k: log(1e-4, 1) for k in "abc"}, lambda c: hartmann([unit(c[k], 1e-4, 1) for k in "abc"], H3A, H3P), -3.862782148),
    Problem(
        "rosenbrock4-mixed",
        {"a": real(-2, 2), "b": real(-2, 2), "c": log(0.1, 10), "d": {"distribution": "q_uniform", "min": -2.0, "max": 2.0, "q": 0.1}},
        lambda c: math.log1p(rosenbrock([c["a"], c["b"], math.log10(c["c"]) + 1, c["d"]])),
        0.0,
    ),
    Problem(
        "ackley5-int",
        {"a": real(-6, 10), "b": real(-8, 4), "c": real(-3, 9), "d": integer(-10, 6), "e": integer(-4, 12)},
        lambda c: ackley([c[k] / 2 for k in "abcde"]),
        0.0,
    ),
    Problem("levy4-uneven", {k: real(-3, 10) for k in "abcd"}, lambda c: levy([c[k] for k in "abcd"]), 0.0),
    Problem("categories", {"kind": choice("a", "b", "c", "d"), "mode": choice("slow", "mixed", "fast"), "x": real(0, 1), "y": real(0, 1)}, categorical_bowls, _BOWL),
    Problem("styblinski5-int", {k: integer(-10, 10) for k in "abcde"}, lambda c: styblinski([c[k] / 2 for k in "abcde"]), 5 * styblinski([-3.0])),
    Problem("tuning", TUNING, lambda c: tuning(c, False), _TUNE),
    Problem("tuning-noisy", TUNING, lambda c: tuning(c, False), _TUNE, 0.0015),
    Problem(
        "tuning-crash",
        {**TUNING, "optimizer": choice("adam", "sgd", "rmsprop"), "data_norm": choice("meanstd", "minmax")},
        lambda c: tuning(c, True),
        _TUNE,
    ),
    Problem("half-space", {k: real(0, 1) for k in "pqrs"}, half_space_failure, 0.0),
    Problem(
        "ten-three-matter",
        {
            "lr": log(1e-5, 1),
            "width": integer(1, 64),
            "act": choice("relu", "tanh", "elu"),
            "a": real(0, 1),
            "b": real(0, 1),
            "c": real(0, 1),
            "d": integer(0, 9),
            "e": choice("x", "y"),
            "f": log(1, 100),
            "g": real(0, 1),
        },
        ten_with_three,
        2 * (26 / 64 - 0.4) ** 2,
    ),
    Problem(
        "bells",
        {
            "a": {"distribution": "normal", "mu": 0.0, "sigma": 1.0},
            "b": {"distribution": "log_normal", "mu": 0.0, "sigma": 1.0},
            "c": {"distribution": "q_normal", "mu": 5.0, "sigma": 10.0, "q": 1},
        },
        bells,
        0.0,
    ),
    Problem(
        "listed-uneven",
        {
            "lr": choice(1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
            "mbs": choice(4, 8, 16, 32, 64, 128, 256),
            "depth": choice(1, 2, 3, 4, 5, 6),
            "act": choice("gelu", "relu"),
        },
        listed,
        _listed_minimum(),
    ),
    # No choice in the searcher was made on the four that follow.
    Problem("goldstein-log", {"x": real(-2, 2), "y": real(-2, 2)}, lambda c: math.log(goldstein(c["x"], c["y"])), math.log(3)),
    Problem("camel-noisy", {"x": real(-3, 3), "y": real(-2, 2)}, lambda c: math.log(camel(c["x"], c["y"]) + 2), math.log(2 - 1.031628453489877), 0.05),
    Problem(
        "griewank4-mixed",
        {
            "a": log(0.01, 100),
            "b": {"distribution": "q_uniform", "min": -3.0, "max": 7.0, "q": 0.25},
            "c": integer(-4, 9),
            "d": choice(-4, -2, -1, 0, 1, 3),
        },
        lambda c: griewank([2 * math.log10(c["a"] * 3), c["b"] - 1.5, c["c"] - 2, 2 * c["d"]]),
        0.0,
    ),
    Problem(
        "tuning-listed",
        {
            "lr": log(1e-5, 1e-2),
            "mbs": choice(8, 16, 32, 64, 128),
            "patchsize": choice(32, 48, 64, 80, 96, 128),
            "max_iterations": {"distribution": "q_log_uniform_values", "min": 1000.0, "max": 100000.0, "q": 1000},
            "optimizer": choice("sgd", "adam", "rmsprop"),
        },
        tuning_listed,
        _tuning_listed_minimum(),
    ),
]
