//! Creating, changing, deleting and listing groups.

use serial_core::{
    Answer, Direction, Group, GroupChange, GroupDeletePlan, GroupId, GroupPlan, GroupQuery, Kind, Limit, Refusal,
    Scope, Slice, Start, StoreError, StoreResult,
};

use crate::{
    database::Database,
    records::{self, GROUP, number},
    session::Statement,
    trouble::Trouble,
    values::{bits, clamped, integer, moment, optional_text, storable, text, without_nul},
};

/// The next id is one more than the greatest. Two that make a group at the same moment would take the same one, and the
/// primary key lets only one of them: so the number of groups is what it was when it was counted.
const CREATE: &str = "INSERT INTO serialref.groups (group_id, name, description, kind, scope, format, limits, \
                      created_at, revision, live, issued, next_index, batches) SELECT coalesce(max(group_id), 0) + 1, \
                      $1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, 1, 0, 0, 0, 0 FROM serialref.groups HAVING $8 = -1 OR \
                      count(CASE WHEN NOT deleted THEN 1 END) < $8 RETURNING group_id";

/// How many groups are looked at in one go where a part of their names is wanted.
const CHUNK: i64 = 1000;

impl Database {
    pub(crate) async fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        storable(plan.created_at)?;
        without_nul("the description", &plan.description)?;
        let format = written(&plan.format)?;
        let limits = written(&plan.limits)?;
        self.retry(|| self.try_to_create(plan, &format, &limits)).await
    }

    async fn try_to_create(&self, plan: &GroupPlan, format: &str, limits: &str) -> Result<Answer<Group>, Trouble> {
        let mut session = self.writing().await?;
        // Those who make groups take turns, instead of meeting at the primary key.
        let turn = Statement::new("SELECT version FROM serialref.schema_version FOR UPDATE", vec![]);
        let most = match plan.max_groups {
            Limit::Unlimited => -1,
            Limit::AtMost(most) => clamped(most),
        };
        let create = Statement::new(
            CREATE,
            vec![
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
            ],
        );
        let created = match session.run(&[turn, create]).await {
            Ok(mut rows) => rows.pop().unwrap_or_default(),
            Err(Trouble::Taken) => Vec::new(),
            Err(trouble) => return Err(trouble),
        };
        if let Some(row) = created.first() {
            let id = GroupId(number(row, 0)?);
            session.finish(&[]).await?;
            return Ok(Answer::Done(Group::from_plan(id, plan)));
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
        if let Some(description) = &change.description {
            without_nul("the description", description)?;
        }
        let limits = change.limits.map(|limits| written(&limits)).transpose()?;
        self.retry(|| self.try_to_change(change, limits.as_deref())).await
    }

    async fn try_to_change(&self, change: &GroupChange, limits: Option<&str>) -> Result<Answer<Group>, Trouble> {
        let mut session = self.writing().await?;
        let update = Statement::new(
            format!(
                "UPDATE serialref.groups SET name = coalesce($2, name), description = coalesce($3, description), limits \
                 = coalesce($4::jsonb, limits), revision = revision + 1 WHERE group_id = $1 AND NOT deleted RETURNING \
                 {GROUP}"
            ),
            vec![
                integer(bits(change.group.0)),
                optional_text(change.name.as_ref().map(|name| name.as_str().to_owned())),
                optional_text(change.description.clone()),
                optional_text(limits.map(str::to_owned)),
            ],
        );
        match session.run(&[update]).await {
            Ok(rows) => {
                let group = rows.iter().flatten().next().map(records::group).transpose()?;
                session.finish(&[]).await?;
                Ok(group.map_or(Refusal::NoSuchGroup { group: change.group }.into(), Answer::Done))
            }
            Err(Trouble::Taken) => {
                let name = change.name.as_ref().map_or("", |name| name.as_str());
                let rows = self.reading().await?.finish(&[named(name)]).await?;
                match rows.iter().flatten().next() {
                    Some(row) => Ok(Refusal::NameTaken { group: GroupId(number(row, 0)?) }.into()),
                    None => Err(Trouble::Taken),
                }
            }
            Err(trouble) => Err(trouble),
        }
    }

    pub(crate) async fn delete_group(&self, plan: GroupDeletePlan) -> StoreResult<u64> {
        self.retry(|| self.try_to_delete_group(plan)).await
    }

    async fn try_to_delete_group(&self, plan: GroupDeletePlan) -> Result<Answer<u64>, Trouble> {
        let mut session = self.writing().await?;
        let update = Statement::new(
            "UPDATE serialref.groups SET deleted = true WHERE group_id = $1 AND NOT deleted AND issued <= $2 RETURNING \
             live",
            vec![integer(bits(plan.group.0)), integer(clamped(plan.issued))],
        );
        let rows = session.run(&[update]).await?;
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

fn written<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::contract(format!("a format or limits cannot be written down: {error}")))
}
