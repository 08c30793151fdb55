//! Creating, changing, deleting and listing groups.

use serial_core::{
    Answer, Direction, Group, GroupChange, GroupDeletePlan, GroupId, GroupPlan, GroupQuery, Kind, Limit, Refusal,
    Scope, Slice, Start, StoreError, StoreResult,
};

use crate::{
    database::Database,
    life::{cause_of, check_cause, inserted_events, lock},
    records::{self, GROUP, number},
    session::Statement,
    trouble::Trouble,
    values::{bits, clamped, integer, keys, moment, optional_integer, storable, text, without_nul},
};

/// The next id is one more than the greatest. Two that make a group at the same moment would take the same one, and the
/// primary key lets only one of them: so the number of groups is what it was when it was counted.
const CREATE: &str = r"
WITH made AS (
    INSERT INTO serialref.groups (group_id, name, description, kind, scope, format, limits, created_at, revision, live,
        issued, next_index, batches, events, fields, warranty, public_name, public_description, low_stock, code_length)
    SELECT coalesce(max(group_id), 0) + 1, $1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, 1, 0, 0, 0, 0, 1, $9::jsonb, $10, $11,
        $12, $13, $17
    FROM serialref.groups HAVING $8 = -1 OR count(CASE WHEN NOT deleted THEN 1 END) < $8
    RETURNING group_id
), told AS (
    INSERT INTO serialref.events (group_id, event_id, happened_at, kind, actor, reason, note)
    SELECT group_id, 1, $7, 'group created', $14, $15, $16 FROM made
), kept AS (
    INSERT INTO serialref.group_keys (group_id, keys) SELECT group_id, $18 FROM made WHERE $18 IS NOT NULL
)
SELECT group_id FROM made";

const CHANGE: &str = "UPDATE serialref.groups SET name = $2, description = $3, limits = $4::jsonb, fields = $5::jsonb, \
                      warranty = $6, public_name = $7, public_description = $8, low_stock = $9, revision = $10, events = \
                      events + $11, next_index = $12 WHERE group_id = $1";

const KEEP_KEYS: &str = "INSERT INTO serialref.group_keys (group_id, keys) VALUES ($1, $2) ON CONFLICT (group_id) DO \
                         UPDATE SET keys = excluded.keys";

const DELETE: &str = r"
WITH gone AS (
    UPDATE serialref.groups SET deleted = true, events = events + 1
    WHERE group_id = $1 AND NOT deleted AND issued <= $2
    RETURNING group_id, live, events
), told AS (
    INSERT INTO serialref.events (group_id, event_id, happened_at, kind, count, actor, reason, note)
    SELECT group_id, events, $3, 'group deleted', live, $4, $5, $6 FROM gone
)
SELECT live FROM gone";

/// How many groups are looked at in one go where a part of their names is wanted.
const CHUNK: i64 = 1000;

