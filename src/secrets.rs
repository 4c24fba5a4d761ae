//! Bot tokens and other secrets: where they live, how they are read, and their redaction in every output.
