//! The `slipway` program: reads the options and serves until it receives SIGINT or SIGTERM.
#![forbid(unsafe_code)]

use clap::{Parser, Subcommand};
use slipway_server::{
    BackupOptions, BuilderOptions, Options, RestoreOptions, backup, restore, run_builder, serve,
};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// The v1 image build API on one machine. It clones the sources of build repositories with git, builds images, and keeps
/// its data in one folder.
#[derive(Parser)]
#[command(
    name = "slipway",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    options: Options,
}

/// What the program does instead of serving.
#[derive(Subcommand)]
enum Command {
    /// Write the database and the deploy keys to one file. The server may run meanwhile.
    Backup(BackupOptions),
    /// Put a backup into the data folder. The server must not run.
    Restore(RestoreOptions),
    /// Run the builder with the images of a namespace. The server may run meanwhile.
    Builder(BuilderOptions),
}

fn main() -> ExitCode {
    // Without another thread: it becomes the first process of a build's sandbox, or its builder.
    match slipway_server::sandbox_stage() {
        Some(code) => code,
        None => run_asynchronously(),
    }
}

#[tokio::main]
async fn run_asynchronously() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        // A file has no colors.
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .init();
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Backup(options)) => backup(&options).map(said),
        Some(Command::Restore(options)) => restore(&options).map(said),
        Some(Command::Builder(options)) => run_builder(options).await,
        None => run(arguments.options).await,
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("slipway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says what was done.
fn said(done: String) -> ExitCode {
    println!("{done}");
    ExitCode::SUCCESS
}

async fn run(options: Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    // Registered before the start, so that a signal during it is not lost.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let server = serve(options).await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "Slipway listens on http://{}", server.address())?;
    stdout.flush()?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping, after ending the running builds");
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}
