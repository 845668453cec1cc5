//! Attacks a server and prints what held: `scripts/attack`.
//!
//! Each part starts a server of its own, in a temporary folder and on a free port, and attacks nothing else. All of it
//! is bounded: in time, in the space that it takes, and in the processes that it starts.
#![forbid(unsafe_code)]

mod canary;
mod dockerfiles;
mod full_disk;
mod fuzz;
mod kills;
mod leftovers;
mod numbers;
mod report;
mod repositories;
mod slow_clients;
mod sources;
mod tokens;
mod victim;

use crate::report::Report;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Attacks a server of its own and prints what held.
#[derive(Debug, Parser)]
#[command(name = "attack")]
struct Arguments {
    /// The server's program.
    ///
    /// [default: slipway, beside the folder of this program]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,

    /// The parts to run, separated by commas. All of them by default.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,

    /// The number of times that the server is killed.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    kills: u32,

    /// The number of random requests.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    requests: u32,

    /// The start of the random numbers, to repeat a run.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// More options of the server, such as --option=--builder=podman. Repeatable.
    #[arg(long = "option", value_name = "OPTION", allow_hyphen_values = true)]
    options: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Fuzz,
    Tokens,
    SlowClients,
    Repositories,
    Dockerfiles,
    Kills,
    FullDisk,
}

const ALL: [Part; 7] = [
    Part::Fuzz,
    Part::Tokens,
    Part::SlowClients,
    Part::Repositories,
    Part::Dockerfiles,
    Part::Kills,
    Part::FullDisk,
];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let program = arguments.program.clone().unwrap_or_else(|| {
        let own = std::env::current_exe().expect("the path of this program");
        own.with_file_name("../slipway")
    });
    let setup = victim::Setup {
        program,
        options: arguments.options.clone(),
    };
    let parts = match arguments.only.is_empty() {
        true => ALL.to_vec(),
        false => arguments.only.clone(),
    };
    let mut report = Report::default();
    for part in parts {
        match part {
            Part::Fuzz => {
                fuzz::attack(&setup, arguments.requests, arguments.seed, &mut report).await;
            }
            Part::Tokens => tokens::attack(&setup, &mut report).await,
            Part::SlowClients => slow_clients::attack(&setup, &mut report).await,
            Part::Repositories => repositories::attack(&setup, &mut report).await,
            Part::Dockerfiles => dockerfiles::attack(&setup, &mut report).await,
            Part::Kills => {
                kills::attack(&setup, arguments.kills, arguments.seed, &mut report).await;
            }
            Part::FullDisk => full_disk::attack(&setup, &mut report).await,
        }
    }
    report.print();
    match report.all_held() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
