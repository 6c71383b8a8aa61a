"""Server-made SVG pictures with a text alternative; arrays in, SVG out."""
