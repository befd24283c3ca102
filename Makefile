# Each target sets up what it needs. PYTHON may name another Python 3.11.
PYTHON ?= python3.11
BIN := .venv/bin
CORES ?= all

.PHONY: run chat synthesize example-cohort import-session study read-study test quick figures-in-docs lint unit \
	test-slurm kill-runs fuzz clean

run: .venv/ready
	@$(BIN)/python workflow_scripts/unlock.py
	$(BIN)/snakemake --cores $(CORES)

# MODEL: a model folder, RUN: the results of its run. Without them the first model of results/.
chat: .venv/chat
	$(BIN)/python workflow_scripts/chat.py $(if $(MODEL),--model $(MODEL)) $(if $(RUN),--run $(RUN))

# TEXT: what to make. MODEL: a model folder, FOLDER: where to write, SEED: another movement (docs/synthesis.md).
synthesize: .venv/ready
	@OMP_NUM_THREADS=1 $(BIN)/python workflow_scripts/synthesize.py "$(TEXT)" $(if $(MODEL),--model $(MODEL)) \
	$(if $(FOLDER),--folder $(FOLDER)) $(if $(SEED),--seed $(SEED))

# SESSION: a folder or zip file as OpenCap, Pose2Sim or a laboratory's system leaves it (docs/using.md).
import-session: .venv/ready
	$(BIN)/python workflow_scripts/import_session.py $(SESSION)

# CONFIG: overlays of config.yaml, one of them with the section study (docs/study.md).
study: .venv/ready
	$(BIN)/python workflow_scripts/study.py $(if $(CONFIG),--configfile $(CONFIG))

read-study: .venv/ready
	$(BIN)/python workflow_scripts/read_study.py $(if $(CONFIG),--configfile $(CONFIG))

# A cohort folder to look at and to fill in; FOLDER names another one than example_cohort.
example-cohort: .venv/ready
	$(BIN)/python workflow_scripts/example_cohort.py $(if $(FOLDER),--folder $(FOLDER))

test: lint unit

# Lint, and the tests that neither train a model nor run the workflow: an answer in about two minutes.
quick: lint .venv/chat
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not slow" --numprocesses=logical --dist=loadfile --ignore=tests/slurm

# Write the figures of a finished run, RUN (default: results), into README and docs; CONTRIBUTING.md says more.
figures-in-docs: .venv/ready
	$(BIN)/python workflow_scripts/figures_in_docs.py $(if $(RUN),--run $(RUN)) $(if $(RECORD),--record $(RECORD))

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

unit: .venv/chat
	OMP_NUM_THREADS=1 $(BIN)/pytest --durations=10 --junitxml=.pytest_cache/tests.xml --ignore=tests/slurm

# The smallest run through a real Slurm on this machine; see docs/cluster.md.
test-slurm: .venv/ready
	tests/slurm/install.sh
	$(BIN)/pytest tests/slurm

# Kill the whole workflow 20 times and compare; KILLS="--kills 40 --seed 7".
kill-runs: .venv/ready
	$(BIN)/python -m tests.workflow.kill_runs $(KILLS)

# FUZZ="--cases 1000000 --seed 7 --keep folder"; CONTRIBUTING.md says more.
fuzz: .venv/ready
	$(BIN)/python -m tests.fuzz.fuzz $(FUZZ)

clean:
	rm -rf results .snakemake

.venv/ready: envs/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	|| { echo "Python 3.11 with venv is needed, and $(PYTHON) is not that. Install it (Debian, Ubuntu: apt install" \
	"python3.11-venv; macOS: brew install python@3.11; anywhere: conda create -n py311 python=3.11), or name it:" \
	"make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --requirement envs/requirements.lock
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/chat: .venv/ready envs/requirements-chat.lock
	$(BIN)/pip install --disable-pip-version-check --requirement envs/requirements.lock --requirement envs/requirements-chat.lock
	touch $@
