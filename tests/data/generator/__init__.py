"""Turns the published tables of one bidragsår into the events behind them."""
