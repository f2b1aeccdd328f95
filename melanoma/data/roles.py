"""The four roles of an image; each decision is made on rows of one role alone.

Training rows teach the network. On validation rows the epoch and the model are chosen. On calibration rows
probabilities and thresholds are fitted to a model that is finished. Test rows decide nothing; they are reported on.
"""

TRAIN, VALIDATION, CALIBRATION, TEST = "train", "validation", "calibration", "test"
ROLES = (TRAIN, VALIDATION, CALIBRATION, TEST)
EVALUATED = (VALIDATION, CALIBRATION, TEST)
