//! The mouse, its wheel and a finger, at places of the window.

use crate::support::{Browser, Engine};
use axum::http::Method;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// An action of the mouse or a finger, as WebDriver names it.
pub enum Press {
    Move,
    Down,
    Up,
}

impl Browser {
    /// Performs actions of one input device, which keeps its state until the next ones.
    async fn act(&self, device: Value) {
        let body = json!({ "actions": [device] });
        let acted = self.raw(Method::POST, "actions".to_owned(), Some(body));
        acted.await.expect("the actions are performed");
    }

    /// Moves the mouse to a place, in CSS pixels of the window, and presses or releases its button there.
    pub async fn mouse(&self, press: Press, (x, y): (f64, f64)) {
        self.point("mouse", press, (x, y)).await;
    }

    /// Touches a place with a finger, or takes the finger off.
    pub async fn finger(&self, press: Press, (x, y): (f64, f64)) {
        self.point("touch", press, (x, y)).await;
    }

    async fn point(&self, kind: &str, press: Press, (x, y): (f64, f64)) {
        if self.engine == Engine::Chromium {
            return self.point_by_devtools(kind, press, (x, y)).await;
        }
        let (x, y) = (x.round() as i64, y.round() as i64);
        let mut actions = vec![json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y })];
        match press {
            Press::Move => {}
            Press::Down => actions.push(json!({ "type": "pointerDown", "button": 0 })),
            Press::Up => actions.push(json!({ "type": "pointerUp", "button": 0 })),
        }
        self.act(json!({
            "type": "pointer", "id": kind, "parameters": { "pointerType": kind }, "actions": actions,
        }))
        .await;
    }

    /// The same in Chromium. Text that was selected by its driver's own actions is not copied by its keys.
    async fn point_by_devtools(&self, kind: &str, press: Press, (x, y): (f64, f64)) {
        if kind == "touch" {
            let (event, points) = match press {
                Press::Up => ("touchEnd", json!([])),
                _ => ("touchStart", json!([{ "x": x.round(), "y": y.round() }])),
            };
            let event = json!({ "type": event, "touchPoints": points });
            return self.devtools("Input.dispatchTouchEvent", event).await;
        }
        let mut is_down = self.is_button_down.load(Ordering::Relaxed);
        let event = match press {
            Press::Move => "mouseMoved",
            Press::Down => "mousePressed",
            Press::Up => "mouseReleased",
        };
        is_down |= matches!(press, Press::Down);
        let event = json!({
            "type": event, "x": x, "y": y, "clickCount": 1,
            "button": if is_down { "left" } else { "none" }, "buttons": u8::from(is_down),
        });
        self.devtools("Input.dispatchMouseEvent", event).await;
        is_down &= !matches!(press, Press::Up);
        self.is_button_down.store(is_down, Ordering::Relaxed);
    }

    /// Turns the mouse's wheel at a place by this many CSS pixels, down or up.
    pub async fn wheel(&self, (x, y): (f64, f64), by: f64) {
        if self.engine == Engine::Chromium {
            let event = json!({
                "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by, "button": "none",
                "buttons": u8::from(self.is_button_down.load(Ordering::Relaxed)),
            });
            return self.devtools("Input.dispatchMouseEvent", event).await;
        }
        let (x, y, by) = (x.round() as i64, y.round() as i64, by.round() as i64);
        if self.engine == Engine::WebKit {
            // Its driver takes a turn of the wheel and does nothing.
            let turn = "const [x, y, by] = arguments;
                let place = document.elementFromPoint(x, y);
                const options = {bubbles: true, cancelable: true, clientX: x, clientY: y, deltaY: by};
                if (!place.dispatchEvent(new WheelEvent('wheel', options))) return;
                const scrolls = (element) => element.scrollHeight > element.clientHeight
                  && /auto|scroll/.test(getComputedStyle(element).overflowY);
                while (place && !scrolls(place)) place = place.parentElement;
                (place ?? document.scrollingElement).scrollBy(0, by);";
            let arguments = vec![x.into(), y.into(), by.into()];
            self.driver.execute(turn, arguments).await.expect("turns");
            return;
        }
        let turn = json!({
            "type": "scroll", "duration": 0, "x": x, "y": y, "deltaX": 0, "deltaY": by,
        });
        self.act(json!({ "type": "wheel", "id": "wheel", "actions": [turn] }))
            .await;
    }
}
