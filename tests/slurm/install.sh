#!/usr/bin/env bash
# Install Slurm and munge from Debian where they are missing. Exit 3 with a sentence where that is impossible.
set -euo pipefail
programs=(slurmctld slurmd sbatch munged)
missing=0
for program in "${programs[@]}"; do
  PATH=$PATH:/usr/sbin command -v "$program" > /dev/null || missing=1
done
[ "$missing" = 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2> /dev/null; then
    echo "Slurm is not installed, and only root may install it: sudo apt-get install slurmctld slurmd slurm-client munge" >&2
    exit 3
  fi
  as_root=(sudo)
fi
if ! command -v apt-get > /dev/null; then
  echo "Slurm is not installed and this is no Debian: install slurmctld, slurmd, sbatch and munged yourself." >&2
  exit 3
fi
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -qq -y --no-install-recommends \
    slurmctld slurmd slurm-client munge; } > /dev/null; then
  echo "Slurm could not be installed with apt-get: see above. Is there a network?" >&2
  exit 3
fi
