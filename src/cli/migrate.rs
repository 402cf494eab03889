//! `packshot migrate`: brings a PostgreSQL database's schema up to date, or says how it stands. Knows no table.

use serde_json::json;

use super::args::MigrateArgs;
use super::{OK, SOME_FAILED, Session, output};
use crate::app;
use crate::entity::schema;
use crate::error::{Code, Problem};

pub(super) fn run(session: &Session, args: &MigrateArgs) -> Result<u8, Problem> {
    let Some(url) = &session.config.database else {
        let message = "no PostgreSQL database is set (PACKSHOT_DATABASE); SQLite in a data folder is brought up to date by whoever opens it";
        return Err(Problem::new(Code::ConfigInvalid, "database", message));
    };
    let step = |name: &str, status: &str| output::line(&json!({"step": name, "status": status}).to_string());
    super::runtime()?.block_on(async {
        if !args.status {
            for name in schema::upgrade(url).await.map_err(app::failed(url))? {
                step(&name, "taken");
            }
        }
        let standing = schema::standing(url).await.map_err(app::failed(url))?;
        if args.status {
            standing.applied.iter().for_each(|name| step(name, "applied"));
            standing.pending.iter().for_each(|name| step(name, "pending"));
        }
        let (applied, pending) = (standing.applied.len(), standing.pending.len());
        output::say(&format!("{url}: {applied} steps taken, {pending} to take"));
        Ok(if pending == 0 { OK } else { SOME_FAILED })
    })
}
