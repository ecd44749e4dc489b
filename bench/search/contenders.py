"""Searchers behind one interface: ask(count) -> configs, tell(config, value or None)."""

import json
import os
import subprocess
import tempfile
import warnings

import numpy as np

from spaces import position, quantile


class Random:
    def __init__(self, parameters, seed):
        self.parameters, self.rng = parameters, np.random.default_rng(seed)

    def ask(self, count):
        return [self.draw() for _ in range(count)]

    def draw(self):
        return {k: quantile(p, 1 - self.rng.random()) for k, p in self.parameters.items()}

    def tell(self, config, value):
        pass


class Wandb(Random):
    """W&B's Bayesian search as its published rules state it."""

    def __init__(self, parameters, seed):
        super().__init__(parameters, seed)
        self.x, self.y = [], []

    def tell(self, config, value):
        self.x.append([position(p, config[k]) for k, p in self.parameters.items()])
        self.y.append(value)

    def ask(self, count):
        return [self.suggest() for _ in range(count)]

    def suggest(self):
        from scipy.stats import norm
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import Matern

        if len(self.y) < 2:
            return self.draw()
        seen = [v for v in self.y if v is not None]
        worst = max(seen) if seen else 0.0
        x, y = np.array(self.x), np.array([worst if v is None else v for v in self.y])
        if len(y) > 100:
            pick = self.rng.integers(len(y), size=100)
            x, y = x[pick], y[pick]
        y = (y - y.mean()) / (y.std() + 1e-6)
        model = GaussianProcessRegressor(kernel=Matern(nu=1.5), alpha=1e-7, n_restarts_optimizer=2, random_state=2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x, y)
            points = self.rng.random((1000, x.shape[1]))
            mean, deviation = model.predict(points, return_std=True)
        low, high = model.kernel_.bounds[0]
        if model.kernel_.theta[0] <= low + 1e-9 or model.kernel_.theta[0] >= high - 1e-9:
            u = points[self.rng.integers(1000)]
        else:
            gap = mean - y.min()
            z = -gap / (deviation + 1e-6)
            u = points[np.argmax(-gap * norm.cdf(z) + deviation * norm.pdf(z))]
        return {k: quantile(p, ui) for (k, p), ui in zip(self.parameters.items(), u)}


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
            else:  # Optuna has no bell curves; it searches their quantile scale.
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
