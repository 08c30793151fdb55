//! A few connections, shared.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serial_core::StoreError;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::AbortHandle,
    time::timeout,
};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::trouble;

pub(crate) struct Pool {
    config: Config,
    tls: MakeRustlsConnect,
    connect_timeout: Duration,
    wait: Duration,
    accept_asynchronous_commit: bool,
    /// One permit for each connection that may exist.
    permits: Semaphore,
    size: usize,
    idle: Mutex<Vec<Connection>>,
}

/// A connection, with the task that moves its bytes.
struct Connection {
    client: Client,
    task: AbortHandle,
}

/// A connection on loan. It is closed when it is dropped, unless it is given back.
pub(crate) struct Loan<'a> {
    connection: Option<Connection>,
    pool: &'a Pool,
    _permit: SemaphorePermit<'a>,
}

impl Pool {
    pub(crate) fn new(
        config: Config,
        tls: MakeRustlsConnect,
        size: usize,
        connect_timeout: Duration,
        wait: Duration,
        accept_asynchronous_commit: bool,
    ) -> Self {
        Self {
            config,
            tls,
            connect_timeout,
            wait,
            accept_asynchronous_commit,
            permits: Semaphore::new(size),
            size,
            idle: Mutex::default(),
        }
    }

    /// An idle connection, or a new one; waits where all are in use, in the order of arrival.
    pub(crate) async fn lend(&self) -> Result<Loan<'_>, StoreError> {
        let Ok(Ok(permit)) = timeout(self.wait, self.permits.acquire()).await else {
            return Err(StoreError::busy(
                "all connections to the database are in use; try again in a moment, or make the pool larger",
            ));
        };
        while let Some(connection) = self.take_idle() {
            if !connection.client.is_closed() {
                return Ok(Loan { connection: Some(connection), pool: self, _permit: permit });
            }
        }
        let connection = self.connect().await?;
        Ok(Loan { connection: Some(connection), pool: self, _permit: permit })
    }

    /// Whether there may be more than one connection.
    pub(crate) fn is_shared(&self) -> bool {
        self.size > 1
    }

    /// Closes the connections that nobody uses.
    pub(crate) fn clear(&self) {
        self.idle().clear();
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<Connection, StoreError> {
        let connecting = self.config.connect(self.tls.clone());
        let (client, connection) = match timeout(self.connect_timeout, connecting).await {
            Ok(Ok(made)) => made,
            Ok(Err(error)) => return Err(trouble::connecting(error)),
            Err(_) => {
                return Err(StoreError::unavailable(
                    "the database did not answer in time; see the host and port in the address, and whether a \
                     firewall stands in between",
                ));
            }
        };
        let task = tokio::spawn(async move {
            // The calls that wait for an answer are told what happened; nobody else needs to know.
            let _ = connection.await;
        });
        let connection = Connection { client, task: task.abort_handle() };
        self.check(&connection.client).await?;
        Ok(connection)
    }

    /// Whether what the server acknowledges is on its disk.
    async fn check(&self, client: &Client) -> Result<(), StoreError> {
        if self.accept_asynchronous_commit {
            return Ok(());
        }
        // Servers that speak the same language may not know the setting.
        let asking = client.query_typed("SELECT current_setting('synchronous_commit', true)", &[]);
        let rows = match timeout(self.connect_timeout, asking).await {
            Ok(answer) => answer.map_err(trouble::connecting)?,
            Err(_) => return Err(StoreError::unavailable("the database accepted a connection and did not answer")),
        };
        let setting: Option<String> = rows.first().and_then(|row| row.try_get(0).ok()).flatten();
        if setting.as_deref() == Some("off") {
            return Err(StoreError::unavailable(
                "the server acknowledges commits before they are on disk (synchronous_commit = off), so a crash of it \
                 would undo references that are already printed; set it to on for this user (ALTER ROLE ... SET \
                 synchronous_commit = on), or accept that in the options of the store",
            ));
        }
        Ok(())
    }
}

impl Loan<'_> {
    pub(crate) fn client(&self) -> Option<&Client> {
        self.connection.as_ref().map(|connection| &connection.client)
    }

    /// Keeps the connection for the next call.
    pub(crate) fn give_back(mut self) {
        if let Some(connection) = self.connection.take().filter(|connection| !connection.client.is_closed()) {
            self.pool.idle().push(connection);
        }
    }

    /// Closes the connection at once, whatever is under way.
    pub(crate) fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            connection.task.abort();
        }
    }
}
