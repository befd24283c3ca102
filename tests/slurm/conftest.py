from conftest_slurm import cluster, project, run  # noqa: F401
