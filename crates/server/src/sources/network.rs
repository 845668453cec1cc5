//! The git commands that read from a source, each with a way of its own to the host.

use crate::process::environment::remove_private_variables;
use crate::process::limited::Limited;
use crate::sources::clone_urls::{Location, encode_path, host_and_port};
use crate::sources::gate::{Gate, Reach, Speech, addresses};
use crate::sources::git::{Git, shell_quoted};
use crate::sources::way::{Destination, PROXY_VARIABLES, Way};
use std::process::Command;

impl Git {
    /// Returns a git command that reads from a source, and its way there.
    ///
    /// # Errors
    ///
    /// A sentence about why there is no way.
    pub(crate) async fn command_to(&self, to: &Destination<'_>) -> Result<(Limited, Way), String> {
        let url = match to.location {
            Location::Local(path) => {
                let command = self.command("file", self.ssh_command(None, ""));
                let url = format!("file://{}", encode_path(&path.to_string_lossy()));
                return Ok((command, Way::new(url)));
            }
            Location::Remote(url) => url,
        };
        let (host, port) =
            host_and_port(&url.url).ok_or_else(|| "its host is not known".to_owned())?;
        let scheme = url
            .url
            .split_once("://")
            .map_or("ssh", |(scheme, _)| scheme);
        let mut way = Way::new(url.url.clone());
        let mut direct = None;
        if scheme == "ssh" || scheme == "git" {
            let default = if scheme == "ssh" { 22 } else { 9418 };
            let speech = Speech::Direct(host.clone(), port.unwrap_or(default));
            direct = Some(self.open(&mut way, speech, Reach::Any, to.limit).await?);
        }
        let ssh = match direct {
            Some(gate) if scheme == "ssh" => through(gate, &host, port),
            // A redirect or a file of git-lfs must not lead to ssh.
            _ => "-o ProxyCommand=false".to_owned(),
        };
        let protocols = if scheme == "git" {
            "git"
        } else {
            "http:https:ssh"
        };
        let mut command = self.command(protocols, self.ssh_command(to.deploy_key, &ssh));
        if let Some(gate) = direct.filter(|_| scheme == "git") {
            let rest = url.url.splitn(4, '/').nth(3).unwrap_or_default();
            way.url = format!("git://127.0.0.1:{gate}/{rest}");
            let port = port.map_or_else(String::new, |port| format!(":{port}"));
            command.env("GIT_OVERRIDE_VIRTUAL_HOST", format!("{host}{port}"));
        }
        url.add_login(&mut command);
        self.add_proxy(&mut command, &mut way, to, &host).await?;
        Ok((command, way))
    }

    /// Leads the requests by HTTP of a command through a gate. Where the environment names a proxy, that connects to
    /// the hosts and decides about them; then only the host itself is checked, as far as its name is known here.
    async fn add_proxy(
        &self,
        command: &mut Limited,
        way: &mut Way,
        to: &Destination<'_>,
        host: &str,
    ) -> Result<(), String> {
        if self.has_proxy {
            command.args(["-c", "http.followRedirects=false"]);
            let found = addresses(self.sources().hosts(), host, 443).await;
            return match found {
                Ok(_) => Ok(()),
                Err(unknown) if unknown.is_unknown => Ok(()),
                Err(refused) => Err(refused.reason),
            };
        }
        let reach = match to.is_large_files {
            true => Reach::Any,
            false => Reach::Host(host.to_owned()),
        };
        let gate = self.open(way, Speech::Proxy, reach, to.limit).await?;
        for name in PROXY_VARIABLES {
            command.env_remove(name);
        }
        command
            .args(["-c", "http.followRedirects=initial", "-c"])
            .arg(format!("http.proxy=http://127.0.0.1:{gate}"));
        Ok(())
    }

