#!/usr/bin/env python3
"""Runs ldctbench and the real W&B client against a mock of the W&B server, and checks what arrives.

    python bench/wandb/real_client.py MOCK_SERVER.PY [--bin DIR] [--keep] [NAME ...]

MOCK_SERVER.PY is a module with `start(arguments)` that returns an HTTP server with `backend`,
`options` and `faults`. DIR holds the ldctbench commands (default: bin of this checkout). Without
NAMEs all checks are run. Needs Python with wandb 0.30; says so and ends with status 0 where it is
missing. A failed check gives status 1.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

KEY = "0123456789abcdef0123456789abcdef01234567"
HERE = pathlib.Path(__file__).resolve().parents[2]
TRAIN = {
    "trainer": "cnn10", "data_norm": "meanstd", "data_subset": 1, "devices": 0, "seed": 1332,
    "num_workers": 0, "valsamples": 2, "eval_patchsize": 48, "iterations_before_val": 10,
    "max_iterations": 30, "optimizer": "adam", "adam_b1": 0.9, "adam_b2": 0.999, "mbs": 4,
    "patchsize": 24, "lr": 0.001,
}
SAMPLE = """
import argparse, wandb
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
parser.add_argument("--flag", action="store_true")
given = parser.parse_args()
run = wandb.init(config=vars(given))
for step in range(4):
    run.log({"score": 1 - (given.x - 0.3) ** 2 + 0.01 * step, "loss (val)": given.x})
