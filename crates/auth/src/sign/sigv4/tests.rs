//! AWS's published examples, and AWS's own library over requests made at random.

mod examples;
mod oracle;
