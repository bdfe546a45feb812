"""Mutants made from the core's source by rule, and who kills them: python3 -m harness.systematic"""
