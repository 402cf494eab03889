//! Where the database is. Knows no table, and in what it prints no password.

use std::fmt;
use std::path::Path;

use sea_orm::sqlx::postgres::PgConnectOptions;

/// The address of a database: a SQLite file or a PostgreSQL server. Printing it leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The SQLite file `path`, made if it is missing.
    pub fn file(path: &Path) -> Self {
        DatabaseUrl(format!("sqlite://{}?mode=rwc", path.display()))
    }

    /// A SQLite database of its own, in memory.
    pub fn memory() -> Self {
        DatabaseUrl("sqlite::memory:".to_owned())
    }

    /// A PostgreSQL database by `postgres://user:password@host:port/database`; options follow after `?`, as in `sslmode=verify-full`. What is
    /// wrong is said without repeating the text.
    pub fn postgres(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let rest = rest.ok_or("it must begin with postgres://")?;
        let url = format!("postgres://{rest}");
        let options: PgConnectOptions =
            url.parse().map_err(|_may_repeat_the_text| "it is no postgres://user:password@host/database")?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err("it names no database: postgres://user:password@host/database".to_owned());
        }
        Ok(DatabaseUrl(url))
    }

    /// Whether it is on a PostgreSQL server.
    pub fn is_postgres(&self) -> bool {
        self.0.starts_with("postgres:")
    }

    /// All of it for whoever connects to a PostgreSQL server.
    pub(super) fn server(&self) -> Option<PgConnectOptions> {
        self.is_postgres().then(|| self.0.parse().ok()).flatten()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_postgres() {
            return f.write_str(&self.0);
        }
        let Some(options) = self.server() else { return f.write_str("postgres://…") };
        let (host, port) = (options.get_host(), options.get_port());
        write!(f, "postgres://{}@{host}:{port}/", options.get_username())?;
        f.write_str(options.get_database().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        let url =
            DatabaseUrl::postgres("postgresql://ann:s3cret@db.example:5433/shop?sslmode=require").unwrap();
        assert_eq!(format!("{url} {url:?}").matches("ann@db.example:5433/shop").count(), 2, "{url}");
        assert!(!format!("{url} {url:?}").contains("s3cret"));
        for wrong in
            ["mysql://ann:s3cret@h/d", "postgres://ann:s3cret@h:port/d", "postgres://ann:s3cret@h", ""]
        {
            let message = DatabaseUrl::postgres(wrong).unwrap_err();
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
