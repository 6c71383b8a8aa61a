"""Studies whose results are kept from development, because the forecast is examined on them."""

WITHHELD = (
    "schwenk2018",
    "mitchell2002",
    "pickering2020",
    "mangnus2022",
    "hardy2012",
    "noppers2011fm",
    "amr2010",
    "carr2004",
)
