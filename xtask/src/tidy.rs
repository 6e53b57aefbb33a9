//! `cargo xtask tidy`: the rules of this project that no other tool checks. Each rule is one file that looks at
//! the tree and returns problems; none changes anything.

mod arrows;
mod connectors;
mod contract;
mod files;
mod lexer;
mod licence;
mod manifest;
mod migrations;
mod places;
mod problem;
mod sorted;
mod sql;
mod supply;
mod tree;
mod words;

use problem::Problem;
use tree::Tree;

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// The rules that need nothing but the files.
const RULES: [fn(&Tree) -> Vec<Problem>; 9] = [
    arrows::check,
    sql::check,
    migrations::check,
    files::check,
    words::check,
    contract::check,
    sorted::check,
    connectors::check,
    places::check,
];

pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        return Err(Failure::usage(format!("tidy takes no `{arg}`")));
    }
    let tree = Tree::read(workspace)?;
    let mut problems: Vec<Problem> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    problems.extend(supply::check(workspace, &tree)?);
    problems.sort();
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => Ok(()),
        1 => Err(Failure::new("tidy found 1 problem")),
        count => Err(Failure::new(format!("tidy found {count} problems"))),
    }
}
