"""Choose several sites at once: covering models (`coverage`) behind one door to the solver (`solver`)."""
