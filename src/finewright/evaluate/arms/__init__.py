"""The arms, one a file: functions that fit on the training part and return a `Predictor`."""
