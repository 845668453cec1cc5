//! The network interfaces and routes of a sandbox with a network of its own, by the kernel's netlink protocol.

use crate::sandbox::root_folder::failed;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{recv, sendto, socket_with};
use std::net::Ipv4Addr;

/// `NLM_F_REQUEST | NLM_F_ACK`.
const REQUEST: u16 = 0x5;
/// `NLM_F_EXCL | NLM_F_CREATE`, besides `REQUEST`.
const CREATE: u16 = REQUEST | 0x600;
/// The types of messages: `NLMSG_ERROR`, which is an answer, `RTM_NEWLINK`, `RTM_NEWROUTE`.
const ANSWER: u16 = 2;
const NEW_LINK: u16 = 16;
const NEW_ROUTE: u16 = 24;

/// Starts the loopback interface.
///
/// # Errors
///
/// A sentence about what failed.
pub(super) fn start_loopback() -> Result<(), String> {
    // `struct ifinfomsg`: any family, any type, the first interface, and the flag `IFF_UP` in both words.
    let mut body = vec![0_u8; 4];
    for word in [1_u32, 1, 1] {
        body.extend(word.to_ne_bytes());
    }
    request(NEW_LINK, REQUEST, &body).map_err(failed("the loopback interface"))
}

/// Makes addresses unreachable: all that begin with the first `bits` bits of `address`.
///
/// # Errors
///
/// A sentence about what failed.
pub(super) fn refuse(address: Ipv4Addr, bits: u8) -> Result<(), String> {
    // `struct rtmsg`: AF_INET, the length, nothing of the source and the service, the main table, by an
    // administrator, everywhere, unreachable, without flags.
    let mut body = vec![2, bits, 0, 0, 254, 4, 0, 7, 0, 0, 0, 0];
    // The attribute RTA_DST.
    body.extend(8_u16.to_ne_bytes());
    body.extend(1_u16.to_ne_bytes());
    body.extend(address.octets());
    request(NEW_ROUTE, CREATE, &body).map_err(failed(format!("a route for {address}")))
}

/// Sends one request and reads the answer.
fn request(kind: u16, flags: u16, body: &[u8]) -> std::io::Result<()> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        // NETLINK_ROUTE is 0.
        None,
    )?;
    let length = u32::try_from(16 + body.len()).unwrap_or(u32::MAX);
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    // The number of the request, and no sender.
    message.extend(1_u32.to_ne_bytes());
    message.extend(0_u32.to_ne_bytes());
    message.extend(body);
    sendto(
        &socket,
        &message,
        SendFlags::empty(),
        &SocketAddrNetlink::new(0, 0),
    )?;
    let mut answer = [0_u8; 1024];
    let (length, _) = recv(&socket, &mut answer[..], RecvFlags::empty())?;
    match code_of(answer.get(..length).unwrap_or_default()) {
        Some(0) => Ok(()),
        Some(code) => Err(std::io::Error::from_raw_os_error(-code)),
        None => Err(std::io::Error::other("no answer")),
    }
}

/// The code in an answer: 0, or an error's number, negative.
fn code_of(answer: &[u8]) -> Option<i32> {
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    let code = i32::from_ne_bytes(answer.get(16..20)?.try_into().ok()?);
    (kind == ANSWER).then_some(code)
}
