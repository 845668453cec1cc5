//! The page that shows all pictures.

use crate::View;
use crate::support::scenes::Scene;
use std::fmt::Write;

/// The name of a picture's file, without `.png`.
pub fn file(scene: &Scene, view: &View) -> String {
    format!("{}-{}", scene.name, view.name)
}

/// The page's HTML: a row for each scene, a column for each view.
pub fn page(scenes: &[Scene], views: &[View]) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Screenshots</title>\n<style>\n\
         body { font: 14px system-ui; margin: 16px; }\n\
         section { display: flex; gap: 12px; align-items: start; overflow-x: auto; }\n\
         img { border: 1px solid #8884; max-height: 480px; }\n\
         </style>\n<h1>Screenshots</h1>\n",
    );
    for scene in scenes {
        // Writing to a string cannot fail.
        let _ = writeln!(html, "<h2>{}</h2>\n<section>", scene.name);
        for view in views {
            let file = file(scene, view);
            let _ = writeln!(
                html,
                "<a href=\"{file}.png\"><img loading=\"lazy\" src=\"{file}.png\" alt=\"{file}\"></a>"
            );
        }
        html.push_str("</section>\n");
    }
    html
}
