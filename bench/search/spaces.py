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


def position(p, value):
    """W&B's map to [0, 1]: the distribution function; the index for categories."""
    if "values" in p:
        return (p["values"].index(value) + 1) / len(p["values"])
    kind = p["distribution"]
    if kind == "int_uniform":
        return (value - p["min"] + 1) / (p["max"] - p["min"] + 1)
    if kind.endswith("log_uniform_values"):
        return math.log(value / p["min"]) / math.log(p["max"] / p["min"])
    if kind.endswith("uniform"):
        return min(1.0, max(0.0, (value - p["min"]) / (p["max"] - p["min"])))
    x = math.log(value) if "log" in kind else value
    return float(norm.cdf((x - p["mu"]) / p["sigma"]))
