"""Cross-entropy with crowd votes, and with faces of which only "it is a face" is known."""

import torch
from torch import Tensor
from torch.nn import functional

from models.training.expression.labels import NOT_A_FACE


def expression_loss(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean over the batch.

    A row whose targets are all zero costs -log(1 - p(not_a_face)): any expression will do, but it is a face.

    :param logits: float32 ``[N, classes]``
    """
    log_p = functional.log_softmax(logits, 1)
    cost = -(targets * log_p).sum(1)
    if logits.shape[1] > NOT_A_FACE:
        any_expression = -torch.logsumexp(log_p[:, :NOT_A_FACE], 1)
        cost = torch.where(targets.sum(1) > 0, cost, any_expression)
    return (cost * weights).sum() / weights.sum()
