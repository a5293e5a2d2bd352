"""Types of vectors, with their shapes."""

import numpy as np
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float32]
"""Shape (n, dimension), every row of unit length."""
FloatVector = NDArray[np.float32]
"""Shape (dimension,), unit length."""