impl Database {
    pub(crate) async fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        storable(plan.created_at)?;
        check_cause(&plan.cause)?;
        let group = Group::from_plan(GroupId(0), plan);
        keepable(&group)?;
        let (format, limits, fields) = (written(&plan.format)?, written(&plan.limits)?, written(&plan.fields)?);
        self.retry(|| self.try_to_create(plan, [&format, &limits, &fields])).await
    }

    async fn try_to_create(
        &self,
        plan: &GroupPlan,
        [format, limits, fields]: [&str; 3],
    ) -> Result<Answer<Group>, Trouble> {
        let mut session = self.writing().await?;
        // Those who make groups take turns, instead of meeting at the primary key.
        let turn = Statement::new("SELECT version FROM serialref.schema_version FOR UPDATE", vec![]);
        let most = match plan.max_groups {
            Limit::Unlimited => -1,
            Limit::AtMost(most) => clamped(most),
        };
        let mut parameters = vec![
            text(plan.name.as_str()),
            text(&*plan.description),
            text(match plan.kind {
                Kind::Continuous => "continuous",
                Kind::Batch => "batch",
            }),
            text(match plan.scope {
                Scope::Registry => "registry",
                Scope::Group => "group",
            }),
            text(format),
            text(limits),
            moment(plan.created_at),
            integer(most),
            text(fields),
            text(plan.warranty.to_string()),
            text(&*plan.public_name),
            text(&*plan.public_description),
            optional_integer(plan.low_stock.map(bits)),
        ];
        parameters.extend(cause_of(&plan.cause));
        parameters.push(integer(clamped(plan.format.width() as u64)));
        parameters.push(keys(&plan.keys));
        let create = Statement::new(CREATE, parameters);
        let created = match session.run(&[turn, create]).await {
            Ok(mut rows) => rows.pop().unwrap_or_default(),
            Err(Trouble::Taken) => Vec::new(),
            Err(trouble) => return Err(trouble),
        };
        if let Some(row) = created.first() {
            let id = GroupId(number(row, 0)?);
            session.finish(&[]).await?;
            let mut group = Group::from_plan(id, plan);
            group.events = 1;
            return Ok(Answer::Done(group));
        }
        session.cancel().await;
        self.why_not_created(plan).await
    }

    async fn why_not_created(&self, plan: &GroupPlan) -> Result<Answer<Group>, Trouble> {
        let named = named(plan.name.as_str());
        let count = Statement::new("SELECT count(*) FROM serialref.groups WHERE NOT deleted", vec![]);
        let rows = self.reading().await?.finish(&[named, count]).await?;
        if let Some(row) = rows.first().and_then(|rows| rows.first()) {
            return Ok(Refusal::NameTaken { group: GroupId(number(row, 0)?) }.into());
        }
        let present = match rows.get(1).and_then(|rows| rows.first()) {
            Some(row) => number(row, 0)?,
            None => 0,
        };
        if !plan.max_groups.allows(present.saturating_add(1)) {
            return Ok(Refusal::TooManyGroups { present }.into());
        }
        Err(Trouble::Taken)
    }

    pub(crate) async fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        storable(change.at)?;
        check_cause(&change.cause)?;
        self.retry(|| self.try_to_change(change)).await
    }

    async fn try_to_change(&self, change: &GroupChange) -> Result<Answer<Group>, Trouble> {
        let mut session = self.writing().await?;
        let rows = session.run(&[lock([change.group])]).await?;
        let Some(row) = rows.iter().flatten().next() else {
            session.cancel().await;
            return Ok(Refusal::NoSuchGroup { group: change.group }.into());
        };
        let mut group = records::group(row)?;
        if change.revision.is_some_and(|revision| revision != group.revision) {
            session.cancel().await;
            return Ok(Refusal::GroupChanged { group: Box::new(group) }.into());
        }
        let said = change.apply(&mut group);
        keepable(&group)?;
        let (id, before) = (group.id, group.events);
        group.events += said.len() as u64;
        let update = Statement::new(
            CHANGE,
            vec![
                integer(bits(id.0)),
                text(group.name.as_str()),
                text(&*group.description),
                text(written(&group.limits)?),
                text(written(&group.fields)?),
                text(group.warranty.to_string()),
                text(&*group.public_name),
                text(&*group.public_description),
                optional_integer(group.low_stock.map(bits)),
                integer(bits(group.revision)),
                integer(clamped(said.len() as u64)),
                integer(bits(group.next_index)),
            ],
        );
        let mut statements = vec![update];
        if change.key.is_some() {
            statements.push(Statement::new(KEEP_KEYS, vec![integer(bits(id.0)), keys(&group.keys)]));
        }
        statements.extend(inserted_events(id, before, &said, change.at, &change.cause));
        match session.end_with(&statements, false).await {
            Ok(_) => Ok(Answer::Done(group)),
            Err(Trouble::Taken) => {
                let rows = self.reading().await?.finish(&[named(group.name.as_str())]).await?;
                match rows.iter().flatten().next() {
                    Some(row) => Ok(Refusal::NameTaken { group: GroupId(number(row, 0)?) }.into()),
                    None => Err(Trouble::Taken),
                }
            }
            Err(trouble) => Err(trouble),
        }
    }

    pub(crate) async fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        storable(plan.at)?;
        check_cause(&plan.cause)?;
        self.retry(|| self.try_to_delete_group(plan)).await
    }

    async fn try_to_delete_group(&self, plan: &GroupDeletePlan) -> Result<Answer<u64>, Trouble> {
        let mut session = self.writing().await?;
        let mut parameters = vec![integer(bits(plan.group.0)), integer(clamped(plan.issued)), moment(plan.at)];
        parameters.extend(cause_of(&plan.cause));
        let rows = session.run(&[Statement::new(DELETE, parameters)]).await?;
        if let Some(row) = rows.iter().flatten().next() {
            let live = number(row, 0)?;
            session.finish(&[]).await?;
            return Ok(Answer::Done(live));
        }
        session.cancel().await;
        match self.look_at_group(plan.group).await? {
            None => Ok(Refusal::NoSuchGroup { group: plan.group }.into()),
            Some(group) if group.issued > plan.issued => Ok(Refusal::GroupChanged { group: Box::new(group) }.into()),
            Some(_) => Err(Trouble::Taken),
        }
    }

    pub(crate) async fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.retry(|| self.look_at_group(id)).await
    }

    pub(crate) async fn look_at_group(&self, id: GroupId) -> Result<Option<Group>, Trouble> {
        let rows = self.reading().await?.finish(&[group(id)]).await?;
        rows.iter().flatten().next().map(records::group).transpose()
    }

    pub(crate) async fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        match &query.name_part {
            Some(part) if part.contains('\0') => {
                Ok(Slice { items: Vec::new(), more: false, total: query.counted.then_some(0) })
            }
            Some(part) if !part.is_empty() => self.groups_named(query, part).await,
            _ => self.retry(|| self.page_of_groups(query)).await,
        }
    }

    async fn page_of_groups(&self, query: &GroupQuery) -> Result<Slice<Group>, Trouble> {
        let (skip, after) = match query.start {
            Start::Skip(skip) => (clamped(skip), None),
            Start::After(last) => (0, Some(last)),
        };
        let page = page(query.direction, after, i64::from(query.size) + 1, skip);
        let count = Statement::new("SELECT count(*) FROM serialref.groups WHERE NOT deleted", vec![]);
        let statements = if query.counted { vec![page, count] } else { vec![page] };
        let rows = self.reading().await?.finish(&statements).await?;
        let mut rows = rows.into_iter();
        let mut items = rows.next().unwrap_or_default().iter().map(records::group).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > query.size as usize;
        items.truncate(query.size as usize);
        let total = rows.next().and_then(|rows| rows.first().map(|row| number(row, 0))).transpose()?;
        Ok(Slice { items, more, total })
    }

    /// Looks at all names, because no server makes capital letters small in exactly the way that the contract wants.
    async fn groups_named(&self, query: &GroupQuery, part: &str) -> Result<Slice<Group>, StoreError> {
        let (mut skip, start) = match query.start {
            Start::Skip(skip) => (skip, None),
            Start::After(last) => (0, Some(last)),
        };
        let mut after = if query.counted { None } else { start };
        let is_before = |id: GroupId| match (start, query.direction) {
            (None, _) => false,
            (Some(last), Direction::OldestFirst) => id <= last,
            (Some(last), Direction::NewestFirst) => id >= last,
        };
        let mut slice = Slice { items: Vec::new(), more: false, total: query.counted.then_some(0) };
        loop {
            let rows = self.retry(|| self.chunk_of_groups(query.direction, after)).await?;
            for group in rows.iter().filter(|group| group.name.contains_in_any_case(part)) {
                slice.total = slice.total.map(|total| total + 1);
                if is_before(group.id) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                } else if slice.items.len() < query.size as usize {
                    slice.items.push(group.clone());
                } else {
                    slice.more = true;
                }
            }
            after = rows.last().map(|group| group.id);
            if (rows.len() as u64) < CHUNK.unsigned_abs() || (slice.more && !query.counted) {
                return Ok(slice);
            }
        }
    }

    async fn chunk_of_groups(&self, direction: Direction, after: Option<GroupId>) -> Result<Vec<Group>, Trouble> {
        let rows = self.reading().await?.finish(&[page(direction, after, CHUNK, 0)]).await?;
        rows.iter().flatten().map(records::group).collect()
    }
}

