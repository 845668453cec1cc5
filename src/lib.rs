//! Slipway: a browser console for the v1 image build API.
#![forbid(unsafe_code)]

pub mod api;
