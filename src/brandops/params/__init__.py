"""Typed, validated parameters of a profile."""

from brandops.params.plan import Plan, load_plan, profiles

__all__ = ["Plan", "load_plan", "profiles"]