/// Reads a group, unless it was deleted.
pub(crate) fn group<'a>(id: GroupId) -> Statement<'a> {
    let sql = format!("SELECT {GROUP} FROM serialref.groups WHERE group_id = $1 AND NOT deleted");
    Statement::new(sql, vec![integer(bits(id.0))])
}

fn named<'a>(name: &str) -> Statement<'a> {
    Statement::new("SELECT group_id FROM serialref.groups WHERE name = $1 AND NOT deleted", vec![text(name)])
}

fn page<'a>(direction: Direction, after: Option<GroupId>, size: i64, skip: i64) -> Statement<'a> {
    let (compare, order) = match direction {
        Direction::OldestFirst => (">", "ASC"),
        Direction::NewestFirst => ("<", "DESC"),
    };
    let mut parameters = vec![integer(size), integer(skip)];
    let mut condition = String::new();
    match (after, direction) {
        (None, _) => {}
        // Every id is less than what is beyond the greatest that there can be.
        (Some(last), Direction::NewestFirst) if last.0 > i64::MAX.unsigned_abs() => {}
        (Some(last), _) => {
            condition = format!("AND group_id {compare} $3");
            parameters.push(integer(clamped(last.0)));
        }
    }
    let sql = format!(
        "SELECT {GROUP} FROM serialref.groups WHERE NOT deleted {condition} ORDER BY group_id {order} LIMIT $1 OFFSET $2"
    );
    Statement::new(sql, parameters)
}

/// Refuses what no text in the database can have.
fn keepable(group: &Group) -> Result<(), StoreError> {
    without_nul("the description", &group.description)?;
    without_nul("the public name", &group.public_name)?;
    without_nul("the public description", &group.public_description)?;
    group.fields.iter().try_for_each(|field| without_nul("the default of a field", &field.default))
}

fn written<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::contract(format!("a format, limits or fields cannot be written down: {error}")))
}
