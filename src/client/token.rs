//! The API token. It can be sent and stored, but not printed.

/// A token of the API. Without `Debug` and `Display`, so that it cannot reach a log, a page or an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Returns `None` if the text is empty or not valid in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The value of the `Authorization` header: `Token …`.
    pub(crate) fn authorization(&self) -> String {
        format!("Token {}", self.0)
    }

    /// The text, for the browser's storage, and to recognize it.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_what_fits_a_header_is_a_token() {
        assert!(Token::new(" abc\n").is_some_and(|token| token.authorization() == "Token abc"));
        assert!(Token::new("").is_none());
        assert!(Token::new("a b").is_none());
        assert!(Token::new("a\r\nX-Evil: 1").is_none());
        assert!(Token::new("令牌").is_none());
    }
}
