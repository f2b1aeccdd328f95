"""TRIPOD+AI: studies that make or evaluate a prediction model.

Source: Collins et al. 2024, BMJ 385:e078378; 27 items. Topics are told in our own words; the numbers were
held against a public copy of the published table.
"""

from melanoma.reporting import answers_data as data
from melanoma.reporting import answers_model as model
from melanoma.reporting import answers_results as results
from melanoma.reporting.checklist import Checklist, Item, ask_author

CHECKLIST = Checklist(
    "TRIPOD+AI",
    "Collins et al. 2024, BMJ 385:e078378",
    (
        Item(
            "1", "Title names the kind of study, whom it is for and what is predicted", ask_author("Write the title.")
        ),
        Item("2", "Abstract by the guideline's own list", ask_author("Write the abstract.")),
        Item("3a", "Clinical setting and why a model is wanted", ask_author("Tell it; name earlier models.")),
        Item("3b", "Whom it is meant for, and by whom it is used", ask_author("Tell it; MODEL_CARD.md says research.")),
        Item("3c", "Known inequalities between groups of people", ask_author("Tell what is known for skin cancer.")),
        Item("4", "Aims: to make a model, to evaluate one, or both", ask_author("Say it; this run does both.")),
        Item("5a", "Where the data are from, and why these", data.tell_sources),
        Item("5b", "When the data were collected", ask_author("Give the dates; the report does not show them.")),
        Item("6a", "Kind and place of the centres", ask_author("Name the centres and their kind.")),
        Item("6b", "Who was taken in and who was not", data.tell_exclusions),
        Item("6c", "Treatments that were given", ask_author("Say whether lesions had been treated.")),
        Item("7", "How data were prepared and checked, alike for all groups", data.tell_preparation),
        Item(
            "8a",
            "What is predicted, and how it was found out",
            ask_author("Say how the published diagnoses were made."),
        ),
        Item("8b", "Who judged it, with which training", ask_author("Say who made the published diagnoses.")),
        Item("8c", "Whether they judged it blind", ask_author("Say whether they saw anything but the lesion.")),
        Item("9a", "Why these predictors", model.tell_predictors),
        Item("9b", "Each predictor and how it was measured", model.tell_predictors),
        Item("9c", "Who judged predictors that need judgement", ask_author("Say who took the pictures, and how.")),
        Item("10", "How the size of the study was arrived at", data.tell_shares),
        Item("11", "What was done about missing data", data.tell_damage),
        Item("12a", "Which data were used for what", data.tell_partition),
        Item("12b", "How predictors enter the analysis", data.tell_preparation),
        Item("12c", "Kind of model, and how it was made, tuned and checked inside", model.tell_training),
        Item("12d", "Differences between centres", ask_author("Say whether centres differ; the report joins them.")),
        Item("12e", "Measures of performance and why these", results.tell_measures),
        Item("12f", "Whether the model was changed after evaluation", ask_author("Say it; this run changes nothing.")),
        Item("12g", "How predictions are computed", model.tell_use),
        Item("13", "What was done about rare classes, and whether probabilities were mended", results.tell_balance),
        Item("14", "What was done for fairness", results.tell_subgroups),
        Item("15", "What the model puts out, and its thresholds", model.tell_output),
        Item("16", "How development data differ from evaluation data", results.tell_agreement),
        Item("17", "Ethics board and consent", ask_author("Name the board, its decision and the consent.")),
        Item("18a", "Funding", ask_author("Name it, and what the funders did.")),
        Item("18b", "Conflicts of interest", ask_author("Declare them.")),
        Item("18c", "Protocol", ask_author("Say where it is, or that there is none.")),
        Item("18d", "Registration", ask_author("Give the registry and number, or say there is none.")),
        Item("18e", "Where the data can be had", ask_author("Say it; the data's digest is in the report.")),
        Item("18f", "Where the code can be had", model.tell_code),
        Item("19", "Part that patients and the public had", ask_author("Tell it, or that they had none.")),
        Item("20a", "Flow of participants", data.tell_flow),
        Item("20b", "Who they are, with what is missing", data.tell_cohort),
        Item("20c", "Whether evaluation data are like development data", results.tell_agreement),
        Item("21", "People and events in each analysis", results.tell_numbers),
        Item("22", "The whole model, so that others can use it", model.tell_network),
        Item("23a", "Performance with intervals, for groups too", results.tell_performance_by_group),
        Item("23b", "Differences of performance between centres", ask_author("Give them where centres are known.")),
        Item("24", "Results of changing the model", ask_author("Give them if the model was changed.")),
        Item("25", "What the results mean, for fairness too", ask_author("Interpret them.")),
        Item("26", "Limits of the study", results.tell_limits),
        Item("27a", "What to do with poor or missing input when used", ask_author("Say it for the place of use.")),
        Item("27b", "What its users must do and know", ask_author("Say it for the place of use.")),
        Item("27c", "Next steps of research", ask_author("Name them; the opening says what to do next.")),
    ),
)
