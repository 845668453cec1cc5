//! The `slipway` program: reads the options and serves until it receives SIGINT or SIGTERM.
#![forbid(unsafe_code)]

use clap::Parser;
use slipway_server::{Options, serve};
use std::io::Write;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("slipway: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
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
    Ok(())
}
