"""Which cells answer for which face, and what a wrong answer costs.

Assignment is SimOTA (Ge et al. 2021, YOLOX, arXiv:2107.08430, section 2.3) over 27 candidates a face: the
3x3 cells about its centre on each of the three levels.  The score learns the overlap of its own box
(quality focal loss, Li et al. 2020, arXiv:2006.04388); the box learns distance-IoU (Zheng et al. 2020,
arXiv:1911.08287).  Faces of all pictures of a batch are handled in one list, without a loop.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from models.training.faces.network import STRIDES

BOX_WEIGHT = 2.0
OVERLAP_COST = 3.0
LEVEL_COST = 0.7
# A face of this many strides belongs in the middle of a level's range.
STRIDES_A_FACE = 4.5
MOST_CELLS_A_FACE = 9


@dataclass(frozen=True)
class Grid:
    """All cells of the three levels, in the order of the outputs.

    ``middle`` [A, 2] and ``stride`` [A] in pixels; per level its rows, columns and first cell.
    """

    middle: Tensor
    stride: Tensor
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    first: tuple[int, ...]

    @classmethod
    @cache
    def of(cls, width: int, height: int) -> "Grid":
        """The grid of a picture of this size."""
        middles, strides, rows, columns, first = [], [], [], [], [0]
        for stride in STRIDES:
            down, across = -(-height // stride), -(-width // stride)
            y, x = torch.meshgrid(torch.arange(down), torch.arange(across), indexing="ij")
            middles.append((torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride)
            strides.append(torch.full((down * across,), float(stride)))
            rows.append(down)
            columns.append(across)
            first.append(first[-1] + down * across)
        return cls(torch.cat(middles), torch.cat(strides), tuple(rows), tuple(columns), tuple(first[:-1]))


def flatten(outputs: tuple[Tensor, ...], grid: Grid) -> tuple[Tensor, Tensor]:
    """Scores [N, A] and boxes [N, A, 4] (centre x, centre y, width, height in pixels) of all levels."""
    raw = torch.cat([level.flatten(2) for level in outputs], 2).float().transpose(1, 2)
    stride = grid.stride[:, None]
    centre = grid.middle + raw[..., 1:3] * stride
    return raw[..., 0], torch.cat([centre, raw[..., 3:].clamp(-3, 4).exp() * stride], -1)


def overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and distance-IoU of paired boxes [..., 4] given as centre and size."""
    low = torch.maximum(a[..., :2] - a[..., 2:] / 2, b[..., :2] - b[..., 2:] / 2)
    high = torch.minimum(a[..., :2] + a[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2)
    common = (high - low).clamp(min=0).prod(-1)
    iou = common / (a[..., 2:].prod(-1) + b[..., 2:].prod(-1) - common + 1e-6)
    hull_low = torch.minimum(a[..., :2] - a[..., 2:] / 2, b[..., :2] - b[..., 2:] / 2)
    hull_high = torch.maximum(a[..., :2] + a[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2)
    diagonal = (hull_high - hull_low).square().sum(-1)
    return iou, iou - (a[..., :2] - b[..., :2]).square().sum(-1) / (diagonal + 1e-6)


def candidates(faces: Tensor, grid: Grid) -> tuple[Tensor, Tensor]:
    """Cells [G, 27] about the centres of ``faces`` [G, 4], and which of them lie on the map."""
    steps = torch.arange(-1, 2)
    cells, valid = [], []
    for stride, rows, columns, first in zip(STRIDES, grid.rows, grid.columns, grid.first, strict=True):
        x = (faces[:, 0] / stride).long()[:, None] + steps.repeat(3)
        y = (faces[:, 1] / stride).long()[:, None] + steps.repeat_interleave(3)
        valid.append((x >= 0) & (x < columns) & (y >= 0) & (y < rows))
        cells.append(first + y.clamp(0, rows - 1) * columns + x.clamp(0, columns - 1))
    return torch.cat(cells, 1), torch.cat(valid, 1)


@torch.no_grad()
def assign(scores: Tensor, boxes: Tensor, faces: Tensor, image: Tensor, grid: Grid) -> tuple[Tensor, Tensor]:
    """Cells that answer for a face: flat indices into [N * A], and the face [P] each answers for.

    ``faces`` [G, 4] centre and size in pixels, ``image`` [G] the picture each is in.
    """
    cells, valid = candidates(faces, grid)
    flat = image[:, None] * scores.shape[1] + cells
    iou, _ = overlap(boxes.reshape(-1, 4)[flat], faces[:, None])
    iou = torch.where(valid, iou, 0)
    size = faces[:, 2:].prod(1).sqrt()[:, None]
    cost = (
        -functional.logsigmoid(scores.reshape(-1)[flat])
        - OVERLAP_COST * (iou + 1e-4).log()
        + LEVEL_COST * (size / (STRIDES_A_FACE * grid.stride[cells])).log2().abs()
        + 1e5 * ~valid
    )
    cells_a_face = iou.topk(MOST_CELLS_A_FACE, 1).values.sum(1).int().clamp(min=1)
    chosen = (cost.argsort(1).argsort(1) < cells_a_face[:, None]) & valid
    face = torch.arange(len(faces))[:, None].expand_as(flat)[chosen]
    flat, cost = flat[chosen], cost[chosen]
    # A cell between two faces answers for the cheaper one.
    least = torch.full((scores.numel(),), float("inf")).scatter_reduce(0, flat, cost, "amin")
    kept = cost == least[flat]
    return flat[kept], face[kept]


def loss(
    outputs: tuple[Tensor, ...], faces: Tensor, image: Tensor, ignored: Tensor, grid: Grid
) -> tuple[Tensor, Tensor]:
    """Score loss and box loss of a batch, each a scalar.

    ``ignored`` bool [N, A]: cells that are neither face nor background.
    """
    scores, boxes = flatten(outputs, grid)
    flat, face = assign(scores.detach(), boxes.detach(), faces, image, grid)
    iou, distance_iou = overlap(boxes.reshape(-1, 4)[flat], faces[face])
    quality = iou.detach().clamp(min=0.01).sqrt()
    target = torch.zeros(scores.numel()).scatter(0, flat, quality)
    counted = (~ignored).reshape(-1).scatter(0, flat, torch.ones_like(flat, dtype=torch.bool))
    score = scores.reshape(-1)
    error = (score.sigmoid() - target).square() * counted
    total = quality.sum().clamp(min=1.0)
    score_loss = (
        error * functional.binary_cross_entropy_with_logits(score, target, reduction="none")
    ).sum() / total
    box_loss = (quality * (1 - distance_iou)).sum() / total
    return score_loss, BOX_WEIGHT * box_loss


def ignored_cells(areas: Tensor, image: Tensor, pictures: int, grid: Grid) -> Tensor:
    """Bool [N, A]: cells whose middle lies in one of ``areas`` [M, 4] (left, top, right, bottom)."""
    inside = ((grid.middle > areas[:, None, :2]) & (grid.middle < areas[:, None, 2:])).all(-1)
    return torch.zeros(pictures, len(grid.middle)).index_add_(0, image, inside.float()) > 0
