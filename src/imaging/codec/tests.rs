//! Pictures through the codecs, good and bad.
