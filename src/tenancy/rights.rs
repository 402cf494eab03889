//! What each role and each scope of a key may: the one table. Knows no route; a route asks for a [`Right`].

use serde::{Deserialize, Serialize};

use crate::entity::membership::Role;

/// Something that one may or may not do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Look at products, photos, generations, results and files.
    Read,
    /// Upload photos, ask for pictures and for verdicts.
    Write,
    /// Make and revoke API keys.
    Keys,
    /// Invite people.
    Members,
    /// Read who did what.
    Audit,
    /// Decide about pictures that were held.
    Review,
    /// End the organization.
    Close,
    /// Say where the organization is told what happens.
    Webhooks,
}

use Right::{Audit, Close, Keys, Members, Read, Review, Webhooks, Write};

/// Every role with all that it may. Billing has no routes yet; its role looks until then.
const ROLES: [(Role, &[Right]); 6] = [
    (Role::Owner, &[Read, Write, Keys, Members, Audit, Review, Webhooks, Close]),
    (Role::Admin, &[Read, Write, Keys, Members, Audit, Review, Webhooks]),
    (Role::Editor, &[Read, Write, Review]),
    (Role::Reviewer, &[Read, Review]),
    (Role::Billing, &[Read]),
    (Role::Viewer, &[Read]),
];

/// Every scope that a key can have with all that it may. No key manages keys or people: one that leaks cannot make itself others.
const SCOPES: [(&str, &[Right]); 4] =
    [("read", &[Read]), ("review", &[Read, Review]), ("webhooks", &[Webhooks]), ("write", &[Read, Write])];

/// What `role` may.
pub fn of_role(role: Role) -> Vec<Right> {
    ROLES.iter().filter(|(known, _)| *known == role).flat_map(|(_, rights)| rights.to_vec()).collect()
}

/// What a key with `scopes` may; unknown scopes give nothing.
pub fn of_scopes(scopes: &[String]) -> Vec<Right> {
    let mut rights: Vec<Right> = SCOPES
        .iter()
        .filter(|(name, _)| scopes.iter().any(|scope| scope == name))
        .flat_map(|(_, rights)| rights.to_vec())
        .collect();
    rights.sort_unstable();
    rights.dedup();
    rights
}

/// The names of all scopes.
pub fn scopes() -> Vec<&'static str> {
    SCOPES.iter().map(|(name, _)| *name).collect()
}

/// A role by its name on the wire.
pub fn role(name: &str) -> Option<Role> {
    ROLES.iter().map(|(role, _)| *role).find(|role| role_name(*role) == name)
}

/// A role's name on the wire.
pub fn role_name(role: Role) -> String {
    use sea_orm::ActiveEnum;
    role.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn every_role_stands_in_the_table_once_and_only_those_who_run_it_manage_people() {
        for found in Role::iter() {
            assert_eq!(ROLES.iter().filter(|(known, _)| *known == found).count(), 1, "{found:?}");
            assert_eq!(role(&role_name(found)), Some(found));
            let manages = of_role(found).contains(&Members);
            assert_eq!(manages, [Role::Owner, Role::Admin].contains(&found), "{found:?}");
            assert!(of_role(found).contains(&Read), "{found:?}");
        }
    }

    #[test]
    fn no_scope_of_a_key_makes_keys() {
        let all: Vec<String> = scopes().into_iter().map(str::to_owned).collect();
        assert_eq!(of_scopes(&all), [Read, Write, Review, Webhooks]);
        assert!(of_scopes(&["keys".to_owned()]).is_empty());
    }
}
