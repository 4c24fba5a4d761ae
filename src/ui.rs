//! The console: state, messages, effects, layout and drawing.
