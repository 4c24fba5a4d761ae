//! The text model: a rope, edits as invertible data, cursors on grapheme boundaries, selection, history.
