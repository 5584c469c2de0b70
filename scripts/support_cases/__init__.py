"""True and wrong sentences with their passages, made by rule, for `scripts/eval_support`."""
