//! Makes the colors of log output readable on the log's background. No DOM.

/// The log's background in the light and the dark theme; `--sunken` in the style sheet.
const BACKGROUNDS: [[u8; 3]; 2] = [[0xec, 0xef, 0xf3], [0x0e, 0x10, 0x14]];

/// The minimum contrast of text to its background (WCAG AA).
const MIN_CONTRAST: f64 = 4.5;

/// The relative luminance of a color, as WCAG defines it.
fn luminance(color: [u8; 3]) -> f64 {
    let [red, green, blue] = color.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(first: [u8; 3], second: [u8; 3]) -> f64 {
    let (first, second) = (luminance(first), luminance(second));
    (first.max(second) + 0.05) / (first.min(second) + 0.05)
}

fn mix(from: [u8; 3], to: [u8; 3], share: f64) -> [u8; 3] {
    let mut out = from;
    for (out, to) in out.iter_mut().zip(to) {
        *out = (f64::from(*out) + (f64::from(to) - f64::from(*out)) * share).round() as u8;
    }
    out
}

/// Returns the color, or the nearest readable one between it and black or white.
fn readable_on(background: [u8; 3], color: [u8; 3]) -> [u8; 3] {
    let end = if luminance(background) > 0.5 { 0 } else { 255 };
    let steps = (0..=20).map(|step| mix(color, [end; 3], f64::from(step) / 20.0));
    let mut readable = steps.filter(|color| contrast(*color, background) >= MIN_CONTRAST);
    readable.next().unwrap_or([end; 3])
}

fn css([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Returns a readable text color, as CSS for both themes.
pub(crate) fn readable(color: [u8; 3]) -> String {
    let [light, dark] = BACKGROUNDS.map(|background| css(readable_on(background, color)));
    format!("light-dark({light},{dark})")
}

/// Returns a background color on which the page's own text is readable, as CSS for both themes.
pub(crate) fn muted(color: [u8; 3]) -> String {
    let [light, dark] = BACKGROUNDS.map(|background| css(mix(color, background, 0.75)));
    format!("light-dark({light},{dark})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colors_that_can_be_read_stay() {
        assert_eq!(readable_on(BACKGROUNDS[1], [255, 200, 0]), [255, 200, 0]);
        assert_eq!(readable([0, 0, 0]), "light-dark(#000000,#808080)");
    }

    proptest! {
        #[test]
        fn every_color_can_be_read(color in any::<[u8; 3]>()) {
            for background in BACKGROUNDS {
                prop_assert!(contrast(readable_on(background, color), background) >= MIN_CONTRAST);
            }
        }

        #[test]
        fn text_can_be_read_on_every_background(color in any::<[u8; 3]>()) {
            let text = [[0x1a, 0x1f, 0x26], [0xe5, 0xe9, 0xef]];
            for (background, text) in BACKGROUNDS.into_iter().zip(text) {
                prop_assert!(contrast(mix(color, background, 0.75), text) >= MIN_CONTRAST);
            }
        }
    }
}
