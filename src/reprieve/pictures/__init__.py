"""Server-made SVG pictures with a text alternative and their data; arrays in, SVG out.

Every picture is drawn twice, for a page and for a phone, follows light and dark, and prints.
"""

from reprieve.pictures.concentration import ConcentrationSeries, MeasuredPoints, RateStep, concentration_picture
from reprieve.pictures.duration import duration_picture
from reprieve.pictures.fan import fan_picture
from reprieve.pictures.forest import ForestRow, ForestSummary, forest_picture
from reprieve.pictures.intervals import IntervalRow, Lane, interval_picture
from reprieve.pictures.picture import Picture, Pictures, Table
from reprieve.pictures.rank_histograms import Histogram, rank_picture
from reprieve.pictures.study_scatter import TrendLine, bubble_picture, funnel_picture

__all__ = [
    "ConcentrationSeries",
    "ForestRow",
    "ForestSummary",
    "Histogram",
    "IntervalRow",
    "Lane",
    "MeasuredPoints",
    "Picture",
    "Pictures",
    "RateStep",
    "Table",
    "TrendLine",
    "bubble_picture",
    "concentration_picture",
    "duration_picture",
    "fan_picture",
    "forest_picture",
    "funnel_picture",
    "interval_picture",
    "rank_picture",
]
