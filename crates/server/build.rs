//! With the feature `site`, writes the list of the built site's files, which `src/http/site_files.rs` includes: each file
//! with what `scripts/build-site` has packed of it. Without the feature, the list is empty.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Names the folder of the site.
const FOLDER: &str = "SLIPWAY_SITE_TO_EMBED";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let mut list = String::from("[\n");
    if env::var_os("CARGO_FEATURE_SITE").is_some() {
        let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/site-program");
        let folder = env::var_os(FOLDER).map_or(default, PathBuf::from);
        assert!(
            folder.join("index.html").is_file(),
            "the feature `site` needs a built site, and there is none in {}: run scripts/build-program, or name a \
             folder in {FOLDER}",
            folder.display()
        );
        let folder = folder.canonicalize()?;
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut names = Vec::new();
        find_files(&folder, "", &mut names)?;
        // Sorted, so that a name is found by halving.
        names.sort();
        for name in names.iter().filter(|name| !is_packed(name, &names)) {
            let bytes = |ending: &str| {
                let file = format!("{name}{ending}");
                match ending.is_empty() || names.contains(&file) {
                    true => format!("include_bytes!({:?})", folder.join(&file)),
                    false => "&[]".to_owned(),
                }
            };
            let (plain, brotli, gzip) = (bytes(""), bytes(".br"), bytes(".gz"));
            writeln!(list, "    ({name:?}, {plain}, {brotli}, {gzip}),")
                .map_err(io::Error::other)?;
        }
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("site_files.rs"), list)
}

/// Returns true for what is another file, packed.
fn is_packed(name: &str, names: &[String]) -> bool {
    let plain = name.strip_suffix(".br").or(name.strip_suffix(".gz"));
    plain.is_some_and(|plain| names.iter().any(|name| name == plain))
}

/// Adds the names of the files below a folder, with slashes.
fn find_files(folder: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| io::Error::other(format!("{name:?} is not UTF-8")))?;
        match entry.file_type()?.is_dir() {
            true => find_files(&entry.path(), &format!("{prefix}{name}/"), names)?,
            false => names.push(format!("{prefix}{name}")),
        }
    }
    Ok(())
}
