"""The admin's role: proven by unlocking a signing key, used to publish, recorded in the audit log."""
