"""What arms, controls and sources are called in the files and tables of the study of synthesis."""

REAL, WITH_REAL, ALONE = "real", "with real", "alone"  # what a classifier is trained on
READS_SYNTHETIC = "reads synthetic"  # a classifier of recorded walks, asked about synthetic ones
OTHER_PEOPLE = "control: recorded walks of other people"
SHUFFLED = "control: shuffled labels"
CONTROLS = (OTHER_PEOPLE, SHUFFLED)
BY_VALIDATION = "best on validation people"
TRAINING, TEST, DECODED = "real training", "real test", "real training, decoded"
HALVES = "real, half against half of the people"
