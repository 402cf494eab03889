//! Where a picture's content came from, said in the words of the IPTC (XMP property `Iptc4xmpExt:DigitalSourceType`). Knows no container.
//!
//! The terms are those of <http://cv.iptc.org/newscodes/digitalsourcetype/> (vocabulary of 2024-10-23). Which one is ours:
//!
//! - A **scene on a plate** is a *composite of several elements, at least one of which is synthetic*: the product is a photograph, the plate
//!   a path-traced rendering made from modeled geometry. That is `compositeSynthetic`. It is not `compositeCapture` (all elements captured)
//!   and not `compositeWithTrainedAlgorithmicMedia` or `trainedAlgorithmicMedia`: no generative model made any pixel, and shops that must
//!   label generative pictures would label these wrongly.
//! - A **packshot** is the merchant's photograph with its background replaced by white: *modification or correction by algorithm* of one
//!   capture, `algorithmicallyEnhanced`. Not `humanEdits`: no person touched it. Not a composite: there is one element.
//! - As soon as a diffusion pack paints around the product, `compositeWithTrainedAlgorithmicMedia` is the term.

use crate::domain::GeneratorKind;

/// Terms of the vocabulary that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitalSourceType {
    /// One capture, altered by an algorithm that generates nothing.
    AlgorithmicallyEnhanced,
    /// Several elements, at least one of them synthetic, none of them from a generative model.
    CompositeSynthetic,
    /// Several elements, at least one of them from a generative model.
    CompositeWithTrainedAlgorithmicMedia,
}

impl DigitalSourceType {
    /// The term's URI. (`http` is part of the name.)
    pub fn uri(self) -> &'static str {
        match self {
            DigitalSourceType::AlgorithmicallyEnhanced => {
                "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
            }
            DigitalSourceType::CompositeSynthetic => {
                "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
            }
            DigitalSourceType::CompositeWithTrainedAlgorithmicMedia => {
                "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
            }
        }
    }
}

/// What is written into a file about its origin. It holds nothing about a person, a place or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Where the content came from.
    pub source_type: DigitalSourceType,
}

impl Provenance {
    /// What a generator of `kind` makes with an `engine` that has no generative model behind it, unless it is `diffusion`.
    pub fn of(kind: GeneratorKind, engine: &str) -> Self {
        let source_type = match (kind, engine) {
            (_, "diffusion") => DigitalSourceType::CompositeWithTrainedAlgorithmicMedia,
            (GeneratorKind::Packshot, _) => DigitalSourceType::AlgorithmicallyEnhanced,
            _ => DigitalSourceType::CompositeSynthetic,
        };
        Provenance { source_type }
    }

    /// The XMP packet: read-only, without padding, always the same for the same version.
    pub fn xmp(&self) -> String {
        format!(
            concat!(
                "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>",
                "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
                "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
                "<rdf:Description rdf:about=\"\"",
                " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"",
                " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"",
                " Iptc4xmpExt:DigitalSourceType=\"{}\" xmp:CreatorTool=\"packshot {}\"/>",
                "</rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
            ),
            self.source_type.uri(),
            env!("CARGO_PKG_VERSION")
        )
    }
}
