//! Command lines: answers, exit codes, problem lines.
