//! Arrays that may be far larger than the caches.

use std::ops::{Deref, DerefMut};

use bytemuck::{AnyBitPattern, NoUninit};

/// An array in large pages where it fills some, and anywhere else where it is smaller or the system has no such pages.
///
/// Who reads at random from much memory waits twice for each read: for what is read, and before that for where its page
/// lies, since a processor remembers few of the places of pages of 4 KiB. Of pages of 2 MiB it remembers them all. They are
/// also had from the system in fewer steps.
pub(super) enum Large<T> {
    Anywhere(Vec<T>),
    #[cfg(target_os = "linux")]
    Mapped(linux::Mapped),
}

impl<T: AnyBitPattern + NoUninit> Large<T> {
    /// An array of zeros.
    pub(super) fn zeroed(len: usize) -> Self {
        #[cfg(target_os = "linux")]
        if let Some(mapped) = linux::Mapped::zeroed(len.saturating_mul(size_of::<T>())) {
            return Self::Mapped(mapped);
        }
        Self::Anywhere(vec![T::zeroed(); len])
    }
}

impl<T> Default for Large<T> {
    fn default() -> Self {
        Self::Anywhere(Vec::new())
    }
}

impl<T: AnyBitPattern + NoUninit> Deref for Large<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Anywhere(items) => items,
            #[cfg(target_os = "linux")]
            Self::Mapped(mapped) => bytemuck::cast_slice(mapped.bytes()),
        }
    }
}

impl<T: AnyBitPattern + NoUninit> DerefMut for Large<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Anywhere(items) => items,
            #[cfg(target_os = "linux")]
            Self::Mapped(mapped) => bytemuck::cast_slice_mut(mapped.bytes_mut()),
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use memmap2::{Advice, MmapMut};

    /// The size of a large page, and what one begins at a multiple of, where it is not larger still.
    const PAGE: usize = 2 << 20;

    /// Memory had from the system alone, zeroed, beginning with a large page.
    pub(in super::super) struct Mapped {
        map: MmapMut,
        start: usize,
        len: usize,
    }

    impl Mapped {
        /// `None` where no large page would be filled, or where the system gives nothing.
        pub(super) fn zeroed(len: usize) -> Option<Self> {
            if len < PAGE {
                return None;
            }
            let map = MmapMut::map_anon(len.checked_add(PAGE)?).ok()?;
            let start = map.as_ptr().align_offset(PAGE);
            if start > PAGE {
                return None;
            }
            // Where the system has no large pages, this is memory like any other.
            let _ = map.advise_range(Advice::HugePage, start, len);
            Some(Self { map, start, len })
        }

        #[inline]
        pub(super) fn bytes(&self) -> &[u8] {
            &self.map[self.start..self.start + self.len]
        }

        #[inline]
        pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
            &mut self.map[self.start..self.start + self.len]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_every_size_are_zeros_and_keep_what_is_written() {
        for len in [0, 1, 1000, (2 << 20) / 8 - 1, (2 << 20) / 8, 1_000_003] {
            let mut array: Large<u64> = Large::zeroed(len);
            assert_eq!(array.len(), len);
            assert!(array.iter().all(|item| *item == 0));
            for (item, number) in array.iter_mut().zip(1..) {
                *item = number;
            }
            assert!(array.iter().copied().eq(1..=len as u64));
        }
    }
}
