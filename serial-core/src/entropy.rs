//! Where randomness comes from.

use std::{
    fmt,
    sync::{Mutex, TryLockError},
};

use rand::{Rng, SeedableRng, TryRng, rngs::SysRng};
use rand_chacha::ChaCha20Rng;

/// Gives a registry its random bytes.
///
/// The codes of Random groups are exactly as hard to guess as these bytes. Implement it to use a hardware
/// generator, or a seeded one in a test. An implementation must not repeat itself in a forked child, and must
/// return an error rather than bytes of lower quality. A registry draws up to 64 codes of a group ahead for single
/// references, so that an error may be told that many references later.
///
/// ```
/// use serial_core::{Entropy, EntropyError, MemoryStore, Registry};
///
/// struct Broken;
/// impl Entropy for Broken {
///     fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
///         Err(EntropyError::new("the generator on the bench is switched off"))
///     }
/// }
/// let registry = Registry::builder(MemoryStore::new()).entropy(Broken).build();
/// ```
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes` with random ones.
    ///
    /// # Errors
    /// [`EntropyError`] where there are none to be had; what `bytes` then holds is not used.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// Random bytes could not be had; the reason is the source's own words.
///
/// ```
/// use serial_core::EntropyError;
///
/// assert_eq!(EntropyError::new("no device").to_string(), "no device");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EntropyError {
    reason: String,
}

impl EntropyError {
    /// An error with a reason that a person can act on.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// `ChaCha20` seeded by the operating system; what a registry uses unless told otherwise.
///
/// A forked child seeds itself anew before it draws anything, so that it never repeats its parent. Threads that
/// draw at the same time use generators of their own, up to four.
///
/// Source: D. J. Bernstein, "`ChaCha`, a variant of Salsa20"; RFC 8439.
///
/// ```
/// use serial_core::{Entropy, SystemEntropy};
///
/// let (mut one, mut other) = ([0; 16], [0; 16]);
/// let entropy = SystemEntropy::new();
/// entropy.fill(&mut one)?;
/// entropy.fill(&mut other)?;
/// assert_ne!(one, other);
/// # Ok::<(), serial_core::EntropyError>(())
/// ```
pub struct SystemEntropy {
    generators: [Mutex<Generator>; 4],
}

/// Empty until the first draw, so that opening a registry needs no entropy.
#[derive(Default)]
struct Generator(Option<(forkguard::Guard, ChaCha20Rng)>);

impl SystemEntropy {
    /// A generator that seeds itself when it is first used.
    pub fn new() -> Self {
        Self { generators: Default::default() }
    }
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SystemEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemEntropy").finish_non_exhaustive()
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for generator in &self.generators {
            match generator.try_lock() {
                Ok(mut generator) => return generator.fill(bytes),
                Err(TryLockError::Poisoned(mut poisoned)) => return poisoned.get_mut().fill(bytes),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        // All are busy, or were when this process was forked and will never be free here.
        from_system(bytes)
    }
}

impl Generator {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        if let Some((fork, generator)) = &mut self.0 {
            if !fork.detected_fork() {
                generator.fill_bytes(bytes);
                return Ok(());
            }
        }
        let fork = forkguard::Guard::try_new()
            .map_err(|error| EntropyError::new(format!("forks of this process cannot be noticed: {error}")))?;
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        from_system(&mut *seed)?;
        self.0.insert((fork, ChaCha20Rng::from_seed(*seed))).1.fill_bytes(bytes);
        Ok(())
    }
}

fn from_system(bytes: &mut [u8]) -> Result<(), EntropyError> {
    SysRng
        .try_fill_bytes(bytes)
        .map_err(|error| EntropyError::new(format!("the operating system gives no random bytes: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_had_while_every_generator_is_busy() {
        let entropy = SystemEntropy::new();
        let _held: Vec<_> = entropy.generators.iter().map(|generator| generator.lock().unwrap()).collect();
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes).unwrap();
        assert_ne!(bytes, [0; 32]);
    }
}
