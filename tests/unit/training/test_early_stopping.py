import math

from melanoma.training.early_stopping import Watch


def test_the_lowest_loss_is_kept_and_epochs_without_a_lower_one_are_counted():
    watch = Watch()
    seen = []
    for epoch, loss in enumerate([0.9, 0.7, 0.7, 0.8, 0.6, math.inf], 1):
        watch = watch.after(epoch, loss)
        seen.append((watch.best_epoch, watch.waited))
    assert seen == [(1, 0), (2, 0), (2, 1), (2, 2), (5, 0), (5, 1)]


def test_waiting_does_not_count_while_training_may_not_stop():
    assert Watch(0.5, 1, 0).after(2, 0.6, may_stop=False) == Watch(0.5, 1, 0)
    assert Watch(0.5, 1, 0).after(2, 0.4, may_stop=False) == Watch(0.4, 2, 0)
