"""CLEAR Derm: image-based artificial intelligence in dermatology.

Source: Daneshjou et al. 2022, JAMA Dermatology 158(1):90-96; 25 items. Topics are told in our own words.
No public copy of the list was found to hold the numbers against: the file tells its reader so.
"""

from melanoma.reporting import answers_data as data
from melanoma.reporting import answers_model as model
from melanoma.reporting import answers_results as results
from melanoma.reporting.checklist import Checklist, Item, ask_author

CHECKLIST = Checklist(
    "CLEAR Derm",
    "Daneshjou et al. 2022, JAMA Dermatology 158(1):90-96",
    (
        Item("1", "Kind of pictures", data.tell_kinds),
        Item("2", "Hair, ink, rulers and the like in pictures", data.tell_artifacts),
        Item("3", "How pictures were taken", ask_author("Name cameras, dermatoscopes and light.")),
        Item("4", "Preparation of pictures", data.tell_preparation),
        Item("5", "Pictures that are made, not taken", data.tell_copies),
        Item("6", "Public pictures named so that others find them", data.tell_sources),
        Item("7", "What is known of patients", data.tell_cohort),
        Item("8", "Skin tone, and how it was judged", data.tell_skin_type),
        Item("9", "Bias that may come from what is known of patients", data.tell_metadata_use),
        Item("10", "How data were divided", data.tell_independence),
        Item("11", "Sizes of training, validation and test", data.tell_sizes),
        Item("12", "A test set of another source", ask_author("Score another source by melanoma evaluate.")),
        Item("13", "Devices of several makers", ask_author("Name the makers; the report does not know them.")),
        Item("14", "Share of each diagnosis, and balancing", data.tell_classes),
        Item("15", "Pictures of what the model does not know", ask_author("Test it on them; it names one of its own.")),
        Item("16", "How labels were made, and by whom", ask_author("Say it for the published diagnoses.")),
        Item("17", "Accepted names of diagnoses", results.tell_categories),
        Item("18", "Malignant lesions seen under the microscope", ask_author("Say of how many it is known.")),
        Item("19", "The algorithm and how it was made", model.tell_training),
        Item("20", "How others can test it", model.tell_use),
        Item("21", "Measures of performance", results.tell_performance),
        Item(
            "22",
            "Comparison with others, and what is new",
            ask_author("Compare; melanoma study sets networks side by side."),
        ),
        Item("23", "Bias that was looked for", results.tell_subgroups),
        Item("24", "Use and diseases that are meant", ask_author("Say it; MODEL_CARD.md allows research only.")),
        Item("25", "What it does to patients and those who treat them", ask_author("Weigh it.")),
    ),
    numbers_are_checked=False,
)
