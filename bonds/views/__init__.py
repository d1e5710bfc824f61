"""Pages of bonds: the project's, the bank's, the officers', and the public's."""
