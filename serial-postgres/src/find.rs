//! Finding references by their codes.

use serial_core::{GroupId, Reference, StoreError};

use crate::{
    database::Database,
    records::{self, REFERENCE, with_states},
    session::Statement,
    trouble::Trouble,
    values::{bits, optional_integer, text, texts},
};

/// The same for what was deleted, which is also whatever a deleted group had.
const GONE: &str = r#"
WITH namespaces AS (
    SELECT 0::bigint AS namespace
    UNION ALL
    SELECT group_id FROM serialref.groups WHERE scope = 'group' AND ($1::bigint IS NULL OR group_id = $1)
)
SELECT {REFERENCE} FROM (
    SELECT r.* FROM namespaces n CROSS JOIN LATERAL (
        SELECT * FROM serialref."references" x WHERE x.namespace = n.namespace AND x.code = $2 LIMIT 1
    ) r
    WHERE ($1::bigint IS NULL OR r.group_id = $1)
        AND (r.deleted OR EXISTS (SELECT 1 FROM serialref.groups g WHERE g.group_id = r.group_id AND g.deleted))
) found"#;

/// A code is looked up in the shared namespace and in that of each group that has its own, one by one: the index has
/// them in that order.
const FIND: &str = r#"
WITH namespaces AS (
    SELECT 0::bigint AS namespace
    UNION ALL
    SELECT group_id FROM serialref.groups WHERE scope = 'group' AND NOT deleted
)
SELECT {REFERENCE} FROM (
    SELECT r.* FROM namespaces n CROSS JOIN unnest($2) AS c (code)
    CROSS JOIN LATERAL (
        SELECT * FROM serialref."references" x WHERE x.namespace = n.namespace AND x.code = c.code LIMIT 1
    ) r
    WHERE NOT r.deleted AND ($1::bigint IS NULL OR r.group_id = $1)
        AND ($1::bigint IS NULL OR n.namespace = 0 OR n.namespace = $1)
        AND EXISTS (SELECT 1 FROM serialref.groups g WHERE g.group_id = r.group_id AND NOT g.deleted)
) found"#;

impl Database {
    pub(crate) async fn find(
        &self,
        group: Option<GroupId>,
        mut codes: Vec<String>,
    ) -> Result<Vec<Reference>, StoreError> {
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() {
            return Ok(Vec::new());
        }
        self.retry(|| self.look_for(group, &codes)).await
    }

    async fn look_for(&self, group: Option<GroupId>, codes: &[String]) -> Result<Vec<Reference>, Trouble> {
        let sql = FIND.replace("{REFERENCE}", REFERENCE);
        let find = Statement::new(
            with_states(&sql, "ASC"),
            vec![optional_integer(group.map(|group| bits(group.0))), texts(codes.to_vec())],
        );
        let rows = self.reading().await?.finish(&[find]).await?;
        rows.iter().flatten().map(records::reference).collect()
    }

    pub(crate) async fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        self.retry(|| self.look_for_deleted(group, code)).await
    }

    async fn look_for_deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, Trouble> {
        let sql = with_states(&GONE.replace("{REFERENCE}", REFERENCE), "ASC");
        let find = Statement::new(sql, vec![optional_integer(group.map(|group| bits(group.0))), text(code)]);
        let rows = self.reading().await?.finish(&[find]).await?;
        rows.iter().flatten().map(records::reference).collect()
    }
}
