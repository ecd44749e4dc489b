"""Quantile functions of the distributions that the problems use, for the contenders written here."""

import math

from scipy.stats import norm


def quantile(p, u):
    """The value of parameter `p` at u in (0, 1], after W&B's rules."""
    if "values" in p:
        n = len(p["values"])
        return p["values"][min(n, max(1, math.ceil(u * n))) - 1]
    kind = p["distribution"]
    if kind == "int_uniform":
        n = p["max"] - p["min"] + 1
        return p["min"] + min(n, max(1, math.ceil(u * n))) - 1
    if kind.endswith("uniform"):
        x = p["min"] + u * (p["max"] - p["min"])
    elif kind.endswith("log_uniform_values"):
        x = math.exp(math.log(p["min"]) + u * math.log(p["max"] / p["min"]))
    else:
        x = p["mu"] + p["sigma"] * float(norm.ppf(min(max(u, 1e-12), 1 - 1e-12)))
        x = math.exp(x) if "log" in kind else x
    return round(x / p["q"]) * p["q"] if kind.startswith("q_") else x
