//! The parts of JSON that the decoder parses itself: escapes in strings, and numbers.

/// The state of an escape in a string. A chunk can end anywhere inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum JsonEscape {
    /// No escape has begun.
    #[default]
    None,
    /// After the backslash.
    Begun,
    /// After `\u`: the number of digits so far, and their value.
    Unicode(u8, u16),
}

/// Decodes a string's escapes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Unescape {
    pub escape: JsonEscape,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

/// Receives a string's bytes.
pub(crate) trait Sink {
    fn put(&mut self, bytes: &[u8]);

    /// Receives one byte, for sinks where that is faster.
    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.put(&[byte]);
    }
}

impl Unescape {
    /// Returns true if the next byte must go to [`Unescape::byte`].
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.escape != JsonEscape::None || self.high.is_some()
    }

    /// Ends the string. Half a surrogate pair becomes a replacement character.
    #[inline]
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        if self.is_open() {
            if self.escape != JsonEscape::None {
                sink.put("\u{fffd}".as_bytes());
            }
            self.flush(sink);
        }
        *self = Self::default();
    }

    fn flush(&mut self, sink: &mut impl Sink) {
        if self.high.take().is_some() {
            sink.put("\u{fffd}".as_bytes());
        }
    }

    /// Takes one byte of an open escape. Returns false if it is not part of an escape, and is to be
    /// read as any other byte.
    pub(crate) fn byte(&mut self, byte: u8, sink: &mut impl Sink) -> bool {
        match self.escape {
            JsonEscape::None => {
                if byte == b'\\' {
                    self.escape = JsonEscape::Begun;
                    return true;
                }
                self.flush(sink);
                false
            }
            JsonEscape::Begun => {
                self.escape = JsonEscape::None;
                if byte == b'u' {
                    self.escape = JsonEscape::Unicode(0, 0);
                    return true;
                }
                self.flush(sink);
                let plain = match byte {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'"' | b'\\' | b'/' => byte,
                    // Not an escape of JSON: show it unchanged.
                    _ => {
                        sink.put(b"\\");
                        return false;
                    }
                };
                sink.put_byte(plain);
                true
            }
            JsonEscape::Unicode(digits, value) => {
                let Some(digit) = (byte as char).to_digit(16) else {
                    self.escape = JsonEscape::None;
                    self.flush(sink);
                    sink.put("\u{fffd}".as_bytes());
                    return false;
                };
                let value = value << 4 | digit as u16;
                self.escape = JsonEscape::Unicode(digits + 1, value);
                if digits == 3 {
                    self.escape = JsonEscape::None;
                    self.unit(value, sink);
                }
                true
            }
        }
    }

    /// Takes one UTF-16 code unit.
    fn unit(&mut self, unit: u16, sink: &mut impl Sink) {
        if let (Some(high), 0xdc00..=0xdfff) = (self.high, unit) {
            self.high = None;
            let point = 0x10000 + (u32::from(high - 0xd800) << 10) + u32::from(unit - 0xdc00);
            put_char(char::from_u32(point), sink);
            return;
        }
        self.flush(sink);
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            unit => put_char(char::from_u32(u32::from(unit)), sink),
        }
    }
}

fn put_char(char: Option<char>, sink: &mut impl Sink) {
    let char = char.unwrap_or('\u{fffd}');
    if char.is_ascii() {
        return sink.put_byte(char as u8);
    }
    sink.put(char.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Parses a JSON number as whole seconds, rounded down, and clamped to the range of `i64`. Returns
/// `None` if it is not a number.
pub(crate) fn whole_seconds(token: &[u8]) -> Option<i64> {
    let (negative, digits) = match token.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, token),
    };
    let (mantissa, exponent) = match memchr::memchr2(b'e', b'E', digits) {
        Some(at) => (digits.get(..at)?, exponent(digits.get(at + 1..)?)?),
        None => (digits, 0),
    };
    let (whole, fraction) = match memchr::memchr(b'.', mantissa) {
        Some(at) => (mantissa.get(..at)?, mantissa.get(at + 1..)?),
        None => (mantissa, &b""[..]),
    };
    if whole.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return None;
    }
    // The number of digits before the point, after the exponent has moved it.
    let point = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
    let mut value: i64 = 0;
    let mut lost = false;
    let mut place: i64 = 0;
    for digit in whole.iter().chain(fraction) {
        if place < point {
            value = push_digit(value, i64::from(digit - b'0'));
        } else {
            lost |= *digit != b'0';
        }
        place += 1;
    }
    if value > 0 {
        // 20 zeros are enough to reach the limit of `i64`.
        for _ in place..point.min(place + 20) {
            value = push_digit(value, 0);
        }
    }
    match negative {
        false => Some(value),
        true if value == i64::MAX => Some(i64::MIN),
        true => Some(-value - i64::from(lost)),
    }
}

fn push_digit(value: i64, digit: i64) -> i64 {
    value.saturating_mul(10).saturating_add(digit)
}

fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |value, digit| {
        push_digit(value, i64::from(digit - b'0')).min(1 << 40)
    });
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::whole_seconds;
    use proptest::prelude::*;

    #[test]
    fn odd_numbers() {
        let cases: [(&str, Option<i64>); 14] = [
            ("1441770706", Some(1_441_770_706)),
            ("1441770706.9", Some(1_441_770_706)),
            ("-1.5", Some(-2)),
            ("-1.0", Some(-1)),
            ("1.44e3", Some(1440)),
            ("144E-1", Some(14)),
            ("-1e-400", Some(-1)),
            ("1e999999999999999999999", Some(i64::MAX)),
            ("99999999999999999999", Some(i64::MAX)),
            ("-99999999999999999999", Some(i64::MIN)),
            ("0e99999999999", Some(0)),
            ("NaN", None),
            ("-", None),
            ("1e", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(whole_seconds(text.as_bytes()), seconds, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_are_themselves(value in any::<i64>()) {
            prop_assume!(value != i64::MAX && value != i64::MIN);
            prop_assert_eq!(whole_seconds(value.to_string().as_bytes()), Some(value));
        }

        #[test]
        fn fractions_are_cut_as_floats_are(value in -1_000_000_000i64..1_000_000_000, part in 0u8..4, shift in 0i32..9) {
            // Quarters are exact as floats.
            let float = value as f64 + f64::from(part) / 4.0;
            prop_assert_eq!(whole_seconds(format!("{float:?}").as_bytes()), Some(float.floor() as i64));
            let shifted = format!("{value}e{shift}");
            prop_assert_eq!(whole_seconds(shifted.as_bytes()), Some(value * 10i64.pow(shift as u32)));
        }
    }
}
