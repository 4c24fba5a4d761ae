//! campaign × profile × now → rendered JSON → checked request → parsed message: the one path that everything uses.
