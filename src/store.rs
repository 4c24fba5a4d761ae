//! People: profiles and their properties, behind `trait Store` in domain terms; SQLite.
