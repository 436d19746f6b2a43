"""Stands in until the rules import from the registry."""

from layertrace.diagnosis.registry import rule as rule
