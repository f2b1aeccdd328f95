"""STARD 2015: studies of diagnostic accuracy, and the topics that STARD-AI adds to it.

Source: Bossuyt et al. 2015, BMJ 351:h5527, 30 items. STARD-AI (Sounderajah et al. 2025, Nature Medicine) adds and
changes items on data sets, on the AI as index test and on bias; they stand below by topic, marked
AI and without its numbers.
"""

from melanoma.reporting import answers_data as data
from melanoma.reporting import answers_model as model
from melanoma.reporting import answers_results as results
from melanoma.reporting.checklist import Checklist, Item, ask_author

CHECKLIST = Checklist(
    "STARD 2015 with topics of STARD-AI",
    "Bossuyt et al. 2015, BMJ 351:h5527; Sounderajah et al. 2025, Nature Medicine",
    (
        Item("1", "Title or abstract says that it is about diagnostic accuracy", ask_author("Write the title.")),
        Item("2", "Structured abstract", ask_author("Write the abstract.")),
        Item("3", "Background, and the place of the test in care", ask_author("Tell it; name who would use it.")),
        Item("4", "Aims and hypotheses", ask_author("State them before you read the results.")),
        Item("5", "Whether data came before or after the plan", ask_author("Say it; published images come before.")),
        Item("6", "Whom the study takes in", data.tell_exclusions),
        Item("7", "How they were found", ask_author("Say how the publisher found them.")),
        Item("8", "Where and when", ask_author("Give places and dates.")),
        Item(
            "9", "A consecutive, random or convenient series", ask_author("Say which; archives are mostly convenient.")
        ),
        Item("10a", "The index test, so that others can repeat it", model.tell_network),
        Item("10b", "The reference standard, likewise", ask_author("Say how the published diagnoses were made.")),
        Item("11", "Why this reference standard", ask_author("Give the reason; name histopathology where it was.")),
        Item("12a", "Cut-offs of the index test, chosen before or after", model.tell_output),
        Item("12b", "Categories of the reference standard", results.tell_categories),
        Item("13a", "What the index test knew of the patient", model.tell_predictors),
        Item("13b", "What those who set the reference knew", ask_author("Say whether they knew a model's result.")),
        Item("14", "How accuracy is estimated or compared", results.tell_uncertainty),
        Item(
            "15", "What is done with indeterminate results", ask_author("Say it; the model always names a diagnosis.")
        ),
        Item("16", "What is done with missing data", data.tell_damage),
        Item("17", "Analyses of differences in accuracy", results.tell_subgroups),
        Item("18", "Intended size, and how it was found", data.tell_shares),
        Item("19", "Flow of participants, as a diagram", data.tell_flow),
        Item("20", "Who they are", data.tell_cohort),
        Item("21a", "How severe the disease is", ask_author("Give stages; thickness is never shown to the model.")),
        Item("21b", "What those without the disease have instead", results.tell_categories),
        Item("22", "Time and treatment between test and reference", ask_author("Give it.")),
        Item("23", "Test against reference, as a table of counts", results.tell_decisions),
        Item("24", "Accuracy with its precision", results.tell_accuracy),
        Item("25", "Harm by the test or the reference", ask_author("Report it, or that there was none.")),
        Item("26", "Limits, sources of bias, generalisability", results.tell_limits),
        Item("27", "What follows for practice", ask_author("Say it; the report claims none.")),
        Item("28", "Registration", ask_author("Give registry and number, or say there is none.")),
        Item("29", "Where the protocol is", ask_author("Say it.")),
        Item("30", "Funding", ask_author("Name it, and what the funders did.")),
        Item("AI", "Source, licence and version of the data set", data.tell_sources),
        Item("AI", "Preparation of the data", data.tell_preparation),
        Item("AI", "Partition into training, tuning and test", data.tell_independence),
        Item("AI", "Version of the AI and of what it runs on", model.tell_software),
        Item("AI", "Bias and fairness", results.tell_subgroups),
        Item("AI", "Where code and model can be had", model.tell_code),
    ),
)
