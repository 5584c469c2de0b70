"""What `scripts/eval_*` and `scripts/fit_*` share: reading public data, making a library."""
