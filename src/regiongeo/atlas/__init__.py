"""The region atlas: who the members are, how polycentric the region is, how people and emissions develop."""
