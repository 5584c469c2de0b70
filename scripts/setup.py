"""Makes .venv ready: `scripts/setup`, and `scripts/chat` and `scripts/test` where it is not ready yet.

Progress and errors go to standard error, so that what the program prints afterwards stands alone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from setting_up.backend import decide
from setting_up.engine import PACKAGE
from setting_up.environment import Environment, clean_variables, locked
from setting_up.errors import CommandFailedError, SetupError
from setting_up.machine import look
from setting_up.progress import Progress
from setting_up.requirements import Inputs
from setting_up.steps import Plan, Step, this_tag, wheel_store

_SHOWN_LINES = 25
_INTERRUPTED = 130
_REASONS = {True: "you asked for it", False: "it is half made, moved, broken or of another Python"}


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 ready, 1 stopped with a reason, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="scripts/setup", description="Makes .venv ready.")
    parser.add_argument("--tests", action="store_true", help="install the test tools too")
    parser.add_argument("--fresh", action="store_true", help="throw .venv away first")
    parser.add_argument("--rebuild-engine", action="store_true", help="compile the model library again")
    parser.add_argument("--stamp", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--unless-ready", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        set_up(Path(__file__).resolve().parent.parent, options)
    except SetupError as error:
        _explain(error)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again; it goes on from here.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def set_up(root: Path, options: argparse.Namespace) -> None:
    """Installs what is missing below `root` and stamps the environment.

    Raises:
        SetupError: if something is missing or fails.
    """
    cache = root / ".cache"
    progress = Progress(sys.stderr, total=0, log=cache / "setup.log", moving=sys.stderr.isatty())
    with locked(cache / "setup.lock", progress.say) as lock:
        environment = Environment(folder=root / ".venv", variables=clean_variables(os.environ), lock=lock)
        if options.unless_ready and environment.stamped(tests=options.tests) == options.stamp:
            return
        progress.log.write_text("", encoding="utf-8")
        _install(root, environment, progress, options)


def _install(root: Path, environment: Environment, progress: Progress, options: argparse.Namespace) -> None:
    machine, inputs = look(os.environ), Inputs(root)
    choice = decide(os.environ.get("INHOUSE_GPU") or "auto", machine)
    progress.say(f"Model library for {choice}")
    # A named Python must be the one in use; without a name the one in use will do.
    base = sys.base_prefix if os.environ.get("INHOUSE_PYTHON") else ""
    tag = "" if options.fresh else environment.probe(base)
    if not tag and environment.folder.exists():
        progress.say(f"{environment.folder} is made anew: {_REASONS[options.fresh]}.")
    plan = Plan(
        inputs=inputs,
        environment=environment,
        machine=machine,
        choice=choice,
        store=wheel_store(environment, inputs.pinned(PACKAGE), tag or this_tag(), progress),
        torch_index=os.environ.get("INHOUSE_TORCH_INDEX", ""),
        tests=options.tests,
    )
    if options.rebuild_engine:
        plan.store.forget(plan.slot())
        environment.record("engine", "")
    _follow(plan, plan.due() if tag else [plan.first(), *plan.steps()], progress)
    environment.stamp(options.stamp, tests=options.tests)


def _follow(plan: Plan, due: Sequence[Step], progress: Progress) -> None:
    plan.require(due)
    progress.total = len(due)
    if due:
        plan.environment.unstamp()
    for step in due:
        with progress.step(step.title):
            plan.environment.record(step.name, "")
            step.act(progress)
            plan.environment.record(step.name, step.digest)


def _explain(error: SetupError) -> None:
    print(f"\nThe set-up stopped: {error}.", file=sys.stderr)
    if isinstance(error, CommandFailedError) and error.output:
        print("\n".join(f"    {line}" for line in error.output[-_SHOWN_LINES:]), file=sys.stderr)
    print(f"What helps: {error.remedy}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
