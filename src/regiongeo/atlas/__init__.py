"""The region atlas: its members, how polycentric it is, how its people and emissions develop."""
