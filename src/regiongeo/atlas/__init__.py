"""The region atlas: who the members are, how polycentric the region is, how its people and emissions develop."""
