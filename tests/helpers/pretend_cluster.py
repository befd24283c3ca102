"""A whole Slurm on this machine: munged, slurmctld and slurmd, with two pretend GPUs, in one folder.

More CPUs and memory are declared than there are, so that requests meant for a cluster fit. Nothing is
written outside the folder. To look around: python -m tests.helpers.pretend_cluster start FOLDER prints
the environment to set; the same with stop ends it.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

CARDS = ("/dev/null", "/dev/zero")  # Slurm takes any character devices for GPUs
CPUS = 32
MEMORY_MB = 200_000
DAEMONS = ("slurmd", "slurmctld", "munged")  # in the order in which they are stopped

# No cgroups and no accounting: both need more than a container has. config_overrides: believe this file
# about CPUs and memory. MinJobAge: how long squeue remembers a finished job. cred_expire: how long a
# requeued job waits.
SLURM_CONF = """
ClusterName=pretend
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=15
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=300
KillWait=30
SchedulerParameters=sched_interval=1,batch_sched_delay=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} Gres=gpu:pretend:{gpus}
PartitionName=cpu Nodes={host} Default=YES MaxTime=1-00:00:00
PartitionName=gpu Nodes={host} MaxTime=1-00:00:00
"""


def start(folder: Path) -> dict[str, str]:
    """Start the three daemons; the environment in which Slurm's commands talk to them."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("munge", "state", "spool", "bin"):
        (folder / part).mkdir(mode=0o755, exist_ok=True)
    folder.chmod(0o755)  # munge refuses a socket that others cannot reach
    host = socket.gethostname().split(".")[0]
    controller_port, node_port = _free_ports()
    _write_config(folder, host, controller_port, node_port)
    env = _environment(folder)
    _start_munge(folder, env)
    for daemon in ("slurmctld", "slurmd"):
        subprocess.run([daemon, "-c"], env=env, check=True, timeout=60)
    _wait_until_up(folder, env)
    return env


def _write_config(folder: Path, host: str, controller_port: int, node_port: int) -> None:
    config = SLURM_CONF.format(
        folder=folder,
        host=host,
        user=getpass.getuser(),
        controller_port=controller_port,
        node_port=node_port,
        cpus=CPUS,
        memory_mb=MEMORY_MB,
        gpus=len(CARDS),
    )
    (folder / "slurm.conf").write_text(config)
    cards = [f"Name=gpu Type=pretend File={device}\n" for device in CARDS]
    (folder / "gres.conf").write_text("".join(cards))
    # Inside a job the executor plugin starts srun without SLURM_CONF: a site has /etc/slurm.
    srun = folder / "bin/srun"
    real = shutil.which("srun")
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {real} "$@"\n')
    srun.chmod(0o755)


def _environment(folder: Path) -> dict[str, str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}:/usr/sbin"
    return os.environ | {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": path}


def _free_ports() -> list[int]:
    listeners = [socket.socket() for _ in range(2)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def _start_munge(folder: Path, env: dict[str, str]) -> None:
    munge = folder / "munge"
    (munge / "key").write_bytes(os.urandom(128))
    (munge / "key").chmod(0o400)
    files = {"key-file": "key", "socket": "socket", "log-file": "log", "seed-file": "seed"}
    options = [f"--{option}={munge / name}" for option, name in files.items()]
    command = ["munged", "--num-threads=1", f"--pid-file={folder}/munged.pid", *options]
    subprocess.run(command, env=env, check=True, timeout=60)


def _wait_until_up(folder: Path, env: dict[str, str]) -> None:
    """The controller reads its configuration only after it has gone to the background."""
    for _ in range(240):
        try:
            shown = subprocess.run(
                ["sinfo", "-h", "-o", "%T"], env=env, capture_output=True, text=True, timeout=2
            )
            if "idle" in shown.stdout:
                return
        except subprocess.TimeoutExpired:
            continue
        time.sleep(0.5)
    raise RuntimeError(f"Slurm did not come up: {(folder / 'slurmctld.log').read_text()[-2000:]}")


def stop(folder: Path) -> None:
    """End all jobs, then the daemons by the ids they wrote, and wait until they are gone."""
    try:
        if (folder / "slurmctld.pid").is_file():
            _end_jobs(_environment(folder))
    finally:
        for daemon in DAEMONS:
            _end(folder / f"{daemon}.pid")


def _end_jobs(env: dict[str, str]) -> None:
    user = getpass.getuser()
    subprocess.run(["scancel", "--user", user], env=env, timeout=30)
    subprocess.run(["scancel", "--user", user, "--signal=KILL"], env=env, timeout=30)
    for _ in range(60):
        left = subprocess.run(
            ["squeue", "-h"], env=env, capture_output=True, text=True, timeout=30
        ).stdout
        if not left.strip():
            return
        time.sleep(0.5)


def _end(pid_file: Path) -> None:
    if not pid_file.is_file():
        return
    pid = int(pid_file.read_text())
    for number in [signal.SIGTERM] * 40 + [signal.SIGKILL] * 10:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        time.sleep(0.25)


if __name__ == "__main__":
    action, state = sys.argv[1], Path(sys.argv[2]).resolve()
    if action == "start":
        started = start(state)
        print(f"export SLURM_CONF={started['SLURM_CONF']} PATH={state}/bin:$PATH:/usr/sbin")
    else:
        stop(state)
