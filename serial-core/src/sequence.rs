//! Consecutive numbers in an alphabet's own digits.

use crate::alphabet::Alphabet;

/// Writes consecutive numbers, each padded to the length of the body.
#[derive(Debug)]
pub(crate) struct Sequence<'a> {
    alphabet: &'a Alphabet,
    next: Vec<u8>,
}

impl<'a> Sequence<'a> {
    /// Begins with `number`, which fits `length` digits.
    pub(crate) fn starting_at(alphabet: &'a Alphabet, length: usize, mut number: u128) -> Self {
        let symbols = alphabet.as_bytes();
        let base = symbols.len() as u128;
        let mut next = vec![symbols[0]; length];
        for symbol in next.iter_mut().rev() {
            *symbol = symbols[(number % base) as usize];
            number /= base;
        }
        Self { alphabet, next }
    }

    /// Copies the next number's digits into `body` and goes on to the one after.
    pub(crate) fn write(&mut self, body: &mut [u8]) {
        body.copy_from_slice(&self.next);
        let symbols = self.alphabet.as_bytes();
        for symbol in self.next.iter_mut().rev() {
            let value = self.alphabet.value(*symbol).unwrap_or_default() + 1;
            if value < symbols.len() {
                *symbol = symbols[value];
                return;
            }
            *symbol = symbols[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_over_in_the_digits_of_the_alphabet() {
        let alphabet = Alphabet::new("ZA").unwrap();
        let mut sequence = Sequence::starting_at(&alphabet, 3, 5);
        let written: Vec<_> = (0..3)
            .map(|_| {
                let mut body = [0; 3];
                sequence.write(&mut body);
                String::from_utf8(body.to_vec()).unwrap()
            })
            .collect();
        assert_eq!(written, ["AZA", "AAZ", "AAA"]);
    }
}
