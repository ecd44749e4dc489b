"""Random problems for making choices on, so that the problems in the report stay unseen.

`practice(seed)` gives one instance of every family; another seed moves optima, weights, ranges and cliffs.
"""

import math

import numpy as np

from problems import H3A, H3P, H6A, H6P, Problem, ackley, choice, griewank, hartmann, integer, levy, log, real, rosenbrock

MAKERS = {
    "r": lambda rng: real(-rng.uniform(1, 10), rng.uniform(1, 10)),
    "l": lambda rng: log(10 ** -rng.uniform(2, 6), 10 ** rng.uniform(-1, 2)),
    "i": lambda rng: integer(0, int(rng.integers(5, 60))),
    "q": lambda rng: {"distribution": "q_uniform", "min": 0.0, "max": 4.0, "q": float(rng.choice([0.1, 0.25, 0.5]))},
    "v": lambda rng: choice(*range(int(rng.integers(4, 10)))),
}


def unit(p, value):
    if "values" in p:
        return p["values"].index(value) / (len(p["values"]) - 1)
    if "log" in p["distribution"]:
        return math.log(value / p["min"]) / math.log(p["max"] / p["min"])
    return (value - p["min"]) / (p["max"] - p["min"])


def legal(p, u):
    """The place of the legal value nearest to u."""
    if "values" in p:
        n = len(p["values"]) - 1
    elif p["distribution"] == "int_uniform":
        n = p["max"] - p["min"]
    elif "q" in p:
        n = round((p["max"] - p["min"]) / p["q"])
    else:
        return u
    return round(u * n) / n


def shifted(name, seed, kinds, function, noise=0.0, low=0.15, fails=None):
    """function(t, rng) of t = place - optimum in [-1, 1]; its minimum must be 0 at t = 0."""
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    parameters = {chr(97 + j): MAKERS[k](rng) for j, k in enumerate(kinds)}
    centre = [legal(p, rng.uniform(low, 1 - low)) for p in parameters.values()]
    weights = np.exp(rng.normal(0, 0.7, len(kinds)))
    wall = rng.normal(0, 1, len(kinds))

    def value(c):
        t = [unit(p, c[k]) - m for (k, p), m in zip(parameters.items(), centre)]
        if fails and float(np.dot(wall, t)) > fails:
            return None
        return function(t, weights)

    return Problem(name, parameters, value, 0.0, noise)


def bowl(t, w):
    return sum(a * v * v for a, v in zip(w, t))


def coupled(t, w):
    return bowl(t, w) + 1.5 * (t[0] - 0.6 * t[1]) ** 2 * w[0]


def rippled(t, w):
    return sum(a * (v * v + 0.02 * (1 - math.cos(6 * math.pi * v))) for a, v in zip(w, t))


def kinked(t, w):
    return sum(a * abs(v) for a, v in zip(w, t))


def hartmann_of(name, seed, kinds, a, p, least, noise=0.0):
    rng = np.random.default_rng([seed, 7])
    parameters = {chr(97 + j): MAKERS[k](rng) for j, k in enumerate(kinds)}
    order, flip = rng.permutation(len(kinds)), rng.random(len(kinds)) < 0.5

    def value(c):
        u = [unit(p, c[k]) for k, p in parameters.items()]
        return hartmann([1 - u[o] if f else u[o] for o, f in zip(order, flip)], a, p)

    return Problem(name, parameters, value, least, noise)


