//! Driving real processes: what the tests of this package share.
