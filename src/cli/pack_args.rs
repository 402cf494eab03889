//! The grammar of `packshot packs`, with an example and the exit status each. Knows no pack.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::inference::LicenseClass;

#[derive(Debug, Subcommand)]
pub(super) enum PacksCommand {
    /// Make an export a pack of this installation: read what it says of itself, write pack.toml, copy it under models/
    #[command(
        after_help = "Example: packshot packs add exports/sd15-inpainting --license CreativeML-OpenRAIL-M\n\
        DIR is a Stable Diffusion pipeline as Optimum exports it (model_index.json, unet/model.onnx, …), or one segmentation\n\
        graph with its preprocessor_config.json, or a finished pack (pack.toml). What it does not say is refused, not guessed.\n\
        Exit status: 0 added, 1 it cannot be placed or the runtime is missing, 2 wrong usage."
    )]
    Add(PackAddArgs),
    /// One pack a line, its name first
    #[command(after_help = "Example: packshot packs list\n\
        Exit status: 0 all can be read, 1 one cannot, 2 wrong usage.")]
    List,
    /// Hold every file against its digest, every shape against the graph, and run the self-test
    #[command(after_help = "Example: packshot packs check\n\
        Exit status: 0 all are whole, 1 one is broken or the runtime is missing, 2 wrong usage.")]
    Check {
        /// Only this pack, by name or folder
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Measure how long a pack opens, how long each graph runs, what the loop around them adds, and how much memory it wants
    #[command(after_help = "Example: packshot packs bench packshot-matte\n\
        Times are medians after a first run, of one thread, at the pack's own size; what the graphs are shown is noise.\n\
        Exit status: 0 measured, 1 the pack is broken or the runtime is missing, 2 wrong usage.")]
    Bench(PackBenchArgs),
    /// Feed arrays (*.npy) and params.json to a pack's pipeline, and write what comes out as arrays
    #[command(
        after_help = "Example: packshot packs run fixtures/packs/inpaint-tiny --inputs fixtures/diffusion/inpaint-tiny/tall-2-guided --out out\n\
        DIR holds params.json, image.npy and mask.npy, and if you like the noise; docs/packs.md lists them. Written are latents.npy and image.npy.\n\
        Exit status: 0 done, 1 pack or inputs are wrong or the runtime is missing, 2 wrong usage."
    )]
    Run {
        /// The pack, by name or folder
        #[arg(value_name = "NAME")]
        name: String,
        /// Where the inputs lie
        #[arg(long, value_name = "DIR")]
        inputs: PathBuf,
        /// Where the outputs go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct PackBenchArgs {
    /// The pack, by name or folder
    #[arg(value_name = "NAME")]
    pub name: String,
    /// How often each graph, and the loop, is run after the first time
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,
    /// Steps of the loop
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub steps: u32,
}

#[derive(Debug, Args)]
pub(super) struct PackAddArgs {
    /// Where the export lies
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What the pack is called: small letters, digits, hyphens (default: the folder's name)
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The license of its weights, as SPDX writes it (default: NOASSERTION)
    #[arg(long, value_name = "SPDX")]
    pub license: Option<String>,
    /// What that license allows (default: unknown)
    #[arg(long, value_name = "CLASS", value_parser = license_class)]
    pub license_class: Option<LicenseClass>,
    /// Replace a pack of that name
    #[arg(long)]
    pub replace: bool,
}

fn license_class(text: &str) -> Result<LicenseClass, String> {
    let names = || LicenseClass::ALL.map(LicenseClass::name).join(", ");
    LicenseClass::ALL
        .into_iter()
        .find(|class| class.name() == text)
        .ok_or_else(|| format!("it is one of {}", names()))
}