def training(name, seed, noise=0.0, crash=False, lists=False):
    """A loss with the shape of a training run's: see `tuning`, with all constants drawn."""
    rng = np.random.default_rng([seed, 11])
    lr0, couple, cliff = rng.uniform(-3.8, -2.8), rng.uniform(0, 0.6), rng.uniform(0.4, 1.2)
    mbs0, patch0, decay, norm = rng.uniform(3, 6), rng.uniform(50, 110), rng.uniform(0.6, 2), rng.integers(2)
    kinds = rng.permutation([0.0, 0.05, 0.2])
    parameters = {"lr": log(1e-5, 1e-1), "mbs": integer(2, 128), "patch": integer(32, 128), "steps": integer(1000, 100000)}
    if lists:
        parameters |= {"mbs": choice(4, 8, 16, 32, 64, 128), "kind": choice("x", "y", "z"), "norm": choice("a", "b")}

    def value(c):
        best = lr0 + couple * (math.log2(c["mbs"]) - mbs0) * 0.3
        over = math.log10(c["lr"]) - best
        if over > cliff:
            return None if crash else 6.0
        seen = min(50.0, c["steps"] / 20000 * 10 ** min(over, 0.3))
        loss = math.exp(-decay * math.sqrt(seen)) + 0.15 * max(over, 0) ** 2 + 0.05 * over * over
        loss += 0.03 * (math.log2(c["mbs"]) - mbs0) ** 2 + 0.04 * ((c["patch"] - patch0) / 48) ** 2
        return loss + (kinds["xyz".index(c["kind"])] + 0.05 * ("ab".index(c["norm"]) != norm) if lists else 0.0)

    rng = np.random.default_rng(5)
    least = math.inf
    for mbs in (parameters["mbs"]["values"] if lists else range(2, 129)):
        for lr in np.linspace(-1, 1, 401) + lr0 + couple * (math.log2(mbs) - mbs0) * 0.3:
            if -5 <= lr <= -1:
                c = {"lr": 10**lr, "mbs": mbs, "patch": round(patch0), "steps": 100000, "kind": "xyz"[list(kinds).index(0.0)], "norm": "ab"[norm]}
                v = value(c)
                least = least if v is None else min(least, v)
    return Problem(name, parameters, value, least, noise)


def bowls(name, seed):
    rng = np.random.default_rng([seed, 13])
    centres, floors = rng.uniform(0.1, 0.9, (4, 2)), rng.permutation([0.0, 0.1, 0.3, 0.6])
    add = rng.permutation([0.0, 0.1, 0.2])
    shift = rng.uniform(0, 0.5)

    def value(c):
        k = "abcd".index(c["kind"])
        m = shift * centres[k] + (1 - shift) * centres[0]
        return floors[k] + add["xyz".index(c["mode"])] + 2 * (c["x"] - m[0]) ** 2 + 3 * (c["y"] - m[1]) ** 2

    return Problem(name, {"kind": choice(*"abcd"), "mode": choice(*"xyz"), "x": real(0, 1), "y": real(0, 1)}, value, 0.0)


def practice(seed):
    return [
        shifted("bowl4", seed, "rlri", bowl),
        shifted("coupled3", seed, "rlq", coupled),
        shifted("coupled3-noisy", seed, "rlr", coupled, 0.03),
        shifted("rosenbrock3", seed, "rrl", lambda t, w: math.log1p(rosenbrock([1 + 2 * v for v in t]))),
        shifted("ackley3", seed, "rir", lambda t, w: ackley([6 * v for v in t])),
        shifted("levy5", seed, "rrlii", lambda t, w: levy([1 + 8 * v for v in t])),
        shifted("griewank3", seed, "rqv", lambda t, w: griewank([6 * v for v in t])),
        shifted("ripples2", seed, "rr", rippled),
        shifted("kinks5", seed, "rliqv", kinked),
        shifted("wall4", seed, "rlri", bowl, fails=0.15),
        shifted("three-of-ten", seed, "rliqrrriqv", lambda t, w: bowl(t[:3], w) + 0.01 * bowl(t[3:], w[3:])),
        hartmann_of("hartmann3", seed, "rlr", H3A, H3P, -3.862782148, 0.05),
        hartmann_of("hartmann6", seed, "rlrrlr", H6A, H6P, -3.322368011),
        training("training", seed),
        training("training-noisy", seed, 0.01),
        training("training-lists", seed, crash=True, lists=True),
        bowls("bowls", seed),
    ]
