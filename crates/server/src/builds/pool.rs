//! The builders of the server and their slots: which of them answer, and how many builds each of them runs.

use crate::builds::builder_address::BuilderAt;
use crate::builds::builders_options::{BuildersOptions, LOCAL};
use crate::builds::finder::Finder;
use crate::builds::placing::{Candidate, Wish, is_known, place};
use crate::builds::workshop::{BuilderSettings, Workshop};
use slipway_api::{BuilderDisk, BuilderInfo, BuilderState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::sync::{Notify, watch};

/// How often in a row a builder may not answer before the builds that run there are given up. They may be fine, with a
/// builder that is only busy.
const MAX_MISSES: u32 = 3;

/// The builders of the server.
pub(crate) struct Pool {
    members: Vec<Member>,
    /// Wakes a worker that waits: for a build, or for a builder.
    wake: Arc<Notify>,
}

/// One builder.
pub(crate) struct Member {
    pub(crate) name: String,
    node: Option<String>,
    slots: u16,
    pub(crate) finder: Finder,
    /// How many of its slots are taken.
    running: AtomicU16,
    health: watch::Sender<Health>,
    /// Tells that somebody looks at its disk.
    pub(crate) disk_asked: Notify,
}

/// The result of the last question to a builder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Health {
    /// `None` before the first answer.
    answers: Option<bool>,
    /// How often in a row it has not answered when it was asked at intervals.
    misses: u32,
    /// Why it does not answer.
    reason: String,
    disk: BuilderDisk,
}

impl Pool {
    /// The builders of these options. This machine's own has `workers` slots, and is left out with 0.
    pub(crate) fn new(
        settings: &BuilderSettings,
        workers: u16,
        options: &BuildersOptions,
    ) -> Arc<Self> {
        let member = |name: &str, node: &Option<String>, slots, at: Option<&BuilderAt>| Member {
            name: name.to_owned(),
            node: node.clone(),
            slots,
            finder: Finder::new(settings.clone(), at.cloned()),
            running: AtomicU16::new(0),
            health: watch::Sender::default(),
            disk_asked: Notify::new(),
        };
        let local = (workers > 0).then(|| member(LOCAL, &options.builder_node, workers, None));
        let others = options.builders_at.iter();
        let others = others.map(|at| member(&at.name, &at.node, at.slots, Some(at)));
        Arc::new(Self {
            members: local.into_iter().chain(others).collect(),
            wake: Arc::default(),
        })
    }

    /// Wakes a worker that waits: for a build, or for a builder.
    pub(crate) fn waker(&self) -> Arc<Notify> {
        self.wake.clone()
    }

    /// Returns true if there is another builder than this machine's own.
    pub(crate) fn is_choice(&self) -> bool {
        self.members.iter().any(|member| member.name != LOCAL)
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns what builds can be given to now.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        let candidate = |member: &Member| Candidate {
            name: member.name.clone(),
            node: member.node.clone(),
            slots: member.slots,
            is_free: self.takes_builds(member)
                && member.running.load(Ordering::Acquire) < member.slots,
            is_gone: self.is_choice() && member.health.borrow().answers == Some(false),
        };
        self.members.iter().map(candidate).collect()
    }

    /// A lone builder of this machine takes builds in any case: they fail with the reason why it does not work.
    fn takes_builds(&self, member: &Member) -> bool {
        !self.is_choice() || member.health.borrow().answers == Some(true)
    }

    /// Takes a slot of the builder for a build, of those that were free when `candidates` was made; `None` if none fits.
    /// Nobody else may take one between the two.
    pub(crate) fn take(self: &Arc<Self>, candidates: &[Candidate], wish: Wish<'_>) -> Option<Slot> {
        let index = place(candidates, wish)?;
        self.members[index].running.fetch_add(1, Ordering::AcqRel);
        let node = wish.node.filter(|node| !node.is_empty());
        // Where no builder has a node, the field says nothing.
        let has_nodes = candidates.iter().any(|each| each.node.is_some());
        let unknown = node.filter(|node| has_nodes && !is_known(candidates, node));
        Some(Slot {
            pool: self.clone(),
            index,
            note: unknown.map(|node| {
                format!("no builder is of the build node {node}: any of them may take the build")
            }),
        })
    }

