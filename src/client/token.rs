//! The API token. It can be sent and stored, but not printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A token of the API. Without `Debug` and `Display`, so that it cannot reach a log, a page or an error. Copies are
/// forgotten together.
#[derive(Clone)]
pub struct Token {
    secret: Arc<str>,
    is_forgotten: Arc<AtomicBool>,
}

/// Two tokens are equal by their text.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.secret == other.secret
    }
}

impl Token {
    /// Returns `None` if the text is empty or not valid in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self {
            secret: text.into(),
            is_forgotten: Arc::default(),
        })
    }

    /// The value of the `Authorization` header: `Token …`. `None` once the token is forgotten.
    pub(crate) fn authorization(&self) -> Option<String> {
        let is_valid = !self.is_forgotten.load(Ordering::Relaxed);
        is_valid.then(|| format!("Token {}", self.secret))
    }

    /// Takes the token away from all clients that have a copy of it.
    pub(crate) fn forget(&self) {
        self.is_forgotten.store(true, Ordering::Relaxed);
    }

    /// The text, for the browser's storage, and to recognize it.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_what_fits_a_header_is_a_token() {
        let token = Token::new(" abc\n").and_then(|token| token.authorization());
        assert_eq!(token.as_deref(), Some("Token abc"));
        assert!(Token::new("").is_none());
        assert!(Token::new("a b").is_none());
        assert!(Token::new("a\r\nX-Evil: 1").is_none());
        assert!(Token::new("令牌").is_none());
    }

    #[test]
    fn a_forgotten_token_is_sent_by_no_copy() {
        let tokens = || Token::new("abc").zip(Token::new("abc"));
        let Some((token, other)) = tokens() else {
            panic!("two tokens");
        };
        let copy = token.clone();
        token.forget();
        assert_eq!(copy.authorization(), None);
        // The same text, typed again, is a new token.
        assert!(token == other && other.authorization().is_some());
    }
}
