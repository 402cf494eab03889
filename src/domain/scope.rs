//! Whose data. Rows are reached only through a scope. Knows no database.

use super::Id;

/// The id text of the Organization in which the command line works. It is fixed so that a data folder can be moved and merged.
pub const DEFAULT_ORGANIZATION: &str = "org_00000000000070008000000000000001";

/// The right to touch one Organization's rows. Made by extractors, job entry points and `tenancy`, never by a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantScope {
    organization: Id,
}

impl TenantScope {
    /// A scope for `organization`; call this only where the right has just been established.
    pub fn established(organization: Id) -> Self {
        TenantScope { organization }
    }

    /// Whose rows.
    pub fn organization(&self) -> &Id {
        &self.organization
    }
}

/// The right to look across Organizations: the queue's claim, the rescuer, migrations.
#[derive(Clone, Debug)]
pub struct SystemScope(());

impl SystemScope {
    /// For `app` and maintenance only; `why` makes the reason stand at the call.
    pub fn established(_why: &'static str) -> Self {
        SystemScope(())
    }
}
