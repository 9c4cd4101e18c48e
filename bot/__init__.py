"""The machine: hears, plays dialogs, speaks. It knows nothing of lifts, meals or property firms."""