    /// Records what a question to a builder has shown. `is_regular` is true for one at the usual intervals.
    pub(crate) fn record(&self, member: &Member, answer: Result<(), String>, is_regular: bool) {
        let mut has_changed = false;
        let answers = answer.is_ok();
        let reason = answer.err().unwrap_or_default();
        member.health.send_modify(|health| {
            has_changed = health.answers != Some(answers);
            health.answers = Some(answers);
            health.misses = match answers {
                true => 0,
                false => health.misses + u32::from(is_regular),
            };
            health.reason.clone_from(&reason);
        });
        if !has_changed {
            return;
        }
        let name = &member.name;
        // A worker gives it a build, or says why the builds wait.
        self.wake.notify_one();
        match answers {
            true => tracing::info!("the builder {name} is ready"),
            false if self.is_choice() => {
                tracing::warn!("the builder {name} doesn't answer, and is left out: {reason}");
            }
            false => tracing::warn!("no build can be started: {reason}"),
        }
    }

    /// Records the disk of a builder.
    pub(crate) fn record_disk(&self, member: &Member, disk: BuilderDisk) {
        member.health.send_modify(|health| health.disk = disk);
    }

    /// The builders that can be called now.
    pub(crate) async fn workshops(&self) -> Vec<Arc<Workshop>> {
        let mut found = Vec::new();
        for member in &self.members {
            if self.takes_builds(member)
                && let Ok(workshop) = member.finder.find().await
            {
                found.push(workshop);
            }
        }
        found
    }

    /// The builders as the API shows them, each with its disk as it was measured last. Those that were measured some
    /// time ago are measured again, for the next one who looks.
    pub(crate) fn shown(&self) -> Vec<BuilderInfo> {
        let shown = |member: &Member| {
            member.disk_asked.notify_one();
            let health = member.health.borrow();
            BuilderInfo {
                name: member.name.clone(),
                node: member.node.clone(),
                state: match health.answers {
                    None => BuilderState::Starting,
                    Some(true) => BuilderState::Ready,
                    Some(false) => BuilderState::Unreachable,
                },
                slots: u64::from(member.slots),
                running: u64::from(member.running.load(Ordering::Acquire)),
                disk: health.disk,
            }
        };
        self.members.iter().map(shown).collect()
    }
}

/// A slot of a builder, taken for one build. It is free again when this is dropped.
pub(crate) struct Slot {
    pool: Arc<Pool>,
    index: usize,
    /// The line of the build's log about the choice of the builder.
    pub(crate) note: Option<String>,
}

impl Slot {
    fn member(&self) -> &Member {
        &self.pool.members[self.index]
    }

    /// The name of the builder, if there are others.
    pub(crate) fn builder_name(&self) -> Option<&str> {
        self.pool.is_choice().then_some(self.member().name.as_str())
    }

    /// Returns the builder and what contains it.
    ///
    /// # Errors
    ///
    /// A sentence about why it can't be used.
    pub(crate) async fn workshop(&self) -> Result<Arc<Workshop>, String> {
        self.member().finder.find().await
    }

    /// Waits until the builder has not answered for some time, and returns why it does not. Without another builder, its
    /// builds are left alone.
    pub(crate) async fn lost(&self) -> String {
        if self.builder_name().is_none() {
            return std::future::pending().await;
        }
        let mut health = self.member().health.subscribe();
        let lost = health.wait_for(|health| health.misses >= MAX_MISSES).await;
        let reason = lost.map(|health| health.reason.clone()).ok();
        match reason {
            Some(reason) => reason,
            None => std::future::pending().await,
        }
    }

