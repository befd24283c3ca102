# Synthetic movements belong to one fold: prompts, tokens and angles lie below it, and nothing else reads them.
GENERATORS = [
    name for name, generator in SETTINGS.generators.items() if generator.kind == "language_model"
]
SYNTHETIC = "<results>/{fold}/synthetic/{generator}/seed-{seed}"
STUDY = SETTINGS.synthesis_study
STUDIED = {name: SETTINGS.generators[name] for name in STUDY.generators} if STUDY else {}
STORED = [name for name, generator in STUDIED.items() if generator.kind == "language_model"]


def generator_variant(wildcards):
    return SETTINGS.generators[wildcards.generator].variant


def generator_task(wildcards):
    return SETTINGS.variants[generator_variant(wildcards)].generation_task


def generator_model(wildcards):
    """The variant that a generator samples from; it has the generator's fold and seed."""
    return f"<results>/{wildcards.fold}/models/{generator_variant(wildcards)}/seed-{wildcards.seed}"


def generator_tokens(wildcards):
    """Tokens of the variant's tokenizer: how long a step is stands in their metadata."""
    tokenizer = SETTINGS.variants[generator_variant(wildcards)].tokenizer
    return tokens_of(wildcards.fold, tokenizer_of_seed(tokenizer, wildcards.seed))


def generator_gpus(wildcards):
    """As of the variant that it samples from."""
    base = SETTINGS.base_models[SETTINGS.variants[generator_variant(wildcards)].base_model]
    return int(base.kind == "checkpoint")


def study_inputs(wildcards):
    """The walks that language models have made, and tokens and tokenizer where a generator makes tokens."""
    files = {}
    if STORED:
        files["synthetic"] = expand(
            f"{SYNTHETIC}/{{file}}",
            fold=wildcards.fold,
            generator=STORED,
            seed=SEEDS,
            file=["joint_angles.parquet", "trials.tsv", "tokens.parquet"],
        )
    for name, generator in STUDIED.items():
        if generator.kind in ("language_model", "class_markov"):
            tokenizer = (
                SETTINGS.variants[generator.variant].tokenizer
                if name in STORED
                else generator.tokenizer
            )
            files["tokens"] = f"<results>/{wildcards.fold}/tokens/{tokenizer}/all.parquet"
            files["tokenizer"] = f"<results>/{wildcards.fold}/tokenizers/{tokenizer}"
    return files


def study_of_synthesis(wildcards):
    """The tables on synthetic movement, where the config has such a study."""
    return {"synthesis_study": "<results>/synthesis_study"} if SETTINGS.synthesis_study else {}
