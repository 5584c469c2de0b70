"""Faults on purpose: bit flips, kills, power cuts, refusing disks; every one from a seed."""
