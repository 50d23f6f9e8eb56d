# A chart from a view, drawn by R from what psql says: Rscript chart.R FILE.pdf reads CSV on its standard input.
risks <- read.csv(file("stdin"), stringsAsFactors = FALSE)
stopifnot(nrow(risks) > 0, is.numeric(risks$risks))
pdf(commandArgs(TRUE)[1], width = 7, height = 4)
barplot(risks$risks, names.arg = risks$level, col = risks$colour, main = "Risks by current level", ylab = "Risks")
invisible(dev.off())
