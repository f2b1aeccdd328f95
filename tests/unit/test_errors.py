import inspect

import pytest

from melanoma import errors

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_is_ours_and_stands_in_the_drawing(kind):
    assert issubclass(kind, errors.MelanomaError)
    assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind is not errors.MelanomaError])
def test_every_error_is_also_the_builtin_that_it_resembles(kind):
    assert issubclass(kind, ValueError | OSError)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.ConfigError, 2),
        (errors.DataRefused, 3),
        (errors.SourceError, 1),
        (errors.ImageUnreadable, 1),
        (errors.BucketError, 1),
        (errors.ArtifactDamaged, 1),
        (errors.DiskFull, 1),
        (errors.ModelError, 1),
    ],
)
def test_exit_codes_are_those_of_the_command_line(kind, code):
    assert kind("x").exit_code == code


def test_an_error_of_ours_shows_its_message_alone():
    assert [str(kind("a.jpg: wrong; mend it")) for kind in ALL] == ["a.jpg: wrong; mend it"] * len(ALL)
