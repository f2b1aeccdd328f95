from melanoma.data.isic_archive.patience import Patience

PATIENCE = Patience(first_wait_s=2, longest_wait_s=50)


def test_waits_double_within_their_jitter():
    for attempt in range(4):
        middle = 2 * 2**attempt
        assert 0.5 * middle <= PATIENCE.wait_s("x", attempt, 0) < 1.5 * middle


def test_waits_of_different_things_differ_and_are_repeatable():
    assert PATIENCE.wait_s("x", 0, 0) == PATIENCE.wait_s("x", 0, 0)
    assert PATIENCE.wait_s("x", 0, 0) != PATIENCE.wait_s("y", 0, 0)


def test_a_server_is_given_the_time_it_asks_for_up_to_a_bound():
    assert PATIENCE.wait_s("x", 0, 20) == 20
    assert PATIENCE.wait_s("x", 0, 3600) == 50
    assert PATIENCE.wait_s("x", 30, 0) == 50


def test_a_server_cannot_ask_for_less_than_nothing():
    assert PATIENCE.wait_s("x", 0, -100) >= 1
