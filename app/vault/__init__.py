"""Everything that touches key material or ciphertext; auditable alone, specified in FORMAT.md."""
