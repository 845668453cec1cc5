//! Wrong tokens. An address that sends many waits longer and longer for its answers, and few of its requests wait at
//! the same time. A right token is never slowed.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many wrong tokens an address may send before it is slowed.
const FREE: u32 = 10;

/// The delay after the first wrong token that is slowed. It doubles with each one.
const FIRST_DELAY: Duration = Duration::from_millis(100);

/// The longest delay.
const MAX_DELAY: Duration = Duration::from_secs(4);

/// How long after its last wrong token an address is forgotten.
const MEMORY: Duration = Duration::from_secs(600);

/// How many answers to one address wait at the same time. Others are refused at once.
const MAX_WAITING: u32 = 4;

/// How many answers wait at the same time, so that they do not take all connections.
const MAX_WAITING_IN_ALL: u32 = 64;

/// How many addresses are remembered.
const MAX_ADDRESSES: usize = 4096;

#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    last: Instant,
    waiting: u32,
}

/// What happens to a request with a wrong token.
#[derive(Debug)]
pub(crate) enum Slowing<'a> {
    /// It is answered after a delay.
    Wait(Duration, Waiting<'a>),
    /// It is refused, since too many wait already. The next one may come after this time.
    Refuse(Duration),
}

/// The addresses that have sent wrong tokens.
#[derive(Debug, Default)]
pub(crate) struct WrongTokens(Mutex<Senders>);

#[derive(Debug, Default)]
struct Senders {
    addresses: HashMap<IpAddr, Wrong>,
    /// How many answers wait, to all of them.
    waiting: u32,
}

/// An answer that waits, until it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    tokens: &'a WrongTokens,
    address: IpAddr,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut senders = self.tokens.senders();
        senders.waiting = senders.waiting.saturating_sub(1);
        if let Some(wrong) = senders.addresses.get_mut(&self.address) {
            wrong.waiting = wrong.waiting.saturating_sub(1);
        }
    }
}

impl WrongTokens {
    fn senders(&self) -> MutexGuard<'_, Senders> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a wrong token of an address.
    pub(crate) fn record(&self, address: IpAddr, now: Instant) -> Slowing<'_> {
        let address = client(address);
        let mut senders = self.senders();
        let Senders { addresses, waiting } = &mut *senders;
        if !addresses.contains_key(&address) && addresses.len() >= MAX_ADDRESSES {
            forget_one(addresses, now);
        }
        let wrong = addresses.entry(address).or_insert(Wrong {
            count: 0,
            last: now,
            waiting: 0,
        });
        if now.saturating_duration_since(wrong.last) > MEMORY {
            wrong.count = 0;
        }
        wrong.count = wrong.count.saturating_add(1);
        wrong.last = now;
        let delay = delay(wrong.count);
        let too_many = wrong.waiting >= MAX_WAITING || *waiting >= MAX_WAITING_IN_ALL;
        if !delay.is_zero() && too_many {
            return Slowing::Refuse(MAX_DELAY);
        }
        wrong.waiting += 1;
        *waiting += 1;
        Slowing::Wait(
            delay,
            Waiting {
                tokens: self,
                address,
            },
        )
    }
}

/// Returns the delay of the answer to an address's wrong token, by how many there were.
fn delay(count: u32) -> Duration {
    let Some(doublings) = count.checked_sub(FREE + 1) else {
        return Duration::ZERO;
    };
    FIRST_DELAY
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(MAX_DELAY)
}

/// The client behind an address: a network of IPv6 is one, since it has more addresses than could be remembered.
fn client(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => {
                let network = v6.to_bits() & !u128::from(u64::MAX);
                Ipv6Addr::from_bits(network).into()
            }
        },
    }
}

/// Makes room: drops the addresses that are due to be forgotten, or else the one that was quiet the longest.
fn forget_one(addresses: &mut HashMap<IpAddr, Wrong>, now: Instant) {
    addresses.retain(|_, wrong| {
        wrong.waiting > 0 || now.saturating_duration_since(wrong.last) <= MEMORY
    });
    if addresses.len() < MAX_ADDRESSES {
        return;
    }
    let quiet = addresses.iter().filter(|(_, wrong)| wrong.waiting == 0);
    let oldest = quiet.min_by_key(|(_, wrong)| wrong.last);
    if let Some(address) = oldest.map(|(address, _)| *address) {
        addresses.remove(&address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(slowing: &Slowing) -> Option<u128> {
        match slowing {
            Slowing::Wait(delay, _) => Some(delay.as_millis()),
            Slowing::Refuse(_) => None,
        }
    }

    #[test]
    fn an_address_is_slowed_more_and_more_and_forgotten_after_a_while() {
        let tokens = WrongTokens::default();
        let start = Instant::now();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let delays: Vec<_> = (0..18)
            .map(|_| waits(&tokens.record(address, start)).unwrap())
            .collect();
        assert_eq!(delays[..10], [0; 10]);
        assert_eq!(delays[10..], [100, 200, 400, 800, 1600, 3200, 4000, 4000]);
        let other = "192.0.2.2".parse().unwrap();
        assert_eq!(waits(&tokens.record(other, start)), Some(0));
        let later = start + MEMORY + Duration::from_secs(1);
        assert_eq!(waits(&tokens.record(address, later)), Some(0));
    }

    #[test]
    fn few_answers_wait_at_the_same_time() {
        let tokens = WrongTokens::default();
        let now = Instant::now();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..FREE {
            tokens.record(address, now);
        }
        let waiting: Vec<_> = (0..MAX_WAITING)
            .map(|_| tokens.record(address, now))
            .collect();
        assert_eq!(waits(&tokens.record(address, now)), None);
        drop(waiting);
        assert_eq!(tokens.senders().waiting, 0);
        assert!(waits(&tokens.record(address, now)).is_some());
    }

    #[test]
    fn the_memory_is_bounded_and_a_network_of_ipv6_is_one_client() {
        let tokens = WrongTokens::default();
        let now = Instant::now();
        for number in 0..5_000_u32 {
            tokens.record(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(tokens.senders().addresses.len(), MAX_ADDRESSES);
        let tokens = WrongTokens::default();
        for address in [
            "2001:db8::1",
            "2001:db8::2:1",
            "::ffff:192.0.2.1",
            "192.0.2.1",
        ] {
            tokens.record(address.parse().unwrap(), now);
        }
        assert_eq!(tokens.senders().addresses.len(), 2);
    }
}
