//! HTTP/2 for a server that speaks HTTP/1.1: nginx before it, with TLS.

use crate::support::nginx::{Nginx, Setup};

/// nginx before a server.
pub struct Front {
    /// `https://127.0.0.1:PORT`.
    pub address: String,
    _nginx: Nginx,
}

/// Starts nginx before the server at an address such as `http://127.0.0.1:8080`. Returns `None` where there is no nginx,
/// and says so.
pub fn front(server: &str) -> Option<Front> {
    let setup = Setup::new()?;
    let address = format!("https://127.0.0.1:{}", setup.port);
    let (certificate, key) = setup.certificate();
    let http = format!(
        "upstream server {{ server {}; keepalive 16; }}
         server {{ listen 127.0.0.1:{} ssl http2; ssl_certificate {}; ssl_certificate_key {};
           location / {{ proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection '';
             proxy_set_header Host $http_host; proxy_buffering off; }} }}",
        server.trim_start_matches("http://"),
        setup.port,
        certificate.display(),
        key.display()
    );
    Some(Front {
        address,
        _nginx: setup.start(&http),
    })
}
