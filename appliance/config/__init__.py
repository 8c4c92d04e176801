"""Configuration: ``schema`` says what can be set, ``load`` reads a file and names every problem in it."""

from appliance.config.load import load_config, parse_override
from appliance.config.schema import Config

__all__ = ["Config", "load_config", "parse_override"]
