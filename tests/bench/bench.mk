# make bench: the figures of speed and size, printed as ratios.
