//! The command line: arguments, commands, output as text or JSON, exit codes.
