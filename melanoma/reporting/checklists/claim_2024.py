"""CLAIM: artificial intelligence in medical imaging.

Source: Tejani et al. 2024, Radiology: Artificial Intelligence 6(4):e240300, the update of 2024; 44 items. Topics are
told in our own words; the numbers were held against a public copy of the published list.
"""

from melanoma.reporting import answers_data as data
from melanoma.reporting import answers_model as model
from melanoma.reporting import answers_results as results
from melanoma.reporting.checklist import Checklist, Item, ask_author

CHECKLIST = Checklist(
    "CLAIM, update of 2024",
    "Tejani et al. 2024, Radiology: Artificial Intelligence 6(4):e240300",
    (
        Item("1", "Title or abstract says that it is AI, and of which kind", ask_author("Write the title.")),
        Item("2", "Structured abstract", ask_author("Write the abstract.")),
        Item("3", "Background and the use that is meant", ask_author("Tell it.")),
        Item("4", "Aims and hypotheses", ask_author("State them.")),
        Item("5", "Whether data came before or after the plan", ask_author("Say it.")),
        Item("6", "Goal of the study", ask_author("Say it.")),
        Item("7", "Where the data are from", data.tell_sources),
        Item("8", "Who was taken in and who was not", data.tell_exclusions),
        Item("9", "Preparation of images", data.tell_preparation),
        Item("10", "Which part of the data was chosen", data.tell_exclusions),
        Item("11", "How people were made unrecognisable", ask_author("Say what the publisher did.")),
        Item("12", "What was done about missing data", data.tell_damage),
        Item("13", "How pictures were taken", ask_author("Name cameras, dermatoscopes and light.")),
        Item("14", "How the reference standard is defined", ask_author("Say how the published diagnoses were made.")),
        Item("15", "Why this reference standard", ask_author("Give the reason.")),
        Item("16", "Who made the reference", ask_author("Name their training and number.")),
        Item("17", "How test images were labelled", ask_author("Say how, and by whom.")),
        Item("18", "How far readers agree", ask_author("Give it where images were read more than once.")),
        Item("19", "How images were divided", data.tell_partition),
        Item("20", "At which level the parts are apart", data.tell_independence),
        Item("21", "Intended size of the test set", data.tell_shares),
        Item("22", "The model in detail", model.tell_network),
        Item("23", "Software and its versions", model.tell_software),
        Item("24", "How weights were set at the start", model.tell_start),
        Item("25", "How it was trained", model.tell_training),
        Item("26", "How the final model was chosen", model.tell_choice),
        Item("27", "Whether models were joined", model.tell_ensemble),
        Item("28", "Measures of performance", results.tell_measures),
        Item("29", "Significance and uncertainty", results.tell_uncertainty),
        Item("30", "Robustness", results.tell_part("robustness", "robustness")),
        Item("31", "Ways to explain a prediction", results.tell_part("explanations", "explanations")),
        Item("32", "Evaluation on data of the same source", results.tell_performance),
        Item("33", "Test on data of another source", ask_author("Score another source by melanoma evaluate.")),
        Item("34", "Registration of a trial", ask_author("Give it, or say there is none.")),
        Item("35", "Numbers taken in and left out, as a diagram", data.tell_flow),
        Item("36", "Who they are, in each part", data.tell_cohort_by_split),
        Item("37", "Performance on each part", results.tell_all_splits),
        Item("38", "Diagnostic accuracy and its precision", results.tell_accuracy),
        Item("39", "Errors looked into", results.tell_failures),
        Item("40", "Limits", results.tell_limits),
        Item("41", "What follows for practice", ask_author("Say it; the report claims none.")),
        Item("42", "Where the protocol is", ask_author("Say it.")),
        Item("43", "Where software, model and data can be had", model.tell_code),
        Item("44", "Funding and who decided", ask_author("Name it.")),
    ),
)
