"""What all embedding models of the product have in common."""

from typing import TypeAlias

# Numbers of a vector; shorter ones are filled up with zeros, so that one column and one index serve every model.
DIMENSIONS = 1536
# The first of them, which say most of it: models that are trained so can be cut there (Kusupati et al., "Matryoshka
# Representation Learning", 2022), and the offline one uses no others.
COARSE = 512

Vector: TypeAlias = list[float]
