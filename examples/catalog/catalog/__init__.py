"""Airports: what they are (`models`), where they are (`geo`), how they are found (`store`, `search`) and booked (`ledger`)."""
