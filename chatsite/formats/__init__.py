"""How dates are written, where Django writes them otherwise: one folder for each language."""
