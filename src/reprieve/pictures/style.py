"""The look of every picture: one accent, grey for the comparator, light and dark, and plain on paper.

Each paint is written twice, as a colour and as a custom property, because programs other than browsers read
only the first. Nothing is told by colour alone: the comparator is dashed as well as grey.
"""

from __future__ import annotations

#: Light and dark value of every paint. The accent keeps 4.5:1 against the paper in both.
_PAINTS = {
    "paper": ("#ffffff", "#15191d"),
    "ink": ("#1b2026", "#e9ecef"),
    "muted": ("#59616b", "#a7afb8"),
    "grid": ("#e6e9ec", "#2a3037"),
    "axis": ("#9aa2ab", "#66707a"),
    "accent": ("#0a6a75", "#58c3cf"),
    "placebo": ("#6d747c", "#a0a8b0"),
}

_RULES = """
.rp{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px}
.rp text{fill:@ink}
.rp .rp-title{font-size:15px;font-weight:600}
.rp .rp-small{font-size:12px;fill:@muted;font-variant-numeric:tabular-nums}
.rp .rp-value{font-size:13px;font-weight:600;font-variant-numeric:tabular-nums}
.rp .rp-quiet{fill:@placebo;font-weight:400}
.rp-paper{fill:@paper}
.rp-plot{fill:none;stroke:none}
.rp-grid{stroke:@grid;stroke-width:1}
.rp-axis{stroke:@axis;stroke-width:1}
.rp-line,.rp-second,.rp-third,.rp-placebo{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.rp-line{stroke:@accent;stroke-width:2.5}
.rp-second{stroke:@ink;stroke-dasharray:8 4}
.rp-third{stroke:@muted;stroke-dasharray:2 4}
.rp-placebo{stroke:@placebo;stroke-dasharray:5 4}
.rp-band{fill:@accent;fill-opacity:.16;stroke:none}
.rp-inner{fill:@accent;fill-opacity:.22;stroke:none}
.rp-wash{fill:@muted;fill-opacity:.14;stroke:none}
.rp-reference{fill:none;stroke:@muted;stroke-width:1}
.rp-threshold{fill:none;stroke:@ink;stroke-width:1.25;stroke-dasharray:1 3;stroke-linecap:round}
.rp-bar{fill:@accent;fill-opacity:.3;stroke:@accent;stroke-width:1.5}
.rp-outline{fill:none;stroke:@placebo;stroke-width:1.5;stroke-dasharray:4 3}
.rp-rate{fill:@muted;fill-opacity:.35;stroke:@muted;stroke-width:1}
.rp-session{fill:@ink}
.rp-whisker{fill:none;stroke:@ink;stroke-width:1.5}
.rp-dot{fill:@ink}
.rp-square,.rp-diamond{fill:@accent}
.rp-bubble{fill:@accent;fill-opacity:.3;stroke:@accent;stroke-width:1.5}
.rp-bound{fill:none;stroke:@muted;stroke-width:1.5;stroke-dasharray:3 3}
.rp-reach{fill:none;stroke:@accent;stroke-width:2.5}
.rp .rp-study{font-weight:600}
.rp .rp-halo{paint-order:stroke;stroke:@paper;stroke-width:3px;stroke-linejoin:round}
"""


def _stylesheet() -> str:
    rules = _RULES.strip()
    for name, (light, _) in _PAINTS.items():
        for property_ in ("fill", "stroke"):
            fallback = f"{property_}:{light};{property_}:var(--rp-{name})"
            rules = rules.replace(f"{property_}:@{name}", fallback)
    light_values = ";".join(f"--rp-{name}:{light}" for name, (light, _) in _PAINTS.items())
    dark_values = ";".join(f"--rp-{name}:{dark}" for name, (_, dark) in _PAINTS.items())
    dark_rule = f"@media screen and (prefers-color-scheme:dark){{.rp{{{dark_values}}}}}"
    return f".rp{{{light_values}}}\n{dark_rule}\n{rules}"


#: The style element's text, the same in every picture, so that pictures inlined in one page agree.
STYLESHEET = _stylesheet()
