"""Remove the lock that a killed run has left in this folder, where nothing of that run is alive."""

import platform
import sys
from pathlib import Path

import psutil

STATE = Path(".snakemake")


def main() -> None:
    """Remove the lock, or end with a sentence that says who holds it."""
    locks = list((STATE / "locks").glob("*.lock"))
    if not locks:
        return
    host = STATE / "host"  # written by the Snakefile when a run starts
    if host.is_file() and host.read_text() != platform.node():
        sys.exit(
            f"A run on {host.read_text()} holds this folder, or was killed there. If nothing runs "
            "there any more: snakemake --unlock"
        )
    if alive := at_work():
        sys.exit(f"A run is at work in this folder; wait for it, or stop it first:\n{alive}")
    for lock in locks:
        lock.unlink()
    print("Removed the lock of a run that was killed.", file=sys.stderr)


def at_work() -> str:
    """Snakemake and its jobs in this folder, a line each."""
    lines = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
            if process.cwd() == str(Path.cwd()) and any(map(is_snakemakes, command)):
                lines.append(f"  process {process.pid}: {' '.join(command)[:100]}")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # ended meanwhile, or another user's
    return "\n".join(lines)


def is_snakemakes(argument: str) -> bool:
    """Whether a part of a command line is Snakemake or a script of a rule."""
    return Path(argument).name == "snakemake" or f"{STATE}/scripts/" in argument


if __name__ == "__main__":
    main()
