//! Medians and other quantiles.

/// The middle value; of an even number of values the mean of the two in the middle. 0 of none.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    f64::midpoint(lower, upper)
}

/// The smallest value that a share of the values does not exceed. 0 of none.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    let reached = |index: &usize| f64::from(u32::try_from(index + 1).unwrap_or(u32::MAX)) >= share * count;
    let index = (0..sorted.len()).find(reached).unwrap_or_default();
    sorted.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{median, quantile};

    #[test]
    fn a_share_of_the_values_does_not_exceed_its_quantile() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        let close = |left: f64, right: f64| (left - right).abs() < 1e-9;
        assert!(close(quantile(&values, 0.99), 198.0));
        assert!(close(quantile(&values, 0.5), 100.0));
        assert!(close(quantile(&[7.0], 0.99), 7.0) && close(quantile(&[], 0.5), 0.0));
    }

    #[test]
    fn the_middle_is_found() {
        let close = |left: f64, right: f64| (left - right).abs() < 1e-9;
        assert!(close(median(&[]), 0.0));
        assert!(close(median(&[3.0, 1.0, 2.0]), 2.0));
        assert!(close(median(&[4.0, 1.0, 2.0, 3.0]), 2.5));
    }
}
