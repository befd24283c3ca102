# With finetune.redraw_tokenizer each seed after the first trains tokenizers and embedded bases of its own.
REDRAWN_BASELINES = [
    name
    for name, cfg in config["baselines"].items()
    if "tokenizer" in cfg and config["finetune"]["redraw_tokenizer"]
]


def alone(names):
    """A wildcard constraint that only `names` meet; an empty one would let everything pass."""
    return "|".join(names) or "(?!)"


def tokenizer_of_seed(name, seed):
    draws = draws_of([name])
    return draws[SEEDS.index(int(seed)) % len(draws)]


def tokenizer_of_variant(wildcards):
    return tokenizer_of_seed(config["variants"][wildcards.variant]["tokenizer"], wildcards.seed)


def entry_of_draw(entry, tokenizer):
    """An entry of the config with the seed of a draw: that of compact@2 is higher by 2."""
    draw = tokenizer.partition("@")[2]
    return entry | {"seed": entry["seed"] + int(draw or 0)}


def tokenizer_config(wildcards):
    name = wildcards.tokenizer
    return entry_of_draw(config["tokenizers"][name.partition("@")[0]], name)


def embedded_base_config(wildcards):
    return entry_of_draw(config["base_models"][wildcards.base], wildcards.tokenizer)


def gpus_of_variant(wildcards):
    """An embedded model is too small for a GPU, and hardly faster on two cores than on one."""
    base = config["base_models"][config["variants"][wildcards.variant]["base_model"]]
    return int(base["kind"] == "checkpoint")


def threads_of_variant(wildcards):
    """slurm/config.yaml takes a job of one thread for one without a GPU."""
    return THREADS_OF_GPU_JOB if gpus_of_variant(wildcards) else 1
