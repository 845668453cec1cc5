//! Why a build waits, by what its API says of the builders (an optional call). Pure; `waiting_note` has the words.

use crate::api::{BuilderInfo, BuilderState};

/// A reason why a build waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wait {
    /// None of these builders answers. They are those that take builds of the node, if one is named.
    NoAnswer {
        node: Option<String>,
        builders: Vec<String>,
    },
    /// Those that answer have no free slot.
    AllBusy { running: u64, slots: u64 },
}

/// Returns the reason why a build of this node waits; `None` if a builder is free for it, and with no builders.
pub(crate) fn reason_to_wait(builders: &[BuilderInfo], node: Option<&str>) -> Option<Wait> {
    // A node that no builder is of is that of all, and a builder without a node takes builds of all nodes.
    let is_of = |builder: &&BuilderInfo, node: &str| builder.node.as_deref() == Some(node);
    let node = node.filter(|node| builders.iter().any(|builder| is_of(&builder, node)));
    let takes = |builder: &&BuilderInfo| match node {
        Some(node) => builder.node.as_deref().is_none_or(str::is_empty) || is_of(builder, node),
        None => true,
    };
    let takers: Vec<&BuilderInfo> = builders.iter().filter(takes).collect();
    if takers.is_empty() {
        return None;
    }
    let ready = || {
        takers
            .iter()
            .filter(|builder| builder.state == BuilderState::Ready)
    };
    if ready().next().is_none() {
        return Some(Wait::NoAnswer {
            node: node.map(str::to_owned),
            builders: takers.iter().map(|builder| builder.name.clone()).collect(),
        });
    }
    let has_slot = ready().any(|builder| builder.running < builder.slots);
    (!has_slot).then(|| Wait::AllBusy {
        running: ready().map(|builder| builder.running).sum(),
        slots: ready().map(|builder| builder.slots).sum(),
    })
}

/// Reads the reason from the line with which a server says in a waiting build's log that no builder answers; `None` if
/// it says something else.
pub(crate) fn said_reason(line: &str) -> Option<Wait> {
    let rest = line.trim().strip_prefix("no builder ")?;
    let (of, rest) = rest.split_once("answers (")?;
    let (names, _) = rest.split_once("): the build waits")?;
    let node = of.trim().strip_prefix("of the build node ");
    Some(Wait::NoAnswer {
        node: node.map(str::to_owned),
        builders: names.split(", ").map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(name: &str, node: Option<&str>, state: BuilderState, running: u64) -> BuilderInfo {
        BuilderInfo {
            name: name.to_owned(),
            node: node.map(str::to_owned),
            state,
            slots: 2,
            running,
            disk: Default::default(),
        }
    }

    #[test]
    fn a_build_waits_for_an_answer_or_for_a_slot_of_a_builder_that_takes_it() {
        use BuilderState::{Ready, Starting, Unreachable};
        let no_answer = |node: Option<&str>, names: &[&str]| {
            Some(Wait::NoAnswer {
                node: node.map(str::to_owned),
                builders: names.iter().map(|name| (*name).to_owned()).collect(),
            })
        };
        let mut all = [
            builder("near", Some("cn"), Unreachable, 0),
            builder("far", Some("in"), Ready, 0),
        ];
        assert_eq!(
            reason_to_wait(&all, Some("cn")),
            no_answer(Some("cn"), &["near"])
        );
        assert_eq!(reason_to_wait(&all, Some("in")), None);
        assert_eq!(reason_to_wait(&all, Some("eu")), None, "any may take it");
        assert_eq!(reason_to_wait(&all, None), None);
        all[1].running = 2;
        let busy = Some(Wait::AllBusy {
            running: 2,
            slots: 2,
        });
        assert_eq!(reason_to_wait(&all, Some("in")), busy);
        assert_eq!(reason_to_wait(&all, None), busy);
        all[1].state = Starting;
        assert_eq!(
            reason_to_wait(&all, None),
            no_answer(None, &["near", "far"])
        );
        // A builder without a node takes builds of all.
        all[1] = builder("any", None, Ready, 1);
        assert_eq!(reason_to_wait(&all, Some("cn")), None);
        assert_eq!(reason_to_wait(&[], Some("cn")), None);
    }

    #[test]
    fn a_log_can_say_that_no_builder_answers() {
        let said = |node: Option<&str>, names: &[&str]| {
            Some(Wait::NoAnswer {
                node: node.map(str::to_owned),
                builders: names.iter().map(|name| (*name).to_owned()).collect(),
            })
        };
        for (line, expected) in [
            (
                "no builder answers (near, far): the build waits until one does",
                said(None, &["near", "far"]),
            ),
            (
                "no builder of the build node cn answers (near): the build waits until one does",
                said(Some("cn"), &["near"]),
            ),
            ("a builder answers again: the build goes on", None),
            ("no builder answers", None),
        ] {
            assert_eq!(said_reason(line), expected, "{line}");
        }
    }
}
