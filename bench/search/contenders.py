"""Searchers behind one interface: ask(count) -> configs, tell(config, value or None)."""

import json
import os
import subprocess
import tempfile
import warnings

import numpy as np

from spaces import quantile


class Random:
    def __init__(self, parameters, seed):
        self.parameters, self.rng = parameters, np.random.default_rng(seed)

    def ask(self, count):
        return [self.draw() for _ in range(count)]

    def draw(self):
        return {k: quantile(p, 1 - self.rng.random()) for k, p in self.parameters.items()}

    def tell(self, config, value):
        pass


class Wandb:
    """W&B's own code, the package `sweeps`; runs of one batch are pending to each other."""

    def __init__(self, parameters, seed):
        warnings.simplefilter("ignore")
        import sweeps.bayes_search

        np.random.seed(seed)  # the generator that it draws from
        self.module = sweeps
        self.config = {"method": "bayes", "parameters": parameters, "metric": {"name": "f", "goal": "minimize"}}
        self.runs = []

    def ask(self, count):
        asked = self.module.bayes_search.bayes_search_next_runs(self.runs, self.config, n=count)
        configs = [{k: plain(v["value"]) for k, v in run.config.items()} for run in asked]
        return configs

    def tell(self, config, value):
        told = {} if value is None else {"f": value}
        self.runs.append(
            self.module.SweepRun(
                config={k: {"value": v} for k, v in config.items()},
                state="failed" if value is None else "finished",
                summary_metrics=told,
                history=[told] if told else [],
            )
        )


def plain(value):
    return value.item() if isinstance(value, np.generic) else value


class Optuna:
    def __init__(self, parameters, seed, sampler):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore")
        self.optuna, self.parameters = optuna, parameters
        make = {"tpe": optuna.samplers.TPESampler, "gp": optuna.samplers.GPSampler}[sampler]
        self.study = optuna.create_study(sampler=make(seed=seed))
        self.open = []

    def ask(self, count):
        return [self.suggest() for _ in range(count)]

    def suggest(self):
        trial = self.study.ask()
        config = {}
        for k, p in self.parameters.items():
            if "values" in p:
                config[k] = trial.suggest_categorical(k, p["values"])
            elif p["distribution"] == "int_uniform":
                config[k] = trial.suggest_int(k, p["min"], p["max"])
            elif p["distribution"] == "log_uniform_values":
                config[k] = trial.suggest_float(k, p["min"], p["max"], log=True)
            elif p["distribution"] == "uniform":
                config[k] = trial.suggest_float(k, p["min"], p["max"])
            elif p["distribution"] == "q_uniform":
                config[k] = trial.suggest_float(k, p["min"], p["max"], step=p["q"])
            elif "min" in p:  # Optuna has no steps on a logarithmic scale; it searches their quantile scale.
                config[k] = quantile(p, trial.suggest_float(k, 0, 1))
            else:  # Neither has it bell curves.
                config[k] = quantile(p, trial.suggest_float(k, 0.001, 0.999))
        self.open.append((config, trial))
        return config

    def tell(self, config, value):
        at = next(i for i, (c, _) in enumerate(self.open) if c == config)
        _, trial = self.open.pop(at)
        if value is None:
            self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
        else:
            self.study.tell(trial, value)


class Stream:
    """Any program that speaks the suggestion protocol; `command` gets --config FILE --seed S --stream."""

    def __init__(self, parameters, seed, command, method="bayes"):
        sweep = {"method": method, "metric": {"name": "f", "goal": "minimize"}, "parameters": parameters}
        handle, self.file = tempfile.mkstemp(suffix=".json")
        with os.fdopen(handle, "w") as out:
            json.dump(sweep, out)
        words = command + ["--config", self.file, "--seed", str(seed), "--stream"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.count = 0
        self.ids = {}

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, count):
        self.send({"ask": count})
        configs = json.loads(self.process.stdout.readline())
        for config in configs:
            self.ids[json.dumps(config)] = str(self.count)
            self.send({"id": str(self.count), "config": config, "state": "running", "metric": None})
            self.count += 1
        return configs

    def tell(self, config, value):
        state = "failed" if value is None else "finished"
        self.send({"id": self.ids[json.dumps(config)], "config": config, "state": state, "metric": value})

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        os.unlink(self.file)
