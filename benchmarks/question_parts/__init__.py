"""Questions with the parts that they ask, written by somebody who did not see the rules."""