    /// Returns a command that runs a program at the host of a source, by ssh, and its way there; `None` if the source is
    /// not at `user@host:path` or an ssh URL. The program is a command line for the shell there.
    ///
    /// # Errors
    ///
    /// A sentence about why there is no way.
    pub(crate) async fn command_at(
        &self,
        to: &Destination<'_>,
        program: &str,
    ) -> Result<Option<(Limited, Way)>, String> {
        let Location::Remote(url) = to.location else {
            return Ok(None);
        };
        let Some((login, _)) = ssh_address(&url.url) else {
            return Ok(None);
        };
        let (host, port) =
            host_and_port(&url.url).ok_or_else(|| "its host is not known".to_owned())?;
        let mut way = Way::new(url.url.clone());
        let speech = Speech::Direct(host.clone(), port.unwrap_or(22));
        let gate = self.open(&mut way, speech, Reach::Any, to.limit).await?;
        let ssh = self.ssh_command(to.deploy_key, &through(gate, &host, port));
        let mut command = Command::new("sh");
        remove_private_variables(&mut command, &[]);
        let line = format!("{ssh} -- {} {}", shell_quoted(login), shell_quoted(program));
        command.args(["-c", &line]);
        Ok(Some((command.into(), way)))
    }

    /// Opens a gate for requests by HTTP of the server itself, through which at most `limit` bytes come back.
    ///
    /// # Errors
    ///
    /// When this machine has no port left.
    pub(crate) async fn open_proxy(&self, reach: Reach, limit: u64) -> Result<Gate, String> {
        let gate = Gate::open(Speech::Proxy, reach, self.sources().hosts(), limit).await;
        gate.map_err(|error| error.to_string())
    }

    /// Opens a gate of a way. Returns its port.
    async fn open(
        &self,
        way: &mut Way,
        speech: Speech,
        reach: Reach,
        limit: u64,
    ) -> Result<u16, String> {
        let gate = Gate::open(speech, reach, self.sources().hosts(), limit).await;
        let gate = gate.map_err(|error| error.to_string())?;
        let port = gate.port();
        way.add(gate);
        Ok(port)
    }
}

/// Splits `user@host:path` and `ssh://user@host:22/path` into user and host, without the port, and the path as git and
/// git-lfs tell it the host: that of a URL begins with a slash.
pub(crate) fn ssh_address(url: &str) -> Option<(&str, &str)> {
    let (authority, path) = match url.split_once("://") {
        Some(("ssh", rest)) => rest.split_at(rest.find('/')?),
        Some(_) => return None,
        None => return url.split_once(':').filter(|(login, _)| login.contains('@')),
    };
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let end = match authority[host..].find(']') {
        Some(end) => host + end + 1,
        None => authority[host..]
            .find(':')
            .map_or(authority.len(), |end| host + end),
    };
    Some((&authority[..end], path))
}

/// The options of ssh that lead it through a gate. The key of a host is kept by the name of the host.
fn through(gate: u16, host: &str, port: Option<u16>) -> String {
    let name = match port {
        None | Some(22) => host.to_owned(),
        Some(port) => format!("[{}]:{port}", host.trim_matches(['[', ']'])),
    };
    let name = shell_quoted(&name);
    format!("-o HostName=127.0.0.1 -o Port={gate} -o CheckHostIP=no -o HostKeyAlias={name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ssh_address_has_a_login_and_a_path() {
        for (url, expected) in [
            ("git@h:a/b.git", Some(("git@h", "a/b.git"))),
            ("ssh://git@h/a/b.git", Some(("git@h", "/a/b.git"))),
            ("ssh://git@h:2222/a/b", Some(("git@h", "/a/b"))),
            ("ssh://git@[::1]:2222/a", Some(("git@[::1]", "/a"))),
            ("ssh://h/a", Some(("h", "/a"))),
            ("ssh://h", None),
            ("https://h/a", None),
            ("/srv/a", None),
        ] {
            assert_eq!(ssh_address(url), expected, "{url}");
        }
    }

    #[test]
    fn a_host_keeps_its_key_by_its_name() {
        let alias = |host, port| {
            let options = through(4000, host, port);
            let (_, alias) = options.rsplit_once('=').unwrap();
            alias.to_owned()
        };
        assert_eq!(alias("git.example", None), "'git.example'");
        assert_eq!(alias("git.example", Some(22)), "'git.example'");
        assert_eq!(alias("git.example", Some(2222)), "'[git.example]:2222'");
        assert_eq!(alias("[::1]", Some(2222)), "'[::1]:2222'");
        assert_eq!(alias("a' -o x", None), r"'a'\'' -o x'");
    }
}
