"""What published comparisons say together: effect sizes, meta-analysis, meta-regression. Records in, numbers out."""
