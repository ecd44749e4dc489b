"""Compares searchers on problems with known optima.

    python bench/search/bench.py --ours "bin/ldctbench suggest" --seeds 15 --runs 60

Peers that are not installed are left out. Regret is (best value found - optimum) / (median of random
draws - optimum), noise-free, of the run whose observed value is best; the table has means of its
log10, floored at -6. Results are kept in --out, so that a second call adds to the first.
"""

import argparse
import json
import math
import multiprocessing
import os
import shlex
import statistics
import time
import zlib

import numpy as np

import contenders
from problems import PROBLEMS

FLOOR = 1e-6
PEERS = ["random", "wandb", "optuna-tpe", "optuna-gp"]


def scale(problem):
    """Median of random draws above the optimum; failed draws count as the worst."""
    draws = contenders.Random(problem.parameters, 12345).ask(2001)
    values = [problem.value(c) for c in draws]
    return statistics.median(math.inf if v is None else v for v in values) - problem.optimum


def make(name, parameters, seed, commands):
    if name in commands:
        return contenders.Stream(parameters, seed, shlex.split(commands[name]))
    if name == "random":
        return contenders.Random(parameters, seed)
    if name == "wandb":
        return contenders.Wandb(parameters, seed)
    return contenders.Optuna(parameters, seed, name.removeprefix("optuna-"))


def play(job):
    name, index, seed, runs, batch, commands = job
    problem = PROBLEMS[index]
    noise = np.random.default_rng([seed, zlib.crc32(problem.name.encode())])
    searcher = make(name, problem.parameters, seed, commands)
    span, best, shown, curve = scale(problem), math.inf, math.inf, []
    begin, slowest = time.time(), 0.0
    while len(curve) < runs:
        asked = time.time()
        configs = searcher.ask(min(batch, runs - len(curve)))
        slowest = max(slowest, time.time() - asked)
        for config in configs:
            value = problem.value(config)
            seen = None if value is None else value + problem.noise * noise.standard_normal()
            if seen is not None and seen < shown:
                shown, best = seen, value
            curve.append(math.log10(max(FLOOR, (best - problem.optimum) / span)) if best < math.inf else 0.5)
            searcher.tell(config, seen)
    if hasattr(searcher, "close"):
        searcher.close()
    return {"searcher": name, "problem": problem.name, "seed": seed, "batch": batch, "curve": curve,
            "seconds": time.time() - begin, "slowest": slowest}


def table(results, names, batch, at):
    """Mean log10 regret and mean rank of each searcher after `at` runs."""
    score = {}
    for r in results:
        if r["batch"] == batch and len(r["curve"]) >= at:
            score[r["searcher"], r["problem"], r["seed"]] = r["curve"][at - 1]
    cells = sorted({(p, s) for n, p, s in score if all((m, p, s) in score for m in names)})
    means = {n: statistics.mean(score[n, p, s] for p, s in cells) for n in names} if cells else {}
    ranks = {n: [] for n in names}
    for p, s in cells:
        for n in names:
            own = score[n, p, s]
            others = [score[m, p, s] for m in names if m != n]
            ranks[n].append(1 + sum(o < own for o in others) + 0.5 * sum(o == own for o in others))
    return score, cells, means, {n: statistics.mean(v) for n, v in ranks.items() if v}


def bootstrap(score, cells, ours, peer, rng):
    """Mean advantage in decades and its 95 % interval, repetitions drawn anew within each problem."""
    by_problem = {}
    for p, s in cells:
        by_problem.setdefault(p, []).append(score[peer, p, s] - score[ours, p, s])
    draws = [np.mean([np.mean(rng.choice(d, len(d))) for d in by_problem.values()]) for _ in range(2000)]
    worse = [p for p, d in by_problem.items()
             if np.percentile([np.mean(rng.choice(d, len(d))) for _ in range(2000)], 97.5) < 0]
    return np.mean(draws), np.percentile(draws, 2.5), np.percentile(draws, 97.5), worse


def report(results, names, ours, batch, budgets):
    rng = np.random.default_rng(0)
    for at in budgets:
        score, cells, means, ranks = table(results, names, batch, at)
        if not cells:
            continue
        print(f"\n### {at} runs, batches of {batch}, {len(cells)} studies\n")
        print("| searcher | mean log10 regret | mean rank | " + f"{ours} ahead by (95 %) | significantly worse than it on |")
        print("|---|---|---|---|---|")
        for n in sorted(names, key=lambda n: means[n]):
            gap, note = "", ""
            if n != ours and ours in names:
                mean, low, high, worse = bootstrap(score, cells, ours, n, rng)
                gap = f"{mean:.2f} ({low:.2f} to {high:.2f})"
                note = f"{ours} loses on {', '.join(worse)}" if worse else "-"
            print(f"| {n} | {means[n]:.2f} | {ranks[n]:.2f} | {gap} | {note} |")
        print("\n| problem | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
        for p in dict.fromkeys(p for p, _ in cells):
            row = [statistics.mean(score[n, p, s] for q, s in cells if q == p) for n in names]
            print(f"| {p} | " + " | ".join(f"{v:.2f}" for v in row) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", action="append", default=[], help="command, or name=command; may be repeated")
    parser.add_argument("--peers", nargs="*", default=PEERS)
    parser.add_argument("--problems", nargs="*", help="names; default all")
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--budgets", type=int, nargs="*", default=[10, 30, 60])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--out", default="target/search-bench.jsonl")
    parser.add_argument("--fresh", nargs="*", default=[], help="searchers whose kept results are dropped")
    options = parser.parse_args()

    commands = dict(c.split("=", 1) if "=" in c.split()[0] else ("ldctbench", c) for c in options.ours)
    peers = [p for p in options.peers if not p.startswith("optuna") or installed("optuna")]
    peers = [p for p in peers if p != "wandb" or installed("sweeps")]
    names = list(commands) + peers
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    results = []
    if os.path.exists(options.out):
        with open(options.out) as lines:
            results = [r for r in map(json.loads, lines) if r["searcher"] not in options.fresh]
    with open(options.out, "w") as out:
        out.writelines(json.dumps(r) + "\n" for r in results)
    done = {(r["searcher"], r["problem"], r["seed"], r["batch"]) for r in results if len(r["curve"]) >= options.runs}
    jobs = [(n, i, s, options.runs, options.batch, commands)
            for s in seeds for i, p in enumerate(PROBLEMS) for n in names
            if (not options.problems or p.name in options.problems) and (n, p.name, s, options.batch) not in done]
    with multiprocessing.Pool(options.jobs) as pool, open(options.out, "a") as out:
        for r in pool.imap_unordered(play, jobs):
            results.append(r)
            out.write(json.dumps(r) + "\n")
            out.flush()
    chosen = {p.name for p in PROBLEMS if not options.problems or p.name in options.problems}
    results = [r for r in results if r["problem"] in chosen and r["seed"] in seeds]
    report(results, names, next(iter(commands), ""), options.batch, [b for b in options.budgets if b <= options.runs])
    for n in names:
        own = [r for r in results if r["searcher"] == n and r["batch"] == options.batch]
        if own:
            print(f"\n{n}: {statistics.mean(r['seconds'] for r in own):.1f} s per study, slowest answer {max(r['slowest'] for r in own):.2f} s", end="")
    print()


def installed(module):
    import importlib.util

    return importlib.util.find_spec(module) is not None


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