    /// Asks the builder for an answer, after something has failed there. Returns why it does not answer, if so.
    pub(crate) async fn ask(&self) -> Option<String> {
        let member = self.member();
        let reason = member.finder.ask().await.err()?;
        self.pool.record(member, Err(reason.clone()), false);
        Some(reason)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.member().running.fetch_sub(1, Ordering::AcqRel);
        self.pool.wake.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use clap::Parser;

    fn pool(arguments: &[&str]) -> Arc<Pool> {
        let options = Options::parse_from([&["slipway"], arguments].concat());
        let settings = BuilderSettings {
            choice: options.builder,
            buildkit_addr: None,
            limits: options.build_limits,
            data: "/none".into(),
            program: "/none".into(),
        };
        Pool::new(&settings, options.workers, &options.builders)
    }

    fn take(pool: &Arc<Pool>, node: Option<&str>) -> Option<Slot> {
        let wish = Wish {
            node,
            repository: "team/app",
            not_at: None,
        };
        pool.take(&pool.candidates(), wish)
    }

    #[test]
    fn slots_are_taken_while_builders_answer_and_free_again_when_a_build_ends() {
        let pool = pool(&[
            "--workers=0",
            "--builder-at=a=unix:///a,slots=1",
            "--builder-at=b=unix:///b,slots=2",
        ]);
        let [a, b] = pool.members() else { panic!() };
        assert!(take(&pool, None).is_none());
        assert_eq!(pool.shown()[0].state, BuilderState::Starting);
        pool.record(b, Ok(()), true);
        let slots: Vec<_> = (0..3).filter_map(|_| take(&pool, None)).collect();
        let names: Vec<_> = slots.iter().filter_map(Slot::builder_name).collect();
        assert_eq!(names, ["b", "b"]);
        assert_eq!(pool.shown()[1].running, 2);
        pool.record(a, Ok(()), true);
        assert_eq!(take(&pool, None).unwrap().builder_name(), Some("a"));
        drop(slots);
        assert_eq!(pool.shown()[1].running, 0);
        pool.record(a, Err("gone".to_owned()), true);
        pool.record(b, Err("gone".to_owned()), true);
        assert!(take(&pool, None).is_none());
        assert_eq!(pool.shown()[1].state, BuilderState::Unreachable);
    }

    #[tokio::test]
    async fn the_builds_of_a_builder_are_given_up_when_it_has_not_answered_some_times() {
        use futures_util::FutureExt;
        let pool = pool(&["--workers=0", "--builder-at=a=unix:///a"]);
        let [a] = pool.members() else { panic!() };
        pool.record(a, Ok(()), true);
        let slot = take(&pool, None).unwrap();
        let miss = |is_regular| pool.record(a, Err("no answer".to_owned()), is_regular);
        // A build that fails asks too, and that is no further miss.
        [true, true, false].into_iter().for_each(miss);
        assert_eq!(slot.lost().now_or_never(), None);
        miss(true);
        assert_eq!(slot.lost().now_or_never().as_deref(), Some("no answer"));
        pool.record(a, Ok(()), true);
        assert_eq!(slot.lost().now_or_never(), None);
    }

    #[test]
    fn the_choice_of_an_unknown_node_is_said_where_there_are_several_builders_or_nodes() {
        let note = |arguments: &[&str], node| {
            let pool = pool(arguments);
            for member in pool.members() {
                pool.record(member, Ok(()), true);
            }
            take(&pool, Some(node)).unwrap().note.clone()
        };
        let two = ["--builder-at=a=unix:///a,node=in"];
        assert!(note(&two, "eu").unwrap().contains("the build node eu"));
        assert_eq!(note(&two, "in"), None);
        assert_eq!(note(&two, ""), None);
        assert_eq!(note(&[], "in"), None);
        assert!(note(&["--builder-node=in"], "cn").is_some());
    }

    #[test]
    fn a_lone_builder_takes_builds_although_it_does_not_work() {
        let pool = pool(&["--workers=1"]);
        pool.record(&pool.members()[0], Err("none".to_owned()), true);
        let slot = take(&pool, None).unwrap();
        assert_eq!(slot.builder_name(), None);
        assert!(take(&pool, None).is_none());
    }
}
