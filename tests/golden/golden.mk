# Whole commands against stored output.
