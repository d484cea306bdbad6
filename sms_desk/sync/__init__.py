"""Receiving, delivering and the engine that runs both; knows no Qt."""
