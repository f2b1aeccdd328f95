import pandas as pd
import pytest

from melanoma.data.sites import SITES, site_of


@pytest.mark.parametrize("site", sorted(SITES))
def test_the_archives_sites_stay(site):
    assert site_of(site) == site_of(site.upper()) == site


def test_an_unknown_place_stays_as_it_stands():
    assert site_of("Left arm") == "Left arm"


def test_every_place_of_ham10000_is_a_site(shared_data):
    places = pd.read_csv(shared_data / "ham10000/HAM10000_metadata.csv")["localization"].unique()
    assert {site_of(place) for place in places if place != "unknown"} <= SITES
