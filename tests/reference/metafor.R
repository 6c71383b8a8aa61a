# Writes tests/reference/metafor.csv from tests/reference/metafor_input.csv with R's metafor (3.8-1 on R 4.2.2).
#   Rscript tests/reference/metafor.R
# Input: one row a study; columns dataset, yi, vi, and moderators x1, x2, category (NA where a dataset has none).
suppressMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
given <- read.csv(file.path(here, "metafor_input.csv"))
tight <- list(threshold = 1e-14, maxiter = 10000)
tighter <- list(tol = 1e-13, maxiter = 10000, tau2.max = 1e4)
rows <- list()
say <- function(dataset, model, quantity, value)
  rows[[length(rows) + 1]] <<- data.frame(dataset, model, quantity, value = sprintf("%.15g", as.numeric(value)))

describe <- function(dataset, model, fit, names = c("intercept", "x1", "x2")) {
  for (j in seq_along(fit$beta))
    for (what in c("beta", "se", "zval", "pval", "ci.lb", "ci.ub"))
      say(dataset, model, paste(names[j], what), fit[[what]][j])
  for (what in c("tau2", "I2", "H2", "QE", "QEp")) say(dataset, model, what, fit[[what]])
  if (fit$p > 1) for (what in c("R2", "QM", "QMp")) if (!is.null(fit[[what]])) say(dataset, model, what, fit[[what]])
  # metafor calls an interval whose upper end is 0 a null set and gives no numbers.
  profile <- confint(fit, type = "QP", control = tighter)$random["tau^2", ]
  say(dataset, model, "tau2 ci.lb", profile["ci.lb"])
  say(dataset, model, "tau2 ci.ub", profile["ci.ub"])
}

for (dataset in unique(given$dataset)) {
  d <- given[given$dataset == dataset, ]
  random <- rma(yi, vi, data = d, method = "REML", test = "knha", control = tight)
  describe(dataset, "random", random)
  say(dataset, "random", paste0("weight ", seq_along(d$yi)), weights(random) / 100)
  adhoc <- rma(yi, vi, data = d, method = "REML", test = "adhoc", control = tight)
  say(dataset, "random", "adhoc ci.lb", adhoc$ci.lb)
  say(dataset, "random", "adhoc ci.ub", adhoc$ci.ub)
  if (nrow(d) > 2) {
    # Higgins 2009: t with k - 2 degrees. Without pi.type this version takes k - 1 for a Hartung-Knapp fit.
    predicted <- predict(random, pi.type = "riley")
    say(dataset, "random", "pi.lb", predicted$pi.lb)
    say(dataset, "random", "pi.ub", predicted$pi.ub)
    predicted <- predict(adhoc, pi.type = "riley")
    say(dataset, "random", "adhoc pi.lb", predicted$pi.lb)
    say(dataset, "random", "adhoc pi.ub", predicted$pi.ub)
    egger <- regtest(random, model = "lm")
    for (what in c("zval", "pval", "est", "ci.lb", "ci.ub")) say(dataset, "egger", what, egger[[what]])
    mixed <- rma(yi, vi, mods = ~ sqrt(vi), data = d, method = "REML", test = "knha", control = tight)
    describe(dataset, "on standard error", mixed)
  }
  fixed <- rma(yi, vi, data = d, method = "FE")
  for (what in c("beta", "se", "pval", "ci.lb", "ci.ub")) say(dataset, "fixed", what, fixed[[what]])
  if (!anyNA(d$x1)) {
    describe(dataset, "on x1", rma(yi, vi, mods = ~ x1, data = d, method = "REML", test = "knha", control = tight))
    if (!anyNA(d$x2))
      describe(dataset, "on x1 and x2",
               rma(yi, vi, mods = ~ x1 + x2, data = d, method = "REML", test = "knha", control = tight))
  }
  if (!anyNA(d$category)) {
    # Treatment contrasts against the most frequent category; R makes the columns.
    d$level <- relevel(factor(d$category), ref = names(which.max(table(d$category))))
    names <- c("intercept", levels(d$level)[-1])
    for (test in c("knha", "adhoc"))
      describe(dataset, paste("on category", test),
               rma(yi, vi, mods = ~ level, data = d, method = "REML", test = test, control = tight), names)
  }
}

# Effect sizes from counts and means, for reprieve.inference.effect_sizes.
counts <- list(plain = c(7, 12, 2, 12), empty = c(5, 10, 0, 10), full = c(8, 8, 3, 9))
for (name in names(counts)) for (measure in c("RD", "RR", "OR")) {
  n <- counts[[name]]
  e <- escalc(measure = measure, ai = n[1], n1i = n[2], ci = n[3], n2i = n[4])
  say(name, tolower(measure), "yi", e$yi)
  say(name, tolower(measure), "vi", e$vi)
}
for (measure in c("MD", "SMD")) {
  e <- escalc(measure = measure, m1i = 2.5, sd1i = 2.8, n1i = 30, m2i = 5.4, sd2i = 2.6, n2i = 28)
  say("means", tolower(measure), "yi", e$yi)
  say("means", tolower(measure), "vi", e$vi)
}
# conv.2x2 and conv.p are not in this version; d from a two-sided p by t, then Hedges' factor as escalc has it.
t <- qt(0.02 / 2, 38, lower.tail = FALSE)
e <- escalc(measure = "SMD", di = t * sqrt(1 / 20 + 1 / 20), n1i = 20, n2i = 20)
say("p 0.02 of 20 and 20", "smd", "yi", e$yi)
say("p 0.02 of 20 and 20", "smd", "vi", e$vi)

write.csv(do.call(rbind, rows), file.path(here, "metafor.csv"), row.names = FALSE, quote = FALSE)