run.finish()
"""
SAMPLE_SWEEP = {
    "method": "bayes", "metric": {"name": "score", "goal": "maximize"}, "project": "lab",
    "command": ["${env}", sys.executable, "${program}", "${args_no_boolean_flags}"],
    "parameters": {"x": {"min": 0.0, "max": 1.0}, "flag": {"value": True}},
}


class Failure(Exception):
    pass


def expect(condition, *what):
    if not condition:
        raise Failure(" ".join(str(one) for one in what))


class Place:
    """A folder, a server, and the environment of the programs."""

    data = None

    def __init__(self, mock, commands, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ldctbench-wandb-"))
        self.server = mock.start(["0", *options])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("WANDB_")}
        self.env.update(
            WANDB_BASE_URL=self.server.options.base_url, WANDB_API_KEY=KEY, HOME=str(self.folder),
            LDCTBENCH_DATAFOLDER=str(Place.data or ""), LDCTBENCH_CACHE=str(self.folder / "cache"),
            PATH="%s:%s:%s" % (commands, pathlib.Path(sys.executable).parent, os.environ["PATH"]),
            WANDB_AGENT_DISABLE_FLAPPING="true",
        )

    def run(self, *words, status=0, timeout=300, **more):
        env = {**self.env, **{k: v for k, v in more.items() if v is not None}}
        result = subprocess.run(
            [str(word) for word in words], cwd=self.folder, env=env, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        expect(KEY not in result.stdout, "the key was printed")
        expect(status is None or result.returncode == status,
               *words, "ended with", result.returncode, ":\n" + result.stdout[-3000:])
        return result.stdout

    def train(self, *more, **environment):
        words = ["--%s=%s" % pair for pair in TRAIN.items()]
        return self.run("ldctbench-train", *words, *more, **environment)

    def state(self):
        state = json.loads(json.dumps(self.server.backend.dump(), default=str))
        expect(not state["violations"], "violations:", state["violations"])
        return state

    def runs(self, count):
        runs = self.state()["runs"]
        expect(len(runs) == count, len(runs), "runs instead of", count)
        return runs

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def sweep_file(self, config):
        return self.write("sweep.yaml", json.dumps(config))

    def best_run(self, path):
        code = ("import wandb, json; s = wandb.Api().sweep(%r); r = s.best_run();"
                "print('BEST', json.dumps([r.id, r.name, len(s.runs), s.state]))" % path)
        out = self.run(sys.executable, "-c", code)
        return json.loads(out.split("BEST ")[1].splitlines()[0])

    def real_sweep(self, config):
        code = "import wandb, json, sys; print('ID', wandb.sweep(json.loads(sys.argv[1])))"
        out = self.run(sys.executable, "-c", code, json.dumps(config))
        return out.split("ID ")[-1].split()[0]

    def only(self, pattern):
        found = sorted(self.folder.glob(pattern))
        expect(len(found) == 1, pattern, "matches", found)
        return found[0]

    def close(self, keep):
        self.server.shutdown()
        self.server.server_close()
        if keep:
            print("   kept:", self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def check_trained(run, rows, state="finished"):
    expect(run["state"] == state, run["name"], "is", run["state"])
    steps = [row["_step"] for row in run["history"]]
    expect(len(steps) == rows and steps == sorted(set(steps)), run["name"], "has steps", steps)
    for row in run["history"]:
        for key in ("loss (train)", "loss (val)", "SSIM", "PSNR", "RMSE", "_runtime", "_timestamp"):
            expect(isinstance(row.get(key), (int, float)), run["name"], key, row.get(key))
    for key, value in TRAIN.items():
        if key not in ("lr", "patchsize", "max_iterations"):
            expect(run["config"][key]["value"] == value, key, run["config"][key])
    last = run["history"][-1]
    for key in ("SSIM", "PSNR", "RMSE", "_step"):
        expect(run["summary"][key] == last[key], "summary", key, run["summary"].get(key))
    files = run["files"]
    for key in ("low dose", "prediction", "high dose"):
        for name in last[key]["filenames"]:
            expect(name in files and files[name]["size"] > 100, name, "is missing")
    if state == "finished":
        for name in ("config.yaml", "wandb-summary.json", "wandb-metadata.json", "output.log"):
            expect(name in files, name, "is missing")
    expect(run["output"] and run["events"], "console and statistics")


# The checks: each gets a Place, and says in its name what holds.


def offline_run_goes_up_with_the_real_sync(place):
    place.train("--dryrun")
    out = place.run("wandb", "sync", place.only("wandb/offline-run-*"))
    expect("ERROR" not in out, out)
    check_trained(place.runs(1)[0], 3)


def killed_run_goes_up_as_failed_with_the_real_sync(place):
    words = ["--%s=%s" % pair for pair in {**TRAIN, "max_iterations": 100000}.items()]
    child = subprocess.Popen(["ldctbench-train", *words, "--dryrun"], cwd=place.folder,
                             env=place.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    table = "wandb/offline-run-*/files/Metrics.csv"
    wait_for(lambda: any(len(f.read_text().splitlines()) > 4 for f in place.folder.glob(table)))
    child.send_signal(signal.SIGKILL)
    child.wait()
    place.run("wandb", "sync", place.only("wandb/offline-run-*"))
    run = place.runs(1)[0]
    check_trained(run, len(run["history"]), "failed")
    expect(len(run["history"]) >= 3, "rows of", run["name"])


def online_run_arrives(place):
    place.train()
    check_trained(place.runs(1)[0], 3)


def offline_run_goes_up_with_our_sync(place):
    place.train("--dryrun")
    folder = place.only("wandb/offline-run-*")
    place.run("ldctbench", "wandb", "sync", folder)
    before = place.runs(1)
    check_trained(before[0], 3)
    place.run("ldctbench", "wandb", "sync", folder)
    place.run("wandb", "sync", folder)  # Skips what is marked.
    expect(place.runs(1)[0]["streamRequests"] == before[0]["streamRequests"], "sent twice")


def trainer_sweep(**more):
    parameters = {key: {"value": value} for key, value in TRAIN.items()}
    parameters["dryrun"] = {"value": False}
    parameters["lr"] = {"distribution": "log_uniform_values", "min": 1e-5, "max": 1e-2}
    parameters["patchsize"] = {"min": 16, "max": 32}
    return {"project": "ldct-benchmark", "program": "ldctbench-train", "method": "bayes",
            "command": ["${program}", "${args_no_boolean_flags}"], "name": "quick",
            "metric": {"name": "SSIM", "goal": "maximize"}, "parameters": parameters, **more}


def best_by_summary(runs, key):
    return max(runs, key=lambda run: run["summary"][key])["name"]


def check_trainer_sweep(place, sweep, count):
    state = place.state()
    expect(len(state["sweeps"]) == 1 and state["sweeps"][0]["name"] == sweep, state["sweeps"])
    runs = place.runs(count)
    for run in runs:
        check_trained(run, 3)
        expect(run["sweep"] == sweep, run["name"], "is in sweep", run["sweep"])
    best = place.best_run("ldct-benchmark/" + sweep)
    expect(best[0] == best_by_summary(runs, "SSIM") and best[2] == count, "best run", best)
    return best


def the_real_agent_drives_our_trainer(place):
    sweep = place.real_sweep(trainer_sweep())
    place.run("wandb", "agent", "--count", 2, "ldct-benchmark/" + sweep)
    check_trainer_sweep(place, sweep, 2)


def our_agent_drives_our_trainer_in_a_real_sweep(place):
    sweep = place.real_sweep(trainer_sweep())
    place.run("ldctbench", "agent", "ldct-benchmark/" + sweep, "--count", 2)
    check_trainer_sweep(place, sweep, 2)


def our_agent_drives_a_python_program_to_the_end_of_a_grid(place):
    place.write("sample.py", SAMPLE)
    grid = {**SAMPLE_SWEEP, "program": "sample.py", "method": "grid"}
    grid["parameters"] = {"x": {"values": [0.1, 0.5]}, "flag": {"value": False}}
    sweep = place.real_sweep(grid)
    place.run("ldctbench", "agent", "lab/" + sweep)
    for run in place.runs(2):
        expect(run["state"] == "finished" and run["sweep"] == sweep, run["name"], run["state"])
        expect(run["config"]["flag"]["value"] is False, run["config"])


def check_sample_sweep(place, sweep, count):
    runs = place.runs(count)
    for run in runs:
        expect(run["state"] == "finished" and run["sweep"] == sweep, run["name"], run["state"],
               run["sweep"])
        expect(len(run["history"]) == 4, len(run["history"]), "rows")
        expect(run["config"]["flag"]["value"] is True, run["config"])
    best = place.best_run("lab/" + sweep)
    expect(best[0] == best_by_summary(runs, "score") and best[2] == count, "best run", best)
    return best


def our_hpopt_drives_a_python_program_online(place):
    place.write("sample.py", SAMPLE)
    config = place.sweep_file({**SAMPLE_SWEEP, "program": "sample.py"})
    out = place.run("ldctbench-hpopt", "--config", config, "--n_runs", 4, "--json")
    told = json.loads(out.splitlines()[-1])
    best = check_sample_sweep(place, told["sweep"], 4)
    expect(told["best"]["run"] == best[0], told["best"], "instead of", best)
    expect(best[3] == "FINISHED", "the sweep is", best[3])


def our_hpopt_drives_a_python_program_offline(place):
    place.write("sample.py", SAMPLE)
    config = place.sweep_file({**SAMPLE_SWEEP, "program": "sample.py"})
    out = place.run("ldctbench-hpopt", "--config", config, "--n_runs", 4, "--json",
                    WANDB_MODE="offline")
    told = json.loads(out.splitlines()[-1])
    expect(not place.state()["runs"], "something was sent")
    place.run("ldctbench", "wandb", "sync", told["folder"])
    best = check_sample_sweep(place, place.state()["sweeps"][0]["name"], 4)
    expect(told["best"]["run"] == best[0], told["best"], "instead of", best)


def our_hpopt_is_seen_online(place):
    config = place.sweep_file(trainer_sweep())
    out = place.run("ldctbench-hpopt", "--config", config, "--n_runs", 3, "--json")
    told = json.loads(out.splitlines()[-1])
    best = check_trainer_sweep(place, told["sweep"], 3)
    expect(best[3] == "FINISHED", "the sweep is", best[3])


def our_hpopt_lets_the_server_suggest(place):
    config = place.sweep_file(trainer_sweep())
    out = place.run("ldctbench-hpopt", "--config", config, "--n_runs", 2, "--search", "wandb",
                    "--json")
    told = json.loads(out.splitlines()[-1])
    best = check_trainer_sweep(place, told["sweep"], 2)
    expect(told["best"]["run"] == best[0] and told["runs"] == 2, told, "instead of", best)


def offline_sweep_of_ten_runs_shows_as_one(place):
    config = place.sweep_file(trainer_sweep())
    out = place.run("ldctbench-hpopt", "--config", config, "--n_runs", 10, "--json",
                    WANDB_API_KEY="")
    told = json.loads(out.splitlines()[-1])
    expect(not place.state()["runs"], "something was sent")
    for _ in range(6):  # Killed again and again, then left alone.
        child = subprocess.Popen(["ldctbench", "wandb", "sync", told["folder"]], cwd=place.folder,
                                 env=place.env, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        before = sum(run["streamRequests"] for run in place.state()["runs"])
        wait_for(lambda: child.poll() is not None or before + 3 <= sum(
            run["streamRequests"] for run in place.state()["runs"]))
        child.kill()
        child.wait()
    place.run("ldctbench", "wandb", "sync", told["folder"])
    state = place.state()
    check_trainer_sweep(place, state["sweeps"][0]["name"], 10)
    expect(state["sweeps"][0]["state"] == "FINISHED", state["sweeps"][0]["state"])


def serve_local_controllers(backend):
    """Gives agents what a local controller scheduled, as the client's controller expects of a server.

    The mock keeps `controller` and `scheduler` without acting on them.
    """
    usual, suggest = backend.commands_for, backend.next_suggestion
    chosen = {}

    def commands_for(agent, states):
        sweep = backend.sweeps[agent["sweep"]]
        local = (sweep["config"].get("controller") or {}).get("type") == "local"
        if not local or sweep["state"] != "RUNNING" or any(states.values()):
            return usual(agent, states)
        scheduler = json.loads(sweep["scheduler"] or '{"scheduled": []}')
        taken = [one["id"] for one in scheduler["scheduled"]]
        schedule = json.loads(sweep["controller"] or "{}").get("schedule", [])
        waiting = [one for one in schedule if one["id"] not in taken]
        if not waiting:
            return []
        arguments = waiting[0]["data"]["args"]
        chosen[sweep["name"]] = {key: value["value"] for key, value in arguments.items()}
        commands = usual(agent, states)
        scheduler["scheduled"].append({"id": waiting[0]["id"], "runid": commands[0]["run_id"]})
        sweep["scheduler"] = json.dumps(scheduler)
        return commands

    backend.commands_for = commands_for
    backend.next_suggestion = lambda sweep: chosen.pop(sweep["name"], None) or suggest(sweep)


def a_real_agent_joins_our_search(place):
    serve_local_controllers(place.server.backend)
    slow = SAMPLE.replace("for step", "import time; time.sleep(3)\nfor step")
    place.write("sample.py", slow)
    config = place.sweep_file({**SAMPLE_SWEEP, "program": "sample.py"})
    hpopt = subprocess.Popen(
        ["ldctbench-hpopt", "--config", config, "--n_runs", "8", "--json"], cwd=place.folder,
        env=place.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for(lambda: any(one["controller"] for one in place.state()["sweeps"]))
    sweep = place.state()["sweeps"][0]["name"]
    place.run("wandb", "agent", "lab/" + sweep)
    told = json.loads(hpopt.communicate(timeout=300)[0].splitlines()[-1])
    best = check_sample_sweep(place, sweep, 8)
    expect(len(told["runs"]) == 8, len(told["runs"]), "runs")
    joined = [a["runs"] for a in place.server.backend.agents.values()][0]
    expect(len(joined) >= 2, "the agent got", joined)
    ours = {run["run"]: run["parameters"]["x"] for run in told["runs"]}
    expect(len(set(ours.values())) == 8, "parameters", ours)
    for run in place.state()["runs"]:
        expect(run["config"]["x"]["value"] == ours[run["name"]], run["name"], run["config"], ours)
    expect(told["best"]["run"] == best[0], told["best"], "instead of", best)
    print("   %d of 8 runs by the agent" % len(joined))


def ten_runs_arrive_through_faults(place):
    lock, count = threading.Lock(), [0]

    def fault(path):
        with lock:
            count[0] += 1
            if count[0] % 3:
                return None
            return "drop" if count[0] % 2 else 500

    place.server.faults.check = fault
    for number in range(10):
        place.train(WANDB_RUN_ID="faulty%02d" % number)
    for run in place.runs(10):
        check_trained(run, 3)
    print("   %d requests, every third failed" % count[0])


CHECKS = [
    offline_run_goes_up_with_the_real_sync, killed_run_goes_up_as_failed_with_the_real_sync,
    online_run_arrives, offline_run_goes_up_with_our_sync, the_real_agent_drives_our_trainer,
    our_agent_drives_our_trainer_in_a_real_sweep,
    our_agent_drives_a_python_program_to_the_end_of_a_grid,
    our_hpopt_drives_a_python_program_online, our_hpopt_drives_a_python_program_offline,
    a_real_agent_joins_our_search, our_hpopt_is_seen_online, our_hpopt_lets_the_server_suggest,
    offline_sweep_of_ten_runs_shows_as_one, ten_runs_arrive_through_faults,
]


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, "waited in vain")
        time.sleep(0.02)


def load(path):
    spec = importlib.util.spec_from_file_location("mock_server", path)
    mock = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mock)
    return mock


def make_data(commands):
    """Simulates the data set of all checks; returns the folder to remove at the end."""
    data = pathlib.Path(tempfile.mkdtemp(prefix="ldctbench-wandb-data-"))
    subprocess.run(
        [commands + "/ldctbench", "simulate", "--out", str(data / "set"), "--size", "64",
         "--slices", "4", "--dose", "0.05", "--patients", "train=1,val=1,test=1"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    Place.data = data / "set"
    return data


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mock")
    parser.add_argument("--bin", default=str(HERE / "bin"))
    parser.add_argument("--keep", action="store_true", help="leave the folders for a look")
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    if importlib.util.find_spec("wandb") is None or not pathlib.Path(options.mock).is_file():
        print("skipped: needs the wandb package and the mock server", options.mock)
        return 0
    mock = load(options.mock)
    commands = os.path.abspath(options.bin)
    data = make_data(commands)
    failed = 0
    for check in CHECKS:
        if options.names and check.__name__ not in options.names:
            continue
        place = Place(mock, commands)
        begin = time.monotonic()
        try:
            check(place)
            verdict = "ok"
        except (Failure, subprocess.TimeoutExpired) as problem:
            verdict, failed = "FAILED: %s" % problem, failed + 1
        finally:
            place.close(options.keep)
        print("%-60s %5.1f s  %s" % (
            check.__name__.replace("_", " "), time.monotonic() - begin, verdict), flush=True)
    shutil.rmtree(data, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
