//! The API token. It can be put in a header and stored, and no way exists to print it.

/// A token of the API. Has no `Debug` and no `Display`: it must not reach a log, a page or an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// `None` when the text is empty or holds what cannot stand in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The `Authorization` header's value: `Token …`.
    pub(crate) fn authorization(&self) -> String {
        format!("Token {}", self.0)
    }

    /// The text, for this browser's storage and nothing else.
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
