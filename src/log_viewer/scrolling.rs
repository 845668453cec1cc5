//! How the reader moves through the log: by the scroll bar, by keys, to a line.

use crate::log_viewer::model::{LogModel, PendingScroll};
use crate::log_viewer::view_state::{LogViewer, set};
use crate::log_viewer::yielding::now;
use leptos::prelude::*;
use std::ops::Range;

impl LogViewer {
    /// The reader scrolled.
    pub fn scrolled(self) {
        // Where the frame has another size, the browser moved what is in it, not the reader.
        let resized = self.write(|core| {
            let changed = core.frame.as_mut().is_some_and(|frame| frame.measure());
            if changed {
                core.redraw();
            }
            changed
        });
        if resized == Some(true) {
            self.draw();
            return;
        }
        let moved = self.write(|core| {
            let frame = core.frame.as_mut()?;
            let sideways = frame.scroll_sideways();
            if sideways {
                frame.forget_rows();
            }
            let by = core
                .viewport
                .scrolled(f64::from(frame.scroller.scroll_top()));
            if by != 0.0 {
                core.scrolled = now();
            }
            Some((by, sideways))
        });
        let Some(Some((by, sideways))) = moved else {
            return;
        };
        if by != 0.0 {
            self.moved(by);
            self.write(|core| {
                if core.viewport.is_stuck() {
                    core.set_bar();
                }
            });
        } else if sideways {
            self.draw_with(false);
        }
    }

    /// The reader moved: the end is let go on the way up, and followed again once it is reached.
    fn moved(self, by: f64) {
        self.wanted.set_value(None);
        if by < 0.0 {
            self.let_go();
        }
        self.draw();
        if by > 0.0 && self.read(|core| core.viewport.at_end()) == Some(true) {
            set(self.follow, true);
        }
    }

    /// The scroll bar rests: it goes where it belongs.
    pub fn rested(self) {
        self.write(LogModel::set_bar);
    }

    /// Stops following the end.
    pub fn let_go(self) {
        if self.follow.get_untracked() {
            self.follow.set(false);
            self.left_at.set(self.counts.get_untracked().rows);
        }
    }

    /// Follows the end.
    pub fn follow_end(self) {
        self.wanted.set_value(None);
        self.follow.set(true);
        self.draw();
    }

    /// Goes to the first line.
    pub fn go_to_start(self) {
        self.let_go();
        self.write(|core| core.viewport.go_to(0, 0.0));
        self.wanted.set_value(None);
        self.draw();
    }

    /// Moves by so many CSS pixels.
    pub fn move_by(self, by: f64) {
        self.write(|core| core.viewport.move_by(by));
        self.moved(by);
    }

    /// Shows a line, counted from 0, as soon as it is here. A section that is folded over it opens.
    pub fn go_to(self, line: usize) {
        self.let_go();
        crate::platform::dom::scroll_into_view_if_needed(".log-frame");
        self.want(line, false);
        let folded = self
            .read(|core| core.log.steps().step_of_line(line))
            .flatten();
        match folded.filter(|section| {
            self.filter
                .with_untracked(|filter| filter.folded.contains(section))
        }) {
            Some(section) => self.set_filter(|filter| {
                filter.folded.remove(&section);
            }),
            None => self.draw(),
        }
    }

    /// Brings a part of a line into view that is to the side of it, or not shown of it: bytes of its text.
    pub fn show_part(self, line: usize, part: Range<usize>) {
        let most = self.write(|core| core.show_part(line, part));
        if let Some(Some(most)) = most {
            self.set_look(|look| {
                look.more.insert(line, most);
            });
        }
    }

    /// Shows a line as soon as it is here.
    pub fn want(self, line: usize, at_top: bool) {
        self.wanted.set_value(Some(PendingScroll { line, at_top }));
    }
}
