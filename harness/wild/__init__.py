"""Scenarios that nobody wrote, on real daemons and in the simulator."""
