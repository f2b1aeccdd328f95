"""STARD-AI: studies of diagnostic accuracy whose index test is an AI.

Source: Sounderajah et al. 2025, Nature Medicine 31:3283-3289; 40 items, which take the place of the 30 of STARD 2015
(Bossuyt et al. 2015, BMJ 351:h5527). Topics are told in our own words; the numbers were held against public copies of
the published table.
"""

from melanoma.reporting import answers_data as data
from melanoma.reporting import answers_model as model
from melanoma.reporting import answers_results as results
from melanoma.reporting.checklist import Checklist, Item, ask_author

CHECKLIST = Checklist(
    "STARD-AI",
    "Sounderajah et al. 2025, Nature Medicine 31:3283-3289",
    (
        Item("1", "Title or abstract says that it is about the accuracy of an AI", ask_author("Write the title.")),
        Item("2", "Structured abstract", ask_author("Write the abstract.")),
        Item("3", "Background, and the place of the test in care", ask_author("Tell it; name who would use it.")),
        Item("4", "Aims and hypotheses", ask_author("State them before you read the results.")),
        Item("5", "Whether data came before or after the plan", ask_author("Say it; published images come before.")),
        Item("6", "Ethics board, or why none was asked", ask_author("Name the board and its decision.")),
        Item("7", "Whom and which data the study takes in, and leaves out", data.tell_exclusions),
        Item("8", "How participants were found", ask_author("Say how the publisher found them.")),
        Item("9", "Where and when", ask_author("Give places and dates.")),
        Item(
            "10", "A consecutive, random or convenient series", ask_author("Say which; archives are mostly convenient.")
        ),
        Item("11", "Where the data are from, and what they were collected for", data.tell_sources),
        Item("12", "Who labelled the data, and how", ask_author("Say who made the published diagnoses, and when.")),
        Item("13", "Devices that took the data, and software that made the test", model.tell_instruments),
        Item("14", "How data were taken and prepared", data.tell_preparation),
        Item("15a", "The index test, so that others can repeat it", model.tell_network),
        Item("15b", "How the index test was made, with the sizes of each part", data.tell_partition),
        Item("15c", "Cut-offs of the index test, chosen before or after", model.tell_output),
        Item(
            "15d", "Who is to use the test, and what they must know", ask_author("Say it; MODEL_CARD.md says research.")
        ),
        Item("16a", "The reference standard, likewise", ask_author("Say how the published diagnoses were made.")),
        Item("16b", "Why this reference standard", ask_author("Give the reason; name histopathology where it was.")),
        Item("16c", "Categories of the reference standard", results.tell_categories),
        Item("17a", "What the index test knew of the patient", model.tell_predictors),
        Item("17b", "What those who set the reference knew", ask_author("Say whether they knew a model's result.")),
        Item("18", "How accuracy is estimated or compared", results.tell_uncertainty),
        Item(
            "19", "What is done with indeterminate results", ask_author("Say it; the model always names a diagnosis.")
        ),
        Item("20", "What is done with missing data", data.tell_damage),
        Item("21", "Analyses of differences in accuracy", results.tell_subgroups),
        Item("22", "Intended size, and how it was found", data.tell_shares),
        Item("23", "Errors looked into, and bias and fairness", results.tell_errors_and_fairness),
        Item("24", "Flow of participants, as a diagram", data.tell_flow),
        Item("25", "Who they are, in each part", data.tell_cohort_by_split),
        Item("26a", "How severe the disease is", ask_author("Give stages; thickness is never shown to the model.")),
        Item("26b", "What those without the disease have instead", results.tell_categories),
        Item("27", "Time and treatment between test and reference", ask_author("Give it.")),
        Item("28", "Whether the data are like those of the intended use", ask_author("Compare class mix and people.")),
        Item("29", "How data of another source differ", ask_author("Score another source by melanoma evaluate.")),
        Item("30", "Test against reference, as a table of counts", results.tell_decisions),
        Item("31", "Accuracy with its precision", results.tell_accuracy),
        Item("32", "Harm by the test or the reference", ask_author("Report it, or that there was none.")),
        Item("33", "Limits, sources of bias, generalisability", results.tell_limits),
        Item("34", "What follows for practice", ask_author("Say it; the report claims none.")),
        Item("35", "Ethics of using the test, and fairness", ask_author("Weigh it; Subgroups has the figures.")),
        Item("36", "Registration", ask_author("Give registry and number, or say there is none.")),
        Item("37", "Where the protocol is", ask_author("Say it.")),
        Item("38", "Funding", ask_author("Name it, and what the funders did.")),
        Item("39", "Commercial interests", ask_author("Declare them.")),
        Item("40a", "Where data and code can be had", model.tell_code),
        Item("40b", "Whether outputs are kept, and can be audited", model.tell_outputs),
    ),
)
